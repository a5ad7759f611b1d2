// All models as last heard, and a short memory of each: what the live messages add up to.

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").Change} Change */

/** One sample for each half minute of the last hour. */
const sampleWidth = 30_000;
const keptSamples = 120;
const keptChanges = 200;

/** @typedef {{at: number, latency: number | null, errorRate: number | null}} Sample */

export class Fleet {
  /** @type {Map<string, Model>} */
  models = new Map();
  /** @type {import("./types.js").Summary | null} */
  summary = null;
  revision = -1;
  /**
   * The number of the last change heard of; a reconnect asks for what came after it.
   *
   * @type {number | null}
   */
  seq = null;
  /**
   * Newest first.
   *
   * @type {Change[]}
   */
  changes = [];
  /**
   * Oldest first.
   *
   * @type {Map<string, Sample[]>}
   */
  #samples = new Map();
  #hasGap = false;

  /**
   * Takes one live message in.
   *
   * @param {any} message
   * @returns {{isWhole: boolean, changes: Change[], missed: boolean}} what it brought
   */
  apply(message) {
    const outcome = { isWhole: false, changes: /** @type {Change[]} */ ([]), missed: false };
    switch (message.type) {
      case "fleet":
        outcome.changes = this.#adopt(message);
        outcome.isWhole = true;
        break;
      case "event": {
        const change = message.event;
        if (change.seq !== null && this.seq !== null && change.seq <= this.seq) break;
        this.seq = change.seq ?? this.seq;
        this.changes.unshift(change);
        this.changes.length = Math.min(this.changes.length, keptChanges);
        // After a reconnection old events follow a newer fleet.
        if (message.model && !isOlder(message.model, this.models.get(change.modelId))) this.#put(message.model);
        else if (message.model === null && change.reasons?.[0]?.code === "removed") this.#remove(change.modelId);
        outcome.changes.push(change);
        break;
      }
      case "update":
        for (const model of message.models) this.#put(model);
        for (const id of message.removed ?? []) this.#remove(id);
        this.summary = message.summary;
        this.revision = message.revision;
        break;
      case "gap":
        // The fleet that follows is the new beginning.
        if (typeof message.to === "number") this.seq = message.to;
        this.#hasGap = true;
        outcome.missed = !message.restart;
        break;
      case "coalesced":
        outcome.missed = message.dropped > 0;
        break;
      default:
        break;
    }
    return outcome;
  }

  /** @param {any} message */
  #adopt(message) {
    const known = new Set();
    const differences = [];
    for (const model of message.models) {
      known.add(model.modelId);
      const old = this.models.get(model.modelId);
      if (old && old.status !== model.status) differences.push(changeBetween(old, model));
      this.#put(model);
    }
    // Where no events come, what is different tells what has happened.
    const changes = message.seq === null || this.#hasGap ? differences : [];
    this.changes = [...changes, ...this.changes].slice(0, keptChanges);
    for (const id of [...this.models.keys()]) if (!known.has(id)) this.#remove(id);
    this.summary = message.summary;
    this.revision = message.revision;
    // Without a number what comes next cannot be asked for by one; what is different then has been told.
    this.seq = message.seq ?? null;
    this.#hasGap = this.seq === null;
    return changes;
  }

  /** @param {Model} model */
  #put(model) {
    const old = this.models.get(model.modelId);
    this.models.set(model.modelId, model);
    if (model.lastCheck !== null && old?.lastCheck !== model.lastCheck) {
      this.#sample(model.modelId, {
        at: Date.parse(model.lastCheck), latency: model.latency.p50, errorRate: model.errorRate,
      });
    }
  }

  /** @param {string} id */
  #remove(id) {
    this.models.delete(id);
    this.#samples.delete(id);
  }

  /** @param {string} id @param {Sample} sample */
  #sample(id, sample) {
    let samples = this.#samples.get(id);
    if (!samples) this.#samples.set(id, samples = []);
    const last = samples.at(-1);
    if (last && Math.floor(last.at / sampleWidth) === Math.floor(sample.at / sampleWidth)) samples[samples.length - 1] = sample;
    else samples.push(sample);
    if (samples.length > keptSamples) samples.shift();
  }

  /**
   * What was seen of a model, oldest first.
   *
   * @param {string} id
   * @returns {readonly Sample[]}
   */
  samples(id) {
    return this.#samples.get(id) ?? [];
  }

  /**
   * Puts older samples, from the history, before the ones we have.
   *
   * @param {string} id
   * @param {Sample[]} older
   */
  seed(id, older) {
    const samples = this.#samples.get(id) ?? [];
    const first = samples[0]?.at ?? Infinity;
    const merged = [...older.filter((sample) => sample.at < first), ...samples];
    this.#samples.set(id, merged.slice(-keptSamples));
  }

  /**
   * Which way the error rate goes: 1 up, -1 down, 0 steady, `null` when there is too little to say.
   *
   * @param {string} id
   * @returns {-1 | 0 | 1 | null}
   */
  errorTrend(id) {
    const rates = this.samples(id).map((sample) => sample.errorRate).filter((rate) => rate !== null);
    if (rates.length < 4) return null;
    const recent = rates.slice(-12);
    const half = Math.floor(recent.length / 2);
    const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const difference = mean(/** @type {number[]} */ (recent.slice(half))) - mean(/** @type {number[]} */ (recent.slice(0, half)));
    return Math.abs(difference) < 0.005 ? 0 : difference > 0 ? 1 : -1;
  }

  /**
   * The last changes of one model, newest first.
   *
   * @param {string} id
   */
  changesOf(id) {
    return this.changes.filter((change) => change.modelId === id);
  }
}

/** @param {Model} model @param {Model | undefined} known */
function isOlder(model, known) {
  return known !== undefined && (model.lastCheck ?? "") < (known.lastCheck ?? "");
}

/**
 * The change that nobody told us of.
 *
 * @param {Model} old
 * @param {Model} model
 * @returns {Change}
 */
function changeBetween(old, model) {
  return {
    seq: null, modelId: model.modelId, provider: model.provider, previousStatus: old.status, currentStatus: model.status,
    timestamp: model.since, reason: model.reasons[0]?.message ?? "", reasons: model.reasons,
  };
}
