// Three ways to hear of changes: WebSocket, Server-Sent Events, and asking again and again.
// Each takes a sink and returns a function that ends it. After `closed` nothing more reaches the sink.

import { Problem, problemOf } from "./api.js";

/**
 * @typedef {object} Sink
 * @property {(message: any) => void} message
 * @property {() => void} [heard] Something came that is no message: the line is alive.
 * @property {(problem: Problem | null) => void} closed
 */

const firstMessageLimit = 6_000;

/** @param {string} text */
function base64url(text) {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Lets a sink be closed once only.
 *
 * @param {Sink} sink
 * @returns {Sink & {isClosed: () => boolean}}
 */
function once(sink) {
  let isClosed = false;
  return {
    message: (message) => { if (!isClosed) sink.message(message); },
    heard: () => { if (!isClosed) sink.heard?.(); },
    closed: (problem) => {
      if (isClosed) return;
      isClosed = true;
      sink.closed(problem);
    },
    isClosed: () => isClosed,
  };
}

/**
 * @param {import("./api.js").Api} api
 * @param {number | null} after the last event seen
 * @param {Sink} target
 */
export function openSocket(api, after, target) {
  const sink = once(target);
  const url = api.url("health/events", { after });
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const protocols = ["llm-health.v1"];
  if (api.token) protocols.push(`llm-health.token.${base64url(api.token)}`);
  const socket = new WebSocket(url, protocols);
  const timer = setTimeout(() => end(), firstMessageLimit);
  const end = () => {
    clearTimeout(timer);
    sink.closed(null);
    socket.close();
  };
  socket.onmessage = (event) => {
    clearTimeout(timer);
    const message = parse(event.data);
    if (message) sink.message(message);
  };
  socket.onclose = end;
  socket.onerror = end;
  return end;
}

/**
 * Server-Sent Events over `fetch`, which unlike `EventSource` can send a token and see why it is refused.
 *
 * @param {import("./api.js").Api} api
 * @param {number | null} after
 * @param {Sink} target
 */
export function openStream(api, after, target) {
  const sink = once(target);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), firstMessageLimit);
  const end = () => {
    clearTimeout(timer);
    sink.closed(null);
    abort.abort();
  };
  (async () => {
    const response = await fetch(api.url("health/events", { after }), {
      headers: { ...api.headers(), Accept: "text/event-stream" },
      cache: "no-store",
      signal: abort.signal,
    });
    if (!response.ok) {
      sink.closed(await problemOf(response));
      return;
    }
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream") || !response.body) return;
    let rest = "";
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || sink.isClosed()) return;
      clearTimeout(timer);
      sink.heard?.();
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const message = parse(dataOf(block));
        if (message) sink.message(message);
      }
    }
  })().catch(() => {}).finally(end);
  return end;
}

/**
 * @param {import("./api.js").Api} api
 * @param {number} interval milliseconds
 * @param {Sink} target
 */
export function openPolling(api, interval, target) {
  const sink = once(target);
  const abort = new AbortController();
  let timer = 0;
  const end = () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", run);
    abort.abort();
    sink.closed(null);
  };
  let isAsking = false;
  const run = async () => {
    clearTimeout(timer);
    if (document.hidden || isAsking || sink.isClosed()) return;
    isAsking = true;
    try {
      const [models, summary] = await Promise.all([
        api.get("health/detailed", {}, abort.signal), api.get("health/summary", {}, abort.signal),
      ]);
      sink.message({ type: "fleet", revision: summary.revision, seq: null, at: summary.timestamp, summary, models });
      timer = setTimeout(run, interval);
    } catch (error) {
      sink.closed(error instanceof Problem ? error : null);
      end();
    } finally {
      isAsking = false;
    }
  };
  document.addEventListener("visibilitychange", run);
  run();
  return end;
}

/**
 * The data lines of one event.
 *
 * @param {string} block
 */
function dataOf(block) {
  return block.split(/\r?\n/).filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(line[5] === " " ? 6 : 5)).join("\n");
}

/** @param {string} text */
function parse(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
