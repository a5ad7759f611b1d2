// The shapes of what the daemon says, for editors and type checkers. No code.

/**
 * @typedef {"healthy" | "degraded" | "unhealthy" | "unknown"} Status
 * @typedef {Status | "idle"} Look  A status as it is drawn: a healthy model that is not loaded is "idle".
 * @typedef {{p50: number | null, p90: number | null, p99: number | null}} Latency  Milliseconds.
 * @typedef {{code: string, message: string, target?: string}} Reason
 * @typedef {{state: "closed" | "open" | "halfOpen", openedAt?: string, openUntil?: string}} Breaker
 * @typedef {{id: string, kind: "acknowledge" | "silence" | "pause" | "maintenance", until: string | null,
 *   reason: string, by: string}} Notice
 * @typedef {{id: string, title: string, text: string, from: string | null, until: string | null,
 *   models: string[]}} Announcement
 */

/**
 * @typedef {object} Probe
 * @property {boolean} success
 * @property {number | null} latency
 * @property {string} startedAt
 * @property {boolean} streamed
 * @property {{connectMs?: number, headMs?: number, firstByteMs?: number, firstTokenMs?: number,
 *   longestGapMs?: number}} phases
 * @property {{class: string, cause: string, detail: string, httpStatus?: number}} outcome
 * @property {string} [error]
 * @property {string} [note]
 * @property {string} [answeredModel]
 * @property {number} [inputTokens]
 * @property {number} [outputTokens]
 */

/**
 * @typedef {object} Model
 * @property {string} modelId
 * @property {string} provider
 * @property {Status} status
 * @property {number | null} score
 * @property {Reason[]} reasons
 * @property {string} since
 * @property {Latency} latency
 * @property {number | null} timeToFirstTokenMs
 * @property {number | null} errorRate
 * @property {number | null} availability
 * @property {string | null} lastCheck
 * @property {string} [lastSuccessfulResponse]
 * @property {string | null} nextProbeAt
 * @property {number} consecutiveFailures
 * @property {number} requestTotal
 * @property {Breaker} circuitBreaker
 * @property {{verdict: "usable" | "avoid" | "excluded", until?: string, reason: string}} routing
 * @property {{name: string, status: Status, reason: string, consecutiveFailures: number,
 *   circuitBreaker: Breaker}[]} targets
 * @property {Record<string, any>} metadata
 * @property {Probe} [probeResult]
 * @property {Notice[]} [notices]
 * @property {{requestCount: number, errorRate: number | null, latency: Latency} | null} [traffic]
 * @property {number | null} [tokensToday]
 */

/**
 * @typedef {{healthy: number, degraded: number, unhealthy: number, unknown: number, idle: number,
 *   total: number}} Counts
 * @typedef {{status: Status, reason: string, counts: Counts}} ProviderHealth
 * @typedef {{kind: string, name: string, status: Status, reason: string, since: string}} Component
 * @typedef {{status: Status, rollUp: Status, revision: number, timestamp: string, counts: Counts, components: Component[],
 *   providers: Record<string, ProviderHealth>, worst: object[]}} Summary
 * @typedef {{seq: number | null, modelId: string, provider: string, previousStatus: Status, currentStatus: Status,
 *   timestamp: string, reason: string, reasons: Reason[]}} Change
 */

/**
 * @typedef {{from: string, to: string, status: Status | null, code?: string, reason?: string}} Period
 * @typedef {{id: string, modelId: string, from: string, to: string | null, worst: Status, code: string,
 *   reason: string, changes: number, notes?: {at: string, text: string, author: string}[]}} Incident
 * @typedef {{modelId: string, range: {from: string, to: string}, resolution: number, periods: Period[],
 *   availability: number | null, incidents: Incident[]}} Timeline
 */

export {};
