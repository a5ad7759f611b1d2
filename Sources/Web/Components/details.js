// What unfolds below a row: reasons, times, latency by phase, targets, traffic, and the last day.

import { DayStrip } from "./day-strip.js";
import { icon, make, write } from "./dom.js";
import { ago, count, dash, duration, moment, percent, shortSpan, size, until, withTimes } from "./format.js";
import { activeNotices, noticeSentence } from "./notices.js";
import { shape } from "./shapes.js";
import { lookOf, reasonTitle, runtimeWord, verdictWord } from "./words.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {(now: number) => void} Tick */

/** What is longer is folded, in characters. */
const longText = 160;

/** The unfolded part of one row; bound to one model after another. */
export class Details {
  /** @type {Tick[]} */
  #ticks = [];
  #shownKey = "";
  #inner = make("div", { class: "details-inner" });

  /**
   * @param {import("./row.js").RowActions & {end: (modelId: string, noticeId: string) => void,
   *   dayOf: (id: string) => import("./types.js").Timeline | null | undefined}} actions
   */
  constructor(actions) {
    this.actions = actions;
    this.element = make("div", { class: "details", role: "row" },
      make("div", { class: "details-cell", role: "cell", "aria-colspan": 9 }, this.#inner));
  }

  /** @param {import("./virtual-list.js").Item} item @param {number} index */
  bind(item, index) {
    const model = /** @type {Model} */ (item.data);
    this.element.setAttribute("aria-rowindex", String(index + 2));
    this.element.dataset.details = model.modelId;
    const changes = this.actions.fleet.changesOf(model.modelId);
    const past = this.actions.dayOf(model.modelId);
    // Only what counts up changes from second to second; the rest is built anew when the model has changed.
    const key = JSON.stringify(model) + changes.length + (past?.range.to ?? past) + this.actions.isBusy(model.modelId);
    if (key === this.#shownKey) return;
    this.#shownKey = key;
    this.#ticks = [];
    const focused = /** @type {HTMLElement | null} */ (/** @type {ShadowRoot} */ (this.element.getRootNode()).activeElement ?? null);
    const focusKey = focused && this.#inner.contains(focused) ? focused.dataset.act : undefined;
    this.#inner.dataset.blocks = model.traffic ? "4" : "3";
    this.#inner.replaceChildren(...this.#blocks(model, changes, past));
    if (focusKey) /** @type {HTMLElement | null} */ (this.#inner.querySelector(`[data-act="${focusKey}"]`))?.focus({ preventScroll: true });
    this.tick(this.actions.now());
  }

  /** @param {number} now */
  tick(now) {
    for (const tick of this.#ticks) tick(now);
  }

  release() {
    this.#shownKey = "";
    this.#ticks = [];
  }

  /**
   * @param {Model} model
   * @param {import("./types.js").Change[]} changes
   * @param {import("./types.js").Timeline | null | undefined} past
   */
  #blocks(model, changes, past) {
    const hasTargets = model.targets.length > 1;
    const blocks = [
      this.#brief(model),
      block("Why", "", ...model.reasons.filter((reason) => !reason.target || !hasTargets).map(reasonLine),
        hasTargets ? targetList(model) : null, this.#notices(model)),
      block("Now", "", this.#facts(model)),
      block("Latency", "", latencyBars(model), probePhases(model)),
      model.traffic ? block("Probes and traffic", "", trafficTable(model)) : null,
      block("Last 24 hours", "wide", dayStrip(past), recentChanges(changes, past, this.actions.now())),
      this.#buttons(model),
    ];
    return /** @type {HTMLElement[]} */ (blocks.filter((part) => part !== null));
  }

  /**
   * What it is, in one line, with what counts up.
   *
   * @param {Model} model
   */
  #brief(model) {
    const look = lookOf(model);
    const line = make("div", { class: "brief", "data-look": look }, make("b", { text: reasonTitle(model.reasons[0]?.code ?? "") }));
    const chip = (/** @type {string | ((now: number) => string)} */ text) => {
      const element = make("span", { class: "chip" });
      line.append(element);
      if (typeof text === "string") element.textContent = text;
      else this.#ticks.push((now) => write(element, text(now)));
    };
    const { circuitBreaker: breaker, probeResult: probe, consecutiveFailures: failures } = model;
    const word = look === "unhealthy" ? "down" : look;
    chip((now) => `${word} for ${shortSpan((now - Date.parse(model.since)) / 1_000)}`);
    if (probe && !probe.success && probe.outcome.httpStatus) chip(`HTTP ${probe.outcome.httpStatus}`);
    if (failures > 1) chip(`${failures} failures in a row`);
    if (breaker.state !== "closed") chip(breaker.state === "open" ? "breaker open" : "breaker half-open");
    if (model.nextProbeAt) chip((now) => `next probe ${until(model.nextProbeAt, now)}`);
    return line;
  }

  /** @param {Model} model */
  #facts(model) {
    const facts = make("dl", { class: "facts" });
    const add = (/** @type {string} */ name, /** @type {string | ((now: number) => string)} */ value) => {
      const cell = make("dd", { class: "value" });
      facts.append(make("div", {}, make("dt", { text: name }), cell));
      if (typeof value === "string") cell.textContent = value;
      else this.#ticks.push((now) => write(cell, value(now)));
    };
    const { circuitBreaker: breaker, metadata } = model;
    add("Since", (now) => `${moment(model.since, now)}, for ${shortSpan((now - Date.parse(model.since)) / 1_000)}`);
    add("Next probe", (now) => until(model.nextProbeAt, now));
    if (breaker.state !== "closed") {
      add("Breaker", (now) => breaker.state === "open"
        ? `open${breaker.openUntil ? `, tries again ${until(breaker.openUntil, now)}` : ""}` : "half open, confirming");
    }
    add("Traffic", verdictWord(model.routing.verdict));
    add("Uptime, 24 h", percent(model.availability));
    add("Last answer", (now) => ago(model.lastSuccessfulResponse, now));
    if (model.consecutiveFailures > 0) add("Failures in a row", String(model.consecutiveFailures));
    add("Requests seen", count(model.requestTotal));
    const tokens = model.tokensToday ?? metadata.tokensToday ?? null;
    if (tokens !== null) add("Tokens today", count(tokens));
    if (metadata.runtime) add("Runtime", `${runtimeWord(metadata.runtime)}${metadata.cpu ? ", on the CPU" : ""}`);
    if (metadata.sizeBytes) add("Size", `${size(metadata.sizeBytes)}${metadata.quantization ? `, ${metadata.quantization}` : ""}`);
    return facts;
  }

  /** @param {Model} model */
  #notices(model) {
    const now = this.actions.now();
    const notices = activeNotices(model, now);
    if (notices.length === 0) return null;
    return make("ul", { class: "notices" }, ...notices.map((notice) => make("li", {},
      make("span", { text: noticeSentence(notice, now) }),
      notice.kind === "maintenance" ? null : make("button", {
        class: "link", type: "button", text: "End now", "data-act": `end-${notice.id}`,
        "aria-label": `End now: ${noticeSentence(notice, now)}`,
        onclick: () => this.actions.end(model.modelId, notice.id),
      }))));
  }

  /** @param {Model} model */
  #buttons(model) {
    const isBusy = this.actions.isBusy(model.modelId);
    return make("div", { class: "details-buttons" },
      make("button", { class: "button", type: "button", "data-act": "report", onclick: () => this.actions.select(model.modelId) },
        icon("open"), "Timeline and incidents"),
      make("button", { class: "button", type: "button", "data-act": "check", "data-busy": isBusy, onclick: () => this.actions.probe(model.modelId) },
        icon("check"), isBusy ? "Checking…" : "Check now"));
  }
}

/** @param {string} title @param {string} kind @param {...(Node | null)} content */
function block(title, kind, ...content) {
  return make("section", { class: `block ${kind}` }, make("h3", { class: "block-title", text: title }), ...content);
}

/** @param {import("./types.js").Reason} reason */
function reasonLine(reason) {
  const text = withTimes(reason.message);
  const cut = text.length > longText ? text.lastIndexOf(" ", longText) : -1;
  return make("div", { class: "reason" },
    make("b", { text: reason.target ? `${reason.target}: ${reasonTitle(reason.code)}` : reasonTitle(reason.code) }),
    cut < 0 ? make("span", { class: "soft", text })
      : make("details", { class: "soft" }, make("summary", {}, text.slice(0, cut), make("span", { text: " …" })), text.slice(cut)));
}

/**
 * The keys, regions or accounts of a model, each with its own status.
 *
 * @param {Model} model
 */
function targetList({ targets }) {
  return make("ul", { class: "targets", "aria-label": "Targets" }, ...targets.map((target) =>
    make("li", { "data-look": target.status }, shape(target.status), make("b", { text: target.name }),
      make("span", { class: "soft", text: target.status === "healthy" ? "healthy" : withTimes(target.reason) }))));
}

/** @param {Model} model */
function latencyBars({ latency, timeToFirstTokenMs }) {
  const rows = /** @type {[string, number | null][]} */ ([
    ["p50", latency.p50], ["p90", latency.p90], ["p99", latency.p99], ["first token", timeToFirstTokenMs]]);
  const longest = Math.max(...rows.map(([, value]) => value ?? 0), 1);
  return make("dl", { class: "bars" }, ...rows.map(([name, value]) => {
    const fill = make("span", { class: "bar-fill" });
    fill.style.transform = `scaleX(${(value ?? 0) / longest})`;
    return make("div", {}, make("dt", { text: name }), make("dd", {},
      make("span", { class: "bar", "aria-hidden": "true" }, fill), make("span", { class: "value", text: duration(value) })));
  }));
}

/**
 * The phases of the last probe, each from where the one before it ended.
 *
 * @param {Model} model
 */
function probePhases({ probeResult: probe }) {
  if (!probe) return null;
  if (!probe.success) {
    return make("p", { class: "soft phase-note phase-box", text: `Last probe: ${probe.error ?? (probe.outcome.detail || probe.outcome.class)}` });
  }
  const { phases, latency } = probe;
  const marks = /** @type {[string, number | undefined | null][]} */ ([
    ["connect", phases.connectMs], ["head", phases.headMs], ["first byte", phases.firstByteMs],
    ["first token", phases.firstTokenMs], ["rest", latency]]);
  let reached = 0;
  const parts = marks.filter(([, end]) => end !== undefined && end !== null && end > reached).map(([name, end]) => {
    const length = /** @type {number} */ (end) - reached;
    reached = /** @type {number} */ (end);
    return { name, length };
  });
  if (parts.length < 2) return null;
  const strip = make("div", { class: "phases", "aria-hidden": "true" }, ...parts.map(({ length }, index) => {
    const part = make("span", { "data-phase": index });
    part.style.flexGrow = String(Math.max(length, reached / 100));
    return part;
  }));
  return make("div", { class: "phase-box" },
    make("p", { class: "soft phase-note", text: `Last probe: ${duration(latency)}${probe.streamed ? ", streamed" : ""}` }),
    strip,
    make("ul", { class: "legend" }, ...parts.map(({ name, length }, index) =>
      make("li", {}, make("span", { class: "swatch", "data-phase": index, "aria-hidden": "true" }), `${name} ${duration(length)}`))));
}

/** @param {Model} model */
function trafficTable(model) {
  const traffic = /** @type {NonNullable<Model["traffic"]>} */ (model.traffic);
  const row = (/** @type {string} */ name, /** @type {string[]} */ values) =>
    make("tr", {}, make("th", { scope: "row", text: name }), ...values.map((text) => make("td", { class: "value", text })));
  return make("table", { class: "compare" },
    make("thead", {}, make("tr", {}, make("td"), make("th", { scope: "col", text: "Probe" }), make("th", { scope: "col", text: "Traffic" }))),
    make("tbody", {},
      row("Requests, 5 min", [dash, count(traffic.requestCount)]),
      row("Errors", [percent(model.errorRate), percent(traffic.errorRate)]),
      row("p50", [duration(model.probeResult?.latency), duration(traffic.latency?.p50)]),
      row("p99", [duration(model.latency.p99), duration(traffic.latency?.p99)])));
}

/**
 * The day as a strip.
 *
 * @param {import("./types.js").Timeline | null | undefined} past
 */
function dayStrip(past) {
  if (!past) return make("p", { class: "soft", text: past === null ? "The history cannot be read now." : "Loading…" });
  const strip = new DayStrip();
  strip.show(past);
  return strip.element;
}

/**
 * @param {import("./types.js").Change[]} changes
 * @param {import("./types.js").Timeline | null | undefined} past
 * @param {number} now
 */
function recentChanges(changes, past, now) {
  const lines = changes.map((change) => ({ at: change.timestamp, look: change.currentStatus, text: change.reason }));
  const oldest = lines.length > 0 ? Date.parse(/** @type {{at: string}} */ (lines.at(-1)).at) : Infinity;
  for (const period of [...(past?.periods ?? [])].reverse()) {
    if (period.status && period.reason && Date.parse(period.from) < oldest - 1_000) {
      lines.push({ at: period.from, look: period.status, text: period.reason });
    }
  }
  if (lines.length === 0) return make("p", { class: "soft", text: past ? "No change of status." : "" });
  return make("ol", { class: "changes" }, ...lines.slice(0, 5).map(({ at, look, text }) =>
    make("li", { "data-look": look }, shape(look), make("time", { class: "soft", datetime: at, text: moment(at, now) }),
      make("span", {}, make("b", { text: look }), ` ${withTimes(text, now)}`))));
}
