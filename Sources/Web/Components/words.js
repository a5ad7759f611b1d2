// What statuses, reasons and notices are called, in plain words.

import { list, plural } from "./format.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./types.js").Summary} Summary */

/**
 * Worst first.
 *
 * @type {Look[]}
 */
export const looks = ["unhealthy", "degraded", "unknown", "healthy", "idle"];

/**
 * In the order of the filter.
 *
 * @type {Look[]}
 */
export const looksBestFirst = ["healthy", "degraded", "unhealthy", "unknown", "idle"];

/**
 * How bad a look is; larger is worse.
 *
 * @param {Look} look
 */
export const badness = (look) => looks.length - looks.indexOf(look);

/**
 * A model's status as it is drawn.
 *
 * @param {Pick<Model, "status" | "reasons" | "metadata">} model
 * @returns {Look}
 */
export function lookOf(model) {
  if (model.status !== "healthy") return model.status;
  return model.reasons[0]?.code === "idle" ? "idle" : "healthy";
}

/**
 * What many models come to for people: the worst that matters. What is unknown counts only where nothing is known.
 *
 * @param {Pick<import("./types.js").Counts, "unhealthy" | "degraded" | "unknown" | "total">} counts
 * @returns {import("./types.js").Status}
 */
export function worstOf({ unhealthy, degraded, unknown, total }) {
  if (unhealthy > 0) return "unhealthy";
  if (degraded > 0) return "degraded";
  return unknown === total ? "unknown" : "healthy";
}

/**
 * Whether somebody should look at a model.
 *
 * @param {Pick<Model, "status" | "reasons" | "metadata">} model
 */
export const needsAttention = (model) => model.status !== "healthy";

const reasonTitles = /** @type {Record<string, string>} */ ({
  passing: "It answers",
  idle: "Known, but not in memory",
  outage: "It does not answer",
  errors: "Too many requests fail",
  slow: "It answers too slowly",
  overloaded: "It has more requests than it can take",
  streaming: "Streamed answers fail",
  otherModel: "Another model answers",
  cpuFallback: "It runs on the CPU",
  rateLimited: "The provider limits our requests",
  credentials: "The provider refuses the key",
  quota: "The account is empty or over its limit",
  misconfigured: "The request is set up wrongly",
  retired: "The provider has retired the model",
  gateway: "The gateway does not answer",
  host: "The host that serves it does not answer",
  selfNetwork: "Our own network is down",
  stale: "Nothing has been heard lately",
  starting: "Not probed yet",
  flapping: "It comes and goes",
  check: "A check of yours fails",
  target: "One of its targets is broken",
  runtime: "Its runtime does not answer",
  added: "Newly added",
  removed: "Removed from the fleet",
  disabled: "Switched off",
});

/**
 * A reason code in plain words.
 *
 * @param {string} code
 */
export const reasonTitle = (code) => reasonTitles[code] ?? code;

const componentKinds = /** @type {Record<string, string>} */ ({
  gateway: "Gateway",
  host: "Host",
  localRuntime: "Local runtime",
  modelList: "Model list",
  store: "Store",
  receiver: "Receiver",
  network: "Network",
  process: "This process",
  configuration: "Configuration",
  source: "Source",
  sink: "Sink",
});

/** @param {string} kind */
export const componentKind = (kind) => componentKinds[kind] ?? kind;

/**
 * What a routing verdict means for programs.
 *
 * @param {string} verdict
 */
export const verdictWord = (verdict) =>
  ({ usable: "Usable", avoid: "Avoid: only if nothing else is left", excluded: "Send no traffic" })[verdict] ?? verdict;

const noticeWords = /** @type {Record<string, string>} */ ({
  acknowledge: "Acknowledged",
  silence: "Silenced",
  pause: "Paused",
  maintenance: "Maintenance",
});

/** @param {string} kind */
export const noticeWord = (kind) => noticeWords[kind] ?? kind;

const runtimes = /** @type {Record<string, string>} */ ({ ollama: "Ollama", lmstudio: "LM Studio", lmStudio: "LM Studio" });

/** @param {string} runtime */
export const runtimeWord = (runtime) => runtimes[runtime] ?? runtime;

/**
 * The one sentence on the whole fleet, and what stands below it.
 *
 * @param {Summary} summary
 * @param {Iterable<Model>} models
 * @returns {{status: Look, text: string, detail: string}}
 */
export function headline(summary, models) {
  const { counts, status } = summary;
  const all = [...models];
  const named = (/** @type {string} */ wanted) => all.filter((model) => model.status === wanted).map((model) => model.modelId);
  const parts = [];
  if (counts.unhealthy > 0) parts.push(`Down: ${list(named("unhealthy"))}.`);
  if (counts.degraded > 0) parts.push(`Degraded: ${list(named("degraded"))}.`);
  if (counts.unknown > 0 && counts.unknown < counts.total) parts.push(`Unknown: ${list(named("unknown"))}.`);
  if (counts.idle > 0) parts.push(`${plural(counts.idle, "model")} idle, not in memory.`);
  if (parts.length === 0 && counts.total > 0) parts.push("Every model can be used now.");
  return { status, text: sentence(summary), detail: parts.join(" ") };
}

/** @param {Summary} summary */
function sentence({ counts, components }) {
  if (counts.total === 0) return "No model is watched yet";
  const of = (/** @type {number} */ amount, /** @type {string} */ word) =>
    `${amount} of ${plural(counts.total, "model")} ${amount === 1 ? "is" : "are"} ${word}`;
  if (counts.unknown === counts.total) return "Nothing is known of any model yet";
  if (counts.unhealthy === counts.total) return "No model can be used";
  if (counts.unhealthy > 0) return of(counts.unhealthy, "unhealthy");
  const down = components.filter((component) => component.status === "unhealthy");
  if (down.length > 0 && counts.degraded === 0) return `${componentKind(down[0].kind)} ${down[0].name} is down`;
  if (counts.degraded > 0) return of(counts.degraded, "degraded");
  if (counts.unknown > 0) return of(counts.unknown, "unknown");
  return counts.total === 1 ? "The model is healthy" : `All ${counts.total} models are healthy`;
}

/**
 * A change as it is read out.
 *
 * @param {import("./types.js").Change} change
 */
export function changeSentence(change) {
  return `${change.modelId} is now ${change.currentStatus}. ${change.reason}`;
}
