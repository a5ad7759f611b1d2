// <llm-health-timeline>: what a model's status was, with latency, errors and incidents on one time axis.
//
// Attributes: model-id, time-range ("1h" | "6h" | "24h" | "7d" | "30d" | "90d"), resolution (number of points),
// base-url, token, data-theme. Events: range-change {from, to} in milliseconds, once that has been read;
// view-change {range, from?, to?}, as it stands in an address, at once.

import { clientFor } from "./client.js";
import { icon, make, mark, show, write } from "./dom.js";
import { followZone } from "./format.js";
import { base, followTheme } from "./theme.js";
import { TimelineChart } from "./timeline-chart.js";
import { incidentsIn, periodAt, pointAt, TimelineData } from "./timeline-data.js";
import { TimelineFigures } from "./timeline-figures.js";
import { IncidentList } from "./timeline-incidents.js";
import { listenToChart } from "./timeline-input.js";
import { legend } from "./timeline-legend.js";
import { fillTip, tipSentence } from "./timeline-tip.js";
import { RangeChoice } from "./timeline-ranges.js";
import { timelineSheet } from "./timeline-styles.js";
import { ranges, TimeView } from "./timeline-view.js";

const settle = 140;
const refreshEvery = 30_000;

export class LLMHealthTimeline extends HTMLElement {
  static observedAttributes = ["model-id", "time-range", "resolution", "base-url", "token"];

  #root = make("div", { class: "root" });
  #chart = new TimelineChart((ids) => this.#incidents.reveal(ids));
  #tip = make("div", { class: "tip", hidden: true });
  #thumb = make("div", { class: "thumb" });
  #track = make("div", { class: "track", "aria-hidden": "true" }, this.#thumb);
  #plot = make("div", {
    class: "plot", tabindex: "0", role: "application", "aria-roledescription": "zoomable chart", "aria-describedby": "summary",
  }, this.#chart.element, make("div", { class: "progress" }), this.#track, this.#tip);
  #figures = new TimelineFigures();
  #spoken = make("div", { class: "spoken", role: "status", "aria-live": "polite" });
  #troubleText = make("span");
  #trouble = make("div", { class: "trouble", role: "alert", hidden: true }, this.#troubleText,
    make("button", { type: "button", text: "Try again", onclick: () => this.#load(true) }));
  #ranges = new RangeChoice((name) => { this.timeRange = name; });
  #reset = make("button", { class: "button reset", type: "button", onclick: () => this.#home() }, icon("reset"), "Reset");
  #incidents = new IncidentList({ save: (id, text) => this.#saveNote(id, text), zoom: (incident) => this.#zoomTo(incident) });
  /** @type {import("./client.js").LiveClient | null} */
  #client = null;
  /** @type {TimelineData | null} */
  #data = null;
  #view = new TimeView("24h", Date.now());
  #width = 0;
  #frame = 0;
  #timer = 0;
  #loadedAt = 0;
  /** @type {number | null} where is being looked, 0…1 */
  #reading = null;
  /** @type {{from: number, to: number} | null} asked for before there was a daemon */
  #wished = null;
  /** @type {(() => void)[]} */
  #endings = [];

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [base, timelineSheet];
    const zoom = (/** @type {string} */ title, /** @type {"plus" | "minus"} */ picture, /** @type {number} */ factor) =>
      make("button", { class: "plain", type: "button", "aria-label": title, title, onclick: () => this.#zoom(factor, 0.5) }, icon(picture));
    this.#root.append(
      make("div", { class: "bar" }, this.#ranges.element, make("div", { class: "zooms", role: "group", "aria-label": "Zoom" },
        zoom("Zoom out", "minus", 2), zoom("Zoom in", "plus", 0.5), this.#reset)),
      this.#figures.element, this.#trouble, this.#plot,
      make("div", { class: "foot" }, legend(), make("p", { class: "hint", text: "Scroll to zoom, drag to pan, Shift + arrow keys to read." })),
      this.#incidents.element, this.#figures.summary, this.#spoken);
    shadow.append(this.#root);
    listenToChart(this.#plot, {
      zoom: (factor, share) => this.#zoom(factor, share),
      pan: (share) => this.#moved(this.#view.pan(share * this.#view.span, this.#now)),
      reset: () => this.#home(),
      jump: (to) => this.#moved(this.#view.pan(to === "now" ? this.#now - this.#view.to : this.#now - ranges[this.timeRange] - this.#view.from, this.#now)),
      read: (share, isSpoken) => this.#read(share, isSpoken),
      reading: () => this.#reading,
    });
  }

  connectedCallback() {
    const client = this.#client = clientFor(this.getAttribute("base-url"));
    if (this.hasAttribute("token")) client.setToken(this.getAttribute("token"));
    const sizes = new ResizeObserver(([entry]) => {
      this.#width = Math.floor(entry.contentRect.width);
      mark(this.#root, "data-size", this.#width < 620 ? "narrow" : null);
      this.#draw();
      if (!this.#data?.stretch) this.#load(true);
    });
    sizes.observe(this.#plot);
    const refresh = setInterval(() => this.#refresh(), 1_000);
    this.#endings.push(
      followTheme(this, this.#root), followZone(() => this.#draw()), () => sizes.disconnect(), () => clearInterval(refresh), () => this.#data?.stop(),
      client.subscribe({
        fleet: ({ changes }) => { if (changes.some((change) => change.modelId === this.modelId)) this.#loadedAt = 0; },
        connection: () => { if (client.isLive && !this.#trouble.hidden) this.#load(true); },
      }));
    this.#begin();
  }

  disconnectedCallback() {
    for (const end of this.#endings.splice(0)) end();
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** @param {string} name @param {string | null} old @param {string | null} value */
  attributeChangedCallback(name, old, value) {
    if (!this.isConnected || !this.#client || old === value) return;
    if (name === "base-url" || name === "token") {
      this.disconnectedCallback();
      this.connectedCallback();
    } else if (name === "time-range") {
      this.#view.range = this.timeRange;
      this.#home();
    } else {
      this.#begin();
    }
  }

  get modelId() {
    return this.getAttribute("model-id") ?? "";
  }

  set modelId(value) {
    this.setAttribute("model-id", value);
  }

  /**
   * The stretch that is shown, in milliseconds since 1970; `null` for the whole range up to now.
   *
   * @returns {{from: number, to: number} | null}
   */
  get view() {
    return this.#view.isHome ? null : { from: this.#view.from, to: this.#view.to };
  }

  set view(stretch) {
    this.#wished = stretch;
    if (this.#client) this.#show(stretch);
  }

  /** @param {{from: number, to: number} | null} stretch */
  #show(stretch) {
    if (stretch === null) this.#home();
    else if (stretch.from < stretch.to) this.#moved(this.#view.show(stretch.from, stretch.to, this.#now));
  }

  get timeRange() {
    const range = this.getAttribute("time-range") ?? "24h";
    return range in ranges ? range : "24h";
  }

  set timeRange(value) {
    this.setAttribute("time-range", value);
  }

  /** How many points are asked for. */
  get resolution() {
    const wanted = Number.parseInt(this.getAttribute("resolution") ?? "", 10);
    return wanted > 0 ? Math.min(wanted, 2_000) : Math.min(Math.max(Math.round(this.#width / 3), 80), 500);
  }

  get #now() {
    return this.#client?.api.now() ?? Date.now();
  }

  #begin() {
    this.#data?.stop();
    this.#data = this.#client && this.modelId ? new TimelineData(this.#client.api, this.modelId) : null;
    mark(this.#plot, "aria-label", `Timeline of ${this.modelId}. Arrow keys pan, plus and minus zoom, 0 resets, Shift with arrow keys reads.`);
    this.#view = new TimeView(this.timeRange, this.#now);
    if (this.#wished && this.#wished.from < this.#wished.to) this.#view.show(this.#wished.from, this.#wished.to, this.#now);
    this.#wished = null;
    this.#incidents.show([], this.#now);
    this.#draw();
    if (this.#width > 0) this.#load(true);
  }

  #home() {
    this.#view.reset(this.#now);
    this.#moved(true);
  }

  /** @param {number} factor @param {number} share */
  #zoom(factor, share) {
    return this.#moved(this.#view.zoom(factor, this.#view.from + share * this.#view.span, this.#now));
  }

  /** @param {import("./types.js").Incident} incident */
  #zoomTo(incident) {
    const from = Date.parse(incident.from);
    const to = incident.to === null ? this.#now : Date.parse(incident.to);
    const room = Math.max((to - from) * 0.6, 300_000);
    this.#moved(this.#view.show(from - room, to + room, this.#now));
    this.#plot.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  /** @param {boolean} hasMoved */
  #moved(hasMoved) {
    if (!hasMoved) return false;
    this.dispatchEvent(new CustomEvent("view-change", { bubbles: true, composed: true, detail: this.#view.params }));
    this.#draw();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(false), settle);
    return true;
  }

  /** @param {boolean} isForced whether to ask although what we have would do */
  async #load(isForced) {
    const data = this.#data;
    if (!data || this.#width === 0 || (!isForced && data.serves(this.#view, this.resolution))) return;
    mark(this.#plot, "data-loading", true);
    this.#loadedAt = Date.now();
    try {
      if (!(await data.load(this.#view, this.resolution)) || data !== this.#data) return;
      show(this.#trouble, false);
    } catch (error) {
      if (data !== this.#data) return;
      write(this.#troubleText, error instanceof Error ? error.message : "The history cannot be read.");
      show(this.#trouble, true);
    }
    if (!data.isLoading) mark(this.#plot, "data-loading", null);
    this.#draw();
    this.dispatchEvent(new CustomEvent("range-change", { bubbles: true, composed: true, detail: { from: this.#view.from, to: this.#view.to } }));
  }

  /** Keeps a view that ends now at the present. */
  #refresh() {
    if (document.hidden || !this.#data?.stretch || this.#data.isLoading || !this.#view.touchesNow(this.#now)) return;
    if (Date.now() - this.#loadedAt < refreshEvery || this.#plot.hasAttribute("data-dragging")) return;
    this.#view.follow(this.#now);
    this.#load(true);
  }

  #draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render() {
    const view = this.#view;
    const stretch = this.#data?.stretch ?? null;
    this.#ranges.show(this.timeRange);
    mark(this.#reset, "disabled", view.isHome);
    mark(this.#track, "data-on", !view.isHome);
    const whole = Math.max(ranges[this.timeRange] ?? 0, this.#now - view.from);
    this.#thumb.style.transform = `translateX(${(100 * (view.from - (this.#now - whole))) / whole}%) scaleX(${view.span / whole})`;
    if (this.#width > 0) this.#chart.draw(stretch, view, this.#width);
    if (stretch) {
      this.#figures.show(stretch, this.#view);
      this.#incidents.show(incidentsIn(stretch, view), this.#now);
    }
    this.#read(this.#reading, false);
  }

  /**
   * Looks at a place in the chart.
   *
   * @param {number | null} share
   * @param {boolean} isSpoken
   */
  #read(share, isSpoken) {
    this.#reading = share;
    const stretch = this.#data?.stretch;
    show(this.#tip, share !== null && Boolean(stretch));
    if (share === null || !stretch) {
      this.#chart.setCursor(null, null);
      return;
    }
    const at = this.#view.from + share * this.#view.span;
    const period = periodAt(stretch, at);
    const point = period?.status === null ? null : pointAt(stretch, at);
    const x = share * this.#width;
    this.#chart.setCursor(x, point);
    fillTip(this.#tip, { at, now: this.#now, period, point });
    const own = this.#tip.offsetWidth;
    this.#tip.style.transform = `translateX(${x + 16 + own > this.#width ? Math.max(0, x - 16 - own) : x + 16}px)`;
    if (isSpoken) write(this.#spoken, tipSentence({ at, period, point }));
  }

  /** @param {string} id @param {string} text */
  async #saveNote(id, text) {
    const note = await this.#client?.api.post(`health/incidents/${encodeURIComponent(id)}/notes`, { text });
    const incident = this.#data?.stretch?.timeline.incidents.find((candidate) => candidate.id === id);
    if (incident && note) incident.notes = [...(incident.notes ?? []), note];
    write(this.#spoken, "The note is saved.");
    this.#draw();
  }
}

customElements.define("llm-health-timeline", LLMHealthTimeline);
