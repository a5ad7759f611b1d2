// What a timeline shows, fetched at the resolution that fits what can be seen; a newer question ends an older one.

/** @typedef {import("./types.js").Timeline} Timeline */
/** @typedef {{at: number, p50: number | null, p90: number | null, errorRate: number | null}} Point */
/**
 * @typedef {object} Stretch
 * @property {number} from
 * @property {number} to
 * @property {number} step milliseconds between points; 0: as recorded
 * @property {Timeline} timeline
 * @property {Point[]} points
 */

/** Snapshots are taken every minute at least, and rolled up by the minute. */
const finest = 60_000;
/** Stretches this short are shown as recorded. */
const exactBelow = 2 * 3_600_000;
const mostSnapshots = 5_000;

export class TimelineData {
  /** @type {Stretch | null} */
  stretch = null;
  /** @type {AbortController | null} */
  #running = null;

  /**
   * @param {import("./api.js").Api} api
   * @param {string} modelId
   */
  constructor(api, modelId) {
    this.api = api;
    this.modelId = modelId;
  }

  get isLoading() {
    return this.#running !== null;
  }

  /**
   * Whether what we have serves a view well.
   *
   * @param {{from: number, to: number, span: number}} view
   * @param {number} points
   */
  serves(view, points) {
    const { stretch } = this;
    if (!stretch || stretch.from > view.from + 1 || stretch.to < view.to - 1_000) return false;
    const wanted = stepFor(view.span, points);
    return wanted === 0 ? stretch.step === 0 : stretch.step > 0 && stretch.step <= wanted * 1.6;
  }

  /**
   * Fetches a view, with some room on both sides when it is zoomed.
   *
   * @param {{from: number, to: number, span: number, isHome: boolean}} view
   * @param {number} points how many fit
   * @returns {Promise<boolean>} false when a newer question has taken over
   */
  async load(view, points) {
    this.#running?.abort();
    const abort = this.#running = new AbortController();
    const now = this.api.now();
    const room = view.isHome ? 0 : view.span * 0.4;
    const from = view.from - room;
    const to = Math.min(view.to + room, Math.max(now, view.to));
    const step = stepFor(view.span, points);
    const query = {
      modelId: this.modelId, from: new Date(from).toISOString(), to: new Date(to).toISOString(),
      resolution: step > 0 ? `${Math.round(step / 1_000)}s` : null,
    };
    try {
      const [timeline, history] = await Promise.all([
        this.api.get("health/timeline", query, abort.signal),
        this.api.get("health/history", { ...query, limit: mostSnapshots }, abort.signal),
      ]);
      if (abort.signal.aborted) return false;
      this.stretch = { from, to, step, timeline, points: history.snapshots.map(pointOf) };
      return true;
    } catch (error) {
      if (abort.signal.aborted) return false;
      throw error;
    } finally {
      if (this.#running === abort) this.#running = null;
    }
  }

  /** Ends what is being asked. */
  stop() {
    this.#running?.abort();
    this.#running = null;
  }
}

/** @param {number} span @param {number} points */
function stepFor(span, points) {
  if (span <= exactBelow) return 0;
  return Math.max(finest, Math.round(span / points / 1_000) * 1_000);
}

/** @param {any} snapshot @returns {Point} */
function pointOf({ timestamp, metrics }) {
  return { at: Date.parse(timestamp), p50: metrics.latencyP50, p90: metrics.latencyP90, errorRate: metrics.errorRate };
}

/**
 * What a view of a stretch comes to.
 *
 * @param {Stretch} stretch
 * @param {{from: number, to: number, isHome: boolean}} view
 */
export function figuresOf(stretch, view) {
  let counted = 0;
  let down = 0;
  let observed = 0;
  for (const period of stretch.timeline.periods) {
    const length = Math.min(Date.parse(period.to), view.to) - Math.max(Date.parse(period.from), view.from);
    if (length <= 0 || period.status === null) continue;
    observed += length;
    if (period.status === "unknown" || period.code === "idle") continue;
    counted += length;
    if (period.status === "unhealthy") down += length;
  }
  const seen = stretch.points.filter((point) => point.at >= view.from && point.at <= view.to);
  const latencies = seen.flatMap((point) => (point.p50 === null ? [] : [point.p50])).sort((a, b) => a - b);
  const errors = seen.flatMap((point) => (point.errorRate === null ? [] : [point.errorRate]));
  const own = counted > 0 ? 1 - down / counted : null;
  return {
    // The daemon's figure is exact whatever the resolution.
    availability: view.isHome ? stretch.timeline.availability : own,
    observed: observed / Math.max(1, view.to - view.from),
    latency: latencies.length > 0 ? latencies[Math.floor(latencies.length / 2)] : null,
    errorRate: errors.length > 0 ? errors.reduce((sum, rate) => sum + rate, 0) / errors.length : null,
    incidents: incidentsIn(stretch, view).length,
  };
}

/**
 * The incidents that a view touches, oldest first.
 *
 * @param {Stretch} stretch
 * @param {{from: number, to: number}} view
 */
export function incidentsIn(stretch, view) {
  return stretch.timeline.incidents.filter((incident) =>
    Date.parse(incident.from) <= view.to && (incident.to === null || Date.parse(incident.to) >= view.from));
}

/**
 * The period that holds a time.
 *
 * @param {Stretch} stretch
 * @param {number} at
 */
export function periodAt(stretch, at) {
  return stretch.timeline.periods.find((period) => Date.parse(period.from) <= at && at < Date.parse(period.to)) ?? null;
}

/**
 * The recorded point nearest to a time, unless it is too far away to speak for it.
 *
 * @param {Stretch} stretch
 * @param {number} at
 */
export function pointAt(stretch, at) {
  const { points, step } = stretch;
  let low = 0;
  let high = points.length - 1;
  if (high < 0) return null;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].at < at) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  const nearest = before && at - before.at < Math.abs(points[low].at - at) ? before : points[low];
  return Math.abs(nearest.at - at) <= Math.max(step * 1.5, 90_000) ? nearest : null;
}
