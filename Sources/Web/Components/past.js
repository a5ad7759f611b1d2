// What the rows want to know of the past: a line of latencies, and the last day. Asked for late, a few at a time.

const atOnce = 3;
const sparkWindow = "1h";
const freshFor = 60_000;
/** A strip the width of a word does not show what a minute has brought. */
const stripFreshFor = 300_000;
const restBefore = 200;
const mostWaiting = 64;

export class Past {
  /**
   * Each with what is to be done where it is never run.
   *
   * @type {{run: () => Promise<void>, drop: () => void}[]}
   */
  #queue = [];
  #running = 0;
  /** @type {Set<string>} */
  #asked = new Set();
  /** @type {Map<string, {timeline: import("./types.js").Timeline | null | undefined, at: number}>} */
  #days = new Map();
  #isAway = false;
  /** @type {Map<string, boolean>} */
  #wanted = new Map();
  #timer = 0;

  /**
   * @param {import("./client.js").LiveClient} client
   * @param {(id: string) => void} changed
   */
  constructor(client, changed) {
    this.client = client;
    this.changed = changed;
  }

  /**
   * Fills a model's sparkline from the history, once, and keeps its last day known.
   *
   * @param {string} id
   * @param {boolean} [hasDay] whether the day is wanted too
   */
  want(id, hasDay = true) {
    if (this.#isAway || this.#wanted.has(id) || (this.#asked.has(id) && (!hasDay || this.#isFresh(id, stripFreshFor)))) return;
    // Rows that fly past are not asked for.
    this.#wanted.set(id, hasDay);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      for (const [wanted, wantsDay] of this.#wanted) {
        if (!this.#asked.has(wanted)) this.#askSamples(wanted);
        if (wantsDay && !this.#isFresh(wanted, stripFreshFor)) this.#askDay(wanted);
      }
      this.#wanted.clear();
    }, restBefore);
  }

  /** @param {string} id @param {number} age */
  #isFresh(id, age) {
    const known = this.#days.get(id);
    return known !== undefined && Date.now() - known.at < age;
  }

  /**
   * The row has gone.
   *
   * @param {string} id
   */
  letGo(id) {
    this.#wanted.delete(id);
  }

  /** @param {string} id */
  #askSamples(id) {
    this.#asked.add(id);
    const { api, fleet } = this.client;
    this.#add(async () => {
      if (!fleet.models.has(id)) return;
      const trends = await api.get("health/trends", { modelId: id, window: sparkWindow });
      const older = trends.buckets.map((/** @type {any} */ bucket) => ({
        at: Date.parse(bucket.start), latency: bucket.latency.p50, errorRate: bucket.errorRate,
      }));
      const first = older.findIndex((/** @type {{latency: number | null}} */ sample) => sample.latency !== null);
      if (first >= 0) fleet.seed(id, older.slice(first));
      this.changed(id);
    }, () => this.#asked.delete(id));
  }

  /**
   * The last day of a model as far as it is known, without asking.
   *
   * @param {string} id
   * @returns {import("./types.js").Timeline | null | undefined} `undefined` until it is known, `null` when it cannot be read
   */
  knownDayOf(id) {
    return this.#days.get(id)?.timeline;
  }

  /**
   * The last day of a model; asked for when it is not known or a minute old.
   *
   * @param {string} id
   * @returns {import("./types.js").Timeline | null | undefined} `undefined` until it is known, `null` when it cannot be read
   */
  dayOf(id) {
    return this.#isFresh(id, freshFor) ? this.knownDayOf(id) : this.#askDay(id);
  }

  /**
   * Something has happened to a model: its day is asked for again.
   *
   * @param {string} id
   */
  outdate(id) {
    const known = this.#days.get(id);
    if (known) this.#days.set(id, { ...known, at: 0 });
  }

  /** @param {string} id */
  #askDay(id) {
    const known = this.#days.get(id);
    this.#days.set(id, { timeline: known?.timeline, at: Date.now() });
    this.#add(async () => {
      try {
        const timeline = await this.client.api.get("health/timeline", { modelId: id, timeRange: "24h" });
        this.#days.set(id, { timeline, at: Date.now() });
      } catch {
        this.#days.set(id, { timeline: null, at: Date.now() });
      }
      this.changed(id);
    }, () => (known ? this.#days.set(id, known) : this.#days.delete(id)));
    return known?.timeline;
  }

  /** What was known may be wrong now. */
  forget() {
    this.#asked.clear();
    this.#cut(0);
    this.#isAway = false;
  }

  /** @param {() => Promise<void>} run @param {() => void} drop */
  #add(run, drop) {
    // The newest first: it is what is being looked at.
    this.#queue.unshift({ run, drop });
    this.#cut(mostWaiting);
    this.#next();
  }

  /** @param {number} length what has waited longest goes, and may be asked for again */
  #cut(length) {
    for (const job of this.#queue.splice(length)) job.drop();
  }

  #next() {
    while (this.#running < atOnce && this.#queue.length > 0) {
      const job = /** @type {{run: () => Promise<void>}} */ (this.#queue.shift());
      this.#running += 1;
      job.run().catch((error) => {
        // A store that is away is not asked for every row.
        if (error?.status === 503 || error?.status === 0) this.#isAway = true;
      }).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }
}
