// One live connection to a daemon, shared by all elements of a page: WebSocket, else Server-Sent Events, else polling.

import { Api, Problem } from "./api.js";
import { Fleet } from "./fleet.js";
import { openPolling, openSocket, openStream } from "./transports.js";

/** @typedef {"websocket" | "sse" | "polling"} Way */
/** @typedef {"off" | "connecting" | "live" | "waiting" | "refused"} Phase */
/**
 * @typedef {object} Listener
 * @property {(outcome: ReturnType<Fleet["apply"]>) => void} [fleet] Called after each message.
 * @property {() => void} [connection] Called when the state of the connection has changed.
 */

/** @type {Way[]} */
const ways = ["websocket", "sse", "polling"];
const longestWait = 15_000;
const quietLimit = 40_000;
const firstUpgrade = 30_000;
const longestUpgrade = 600_000;

export class LiveClient {
  /** @type {Set<Listener>} */
  #listeners = new Set();
  #close = () => {};
  #timer = 0;
  #watch = 0;
  #upgrade = 0;
  #upgradeWait = firstUpgrade;
  #rung = 0;
  #failures = 0;
  #generation = 0;
  #interval = 5_000;
  #heardAt = 0;

  /** @param {string} baseUrl */
  constructor(baseUrl) {
    this.api = new Api(baseUrl);
    this.fleet = new Fleet();
    /** @type {Phase} */
    this.phase = "off";
    /** @type {Way | null} */
    this.way = null;
    /**
     * When the connection was lost, while it is.
     *
     * @type {number | null}
     */
    this.lostAt = null;
    /**
     * Why the daemon refuses us.
     *
     * @type {Problem | null}
     */
    this.problem = null;
  }

  get isLive() {
    return this.phase === "live";
  }

  /**
   * Polls at least this often where nothing better works.
   *
   * @param {number} milliseconds
   */
  set refreshInterval(milliseconds) {
    this.#interval = Math.max(500, milliseconds);
  }

  /**
   * Listens; the first listener opens the connection, the last one to leave closes it.
   *
   * @param {Listener} listener
   * @returns {() => void} leaves
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#stop();
    };
  }

  /**
   * Uses a token from now on.
   *
   * @param {string | null} token
   * @param {boolean} [isKept]
   */
  setToken(token, isKept = false) {
    const isSame = token === this.api.token;
    this.api.setToken(token, isKept);
    // Refused, the same one is worth another try: the daemon may know it by now.
    if (isSame && this.phase !== "refused") return;
    this.fleet.seq = null;
    if (this.phase !== "off") this.reconnect();
  }

  /** Connects anew, at once. */
  reconnect() {
    this.#rung = 0;
    this.#failures = 0;
    this.#open();
  }

  #start() {
    addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#watch = setInterval(() => this.#check(), 5_000);
    this.reconnect();
  }

  #stop() {
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    clearInterval(this.#watch);
    this.#drop();
    this.phase = "off";
  }

  #wake = () => {
    if (!document.hidden && this.phase === "waiting") this.reconnect();
  };

  #drop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#upgrade);
    this.#generation += 1;
    this.#close();
    this.#close = () => {};
  }

  #open() {
    this.#drop();
    const generation = this.#generation;
    const way = ways[this.#rung];
    if (this.phase !== "live") this.#move("connecting");
    let hasWorked = false;
    /** @type {import("./transports.js").Sink} */
    const sink = {
      heard: () => { this.#heardAt = Date.now(); },
      message: (message) => {
        if (generation !== this.#generation) return;
        this.#heardAt = Date.now();
        if (!hasWorked) {
          hasWorked = true;
          this.#worked(way);
        }
        this.#take(message);
      },
      closed: (problem) => {
        if (generation === this.#generation) this.#failed(hasWorked, problem);
      },
    };
    const { seq } = this.fleet;
    if (way === "websocket") this.#close = openSocket(this.api, seq, sink);
    else if (way === "sse") this.#close = openStream(this.api, seq, sink);
    else this.#close = openPolling(this.api, this.#interval, sink);
  }

  /** @param {Way} way */
  #worked(way) {
    this.way = way;
    this.#failures = 0;
    this.lostAt = null;
    this.problem = null;
    if (way === "polling") {
      this.#upgrade = setTimeout(() => this.reconnect(), this.#upgradeWait);
      this.#upgradeWait = Math.min(this.#upgradeWait * 2, longestUpgrade);
    } else {
      this.#upgradeWait = firstUpgrade;
    }
    this.#move("live");
  }

  /** @param {boolean} hasWorked @param {Problem | null} problem */
  #failed(hasWorked, problem) {
    clearTimeout(this.#upgrade);
    if (problem?.isRefusal) {
      this.problem = problem;
      this.lostAt = null;
      this.#drop();
      this.#move("refused");
      return;
    }
    this.lostAt ??= Date.now();
    if (!hasWorked && this.#rung < ways.length - 1) {
      // Perhaps something between us and the daemon does not let this way through.
      this.#rung += 1;
      this.#open();
      return;
    }
    this.#rung = 0;
    this.#failures += 1;
    const wait = Math.min(longestWait, 500 * 2 ** Math.min(this.#failures - 1, 6)) * (0.5 + Math.random() / 2);
    this.#drop();
    this.#move("waiting");
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  /** @param {any} message */
  #take(message) {
    this.api.noteClock(message.at ?? null);
    const outcome = this.fleet.apply(message);
    for (const listener of [...this.#listeners]) listener.fleet?.(outcome);
  }

  /** A line may be dead and nobody has said so; a quiet one is asked. */
  async #check() {
    if (this.phase !== "live" || this.way === "polling" || Date.now() - this.#heardAt < quietLimit) return;
    const generation = this.#generation;
    try {
      const summary = await this.api.get("health/summary");
      this.#heardAt = Date.now();
      if (generation === this.#generation && summary.revision > this.fleet.revision + 1) this.reconnect();
    } catch {
      if (generation !== this.#generation) return;
      this.#failed(true, null);
    }
  }

  /** @param {Phase} phase */
  #move(phase) {
    this.phase = phase;
    for (const listener of [...this.#listeners]) listener.connection?.();
  }
}

/** @type {Map<string, LiveClient>} */
const clients = new Map();

/**
 * The client of a daemon; all elements with the same address share one.
 *
 * @param {string | null | undefined} baseUrl
 */
export function clientFor(baseUrl) {
  const key = (baseUrl ?? "").replace(/\/+$/, "");
  let client = clients.get(key);
  if (!client) clients.set(key, client = new LiveClient(key));
  return client;
}
