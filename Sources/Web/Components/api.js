// Requests to the daemon, and its errors.

/** An error the daemon explains (RFC 9457), or one that kept us from reaching it. */
export class Problem extends Error {
  /**
   * @param {{title?: string, detail?: string, type?: string, field?: string}} body
   * @param {number} status HTTP code; 0 when there was no answer.
   */
  constructor(body, status) {
    super(body.detail ?? body.title ?? (status === 0 ? "The daemon cannot be reached." : `HTTP ${status}`));
    this.name = "Problem";
    this.status = status;
    this.type = body.type ?? "";
    this.field = body.field ?? null;
  }

  /** The daemon wants another token. */
  get isRefusal() {
    return this.status === 401 || this.status === 403;
  }
}

/**
 * What an error says to whoever asked for something.
 *
 * @param {unknown} error
 */
export function failureText(error) {
  if (error instanceof Problem && error.status === 403) return `Not allowed: ${error.message}`;
  return error instanceof Error ? error.message : "That did not work.";
}

/** Where the token of the daemon is kept that the page came from; those of others have keys of their own. */
const storageKey = "llm-health-token";
const patience = 8_000;

/** One daemon: its address and the token that opens it. */
export class Api {
  /** @param {string} baseUrl "" for the daemon the page came from. */
  constructor(baseUrl) {
    this.baseUrl = baseUrl.replace(/\/+$/, "");
    this.storageKey = this.baseUrl === "" ? storageKey : `${storageKey} ${this.baseUrl}`;
    /** @type {string | null} */
    this.token = read(this.storageKey);
    /** Milliseconds that the daemon's clock is ahead of this one. */
    this.skew = 0;
  }

  /** The daemon's time. */
  now() {
    return Date.now() + this.skew;
  }

  /**
   * Uses another token from now on, kept for this tab alone.
   *
   * @param {string | null} token
   * @param {boolean} [isKept]
   */
  setToken(token, isKept = false) {
    this.token = token || null;
    if (!isKept) return;
    try {
      if (token) sessionStorage.setItem(this.storageKey, token);
      else sessionStorage.removeItem(this.storageKey);
    } catch { /* storage is switched off: the token lives as long as the page */ }
  }

  /**
   * @param {string} path below `/api/llm-manager/`
   * @param {Record<string, string | number | null | undefined>} [query]
   */
  url(path, query = {}) {
    const url = new URL(`${this.baseUrl}/api/llm-manager/${path}`, document.baseURI);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  /** @returns {Record<string, string>} */
  headers() {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }

  /**
   * @param {string} path
   * @param {Record<string, string | number | null | undefined>} [query]
   * @param {AbortSignal} [signal]
   */
  get(path, query, signal) {
    return this.#send("GET", this.url(path, query), undefined, signal);
  }

  /** @param {string} path @param {object} body @param {AbortSignal} [signal] */
  post(path, body, signal) {
    return this.#send("POST", this.url(path), body, signal);
  }

  /** @param {string} path */
  delete(path) {
    return this.#send("DELETE", this.url(path));
  }

  /**
   * @param {string} method
   * @param {URL} url
   * @param {object} [body]
   * @param {AbortSignal} [signal]
   */
  async #send(method, url, body, signal) {
    // A check may take as long as the slowest model's time-out.
    const limit = AbortSignal.timeout(method === "GET" ? patience : 60_000);
    const headers = this.headers();
    if (method !== "GET") headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(url, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: "no-cache",
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem({}, 0);
    }
    this.noteClock(response.headers.get("Date"));
    if (!response.ok) throw await problemOf(response);
    return response.status === 204 ? null : response.json();
  }

  /** @param {string | null} time The daemon's time, from a header or a message. */
  noteClock(time) {
    const ahead = Date.parse(time ?? "") - Date.now();
    // Less than two seconds may as well be the way here, or the rounding of the header.
    if (!Number.isNaN(ahead)) this.skew = Math.abs(ahead) > 2_000 ? ahead : 0;
  }
}

/** @param {Response} response */
export async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  return new Problem(typeof body === "object" && body !== null ? body : {}, response.status);
}

/** @param {string} key */
function read(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
