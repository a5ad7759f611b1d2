// One model in one row: status, name, reason, latency, errors, score, last check, and what can be done.

import { DayStrip } from "./day-strip.js";
import { icon, make, mark, show, spoken, write } from "./dom.js";
import { ago, duration, parted, percent, shortSpan, withTimes, zoneName } from "./format.js";
import { activeNotices, noticeSentence, noticeText } from "./notices.js";
import { setShape, shape } from "./shapes.js";
import { Sparkline } from "./sparkline.js";
import { lookOf, reasonTitle, verdictWord } from "./words.js";

/** @typedef {import("./types.js").Model} Model */
/**
 * @typedef {object} RowActions What a row asks its dashboard for.
 * @property {import("./fleet.js").Fleet} fleet
 * @property {() => number} now
 * @property {(id: string) => boolean} isOpen
 * @property {(id: string) => boolean} isBusy
 * @property {(id: string) => boolean} isCurrent whether the Tab key stops here
 * @property {(id: string) => void} toggle
 * @property {(id: string) => void} select
 * @property {(id: string) => void} probe
 * @property {(id: string, anchor: HTMLElement) => void} menu
 * @property {(id: string) => void} want its past
 * @property {(id: string) => void} letGo
 * @property {(id: string) => import("./types.js").Timeline | null | undefined} knownDayOf without asking
 */

const arrows = { "1": "▲", "-1": "▼", "0": "▶" };

/**
 * How bad a share of errors is, as it is coloured.
 *
 * @param {number | null} share
 */
const errorLevel = (share) => (share === null || share < 0.01 ? null : share < 0.1 ? "some" : "many");
const arrowWords = { "1": "rising", "-1": "falling", "0": "steady" };

export class Row {
  /** @type {Model | null} */
  #model = null;
  #shape = shape("unknown");
  #nameHead = make("span", { class: "name-head" });
  #nameTail = make("span", { class: "name-tail" });
  #name = make("button", { class: "name", type: "button" }, this.#nameHead, this.#nameTail);
  #state = make("span", { class: "state" });
  #provider = make("span", { class: "row-provider" });
  #day = new DayStrip();
  #uptime = make("span", { class: "value" });
  #chips = make("span", { class: "chips" });
  #chipsKey = "";
  #stamp = "";
  #why = make("span", { class: "why-text" });
  #spark = new Sparkline();
  #latency = make("span", { class: "value" });
  #errors = make("span", { class: "value" });
  #arrow = make("span", { class: "arrow", "aria-hidden": "true" });
  #arrowText = spoken("");
  #score = make("span", { class: "value" });
  #bar = make("span", { class: "score-fill" });
  #scoreBar = make("span", { class: "score-bar", "aria-hidden": "true" }, this.#bar);
  #last = make("span", { class: "value" });
  #check = make("button", { class: "plain check", type: "button" }, icon("check"));
  #more = make("button", { class: "plain more", type: "button", "aria-haspopup": "menu" }, icon("more"));
  #toggle = make("button", { class: "plain toggle", type: "button" }, icon("chevron"));

  /** @param {RowActions} actions */
  constructor(actions) {
    this.actions = actions;
    const cell = (/** @type {string} */ name, /** @type {(Node | string)[]} */ ...content) =>
      make("div", { class: `cell ${name}`, role: "cell" }, ...content);
    this.element = make("div", { class: "row", role: "row" },
      cell("c-status", this.#shape, this.#toggle),
      cell("c-name", make("span", { class: "name-line" }, this.#name), make("span", { class: "under" }, this.#state, this.#provider, this.#chips)),
      cell("c-why", this.#why),
      cell("c-day", this.#day.element, this.#uptime),
      cell("c-latency", this.#spark.element, this.#latency),
      cell("c-errors", this.#arrow, this.#errors, this.#arrowText),
      cell("c-score", this.#score, this.#scoreBar),
      cell("c-last", this.#last),
      cell("c-act", this.#check, this.#more));
    this.element.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      if (!target.closest("button") && !getSelection()?.toString()) this.#do("toggle");
    });
    this.#toggle.addEventListener("click", () => this.#do("toggle"));
    this.#name.addEventListener("click", () => this.#do("select"));
    this.#check.addEventListener("click", () => this.#do("probe"));
    this.#more.addEventListener("click", () => {
      if (this.#model) actions.menu(this.#model.modelId, this.#more);
    });
  }

  /** @param {"toggle" | "select" | "probe"} what */
  #do(what) {
    if (this.#model) this.actions[what](this.#model.modelId);
  }

  /** @param {import("./virtual-list.js").Item} item @param {number} index */
  bind(item, index) {
    const { actions } = this;
    const model = /** @type {Model} */ (item.data);
    const id = model.modelId;
    const isOpen = actions.isOpen(id);
    const tab = actions.isCurrent(id) ? "0" : "-1";
    const samples = actions.fleet.samples(id);
    const now = actions.now();
    // Most rows are as they were: then only the ages move on. Notices end at a minute's accuracy.
    const stamp = [isOpen, actions.isBusy(id), tab, item.isLast, item.isApart, index, samples.length, samples.at(-1)?.at, Math.floor(now / 60_000), zoneName(),
      actions.knownDayOf(id)?.range.to].join();
    actions.want(id);
    if (this.#model === model && this.#stamp === stamp) {
      this.tick(now);
      return;
    }
    this.#model = model;
    this.#stamp = stamp;
    const look = lookOf(model);
    this.element.dataset.look = look;
    this.element.dataset.model = id;
    mark(this.element, "aria-rowindex", index + 2);
    mark(this.element, "data-last", item.isLast);
    setShape(this.#shape, look);
    const [head, tail] = parted(id);
    write(this.#nameHead, head);
    write(this.#nameTail, tail);
    // In two parts it would be read as two words.
    mark(this.#name, "aria-label", tail ? id : null);
    mark(this.#name, "title", id.length > 22 ? id : null);
    write(this.#provider, item.isApart ? model.provider : "");
    write(this.#why, withTimes(model.reasons[0]?.message ?? "", now));
    this.#chip(model);
    write(this.#latency, duration(model.latency.p50));
    write(this.#errors, percent(model.errorRate));
    mark(this.#errors, "data-share", errorLevel(model.errorRate));
    const isIdle = look === "idle";
    this.#day.show(actions.knownDayOf(id));
    write(this.#uptime, isIdle && model.availability === null ? "–" : percent(model.availability));
    const trend = model.errorRate === null ? null : actions.fleet.errorTrend(id);
    mark(this.#arrow, "data-trend", trend);
    write(this.#arrow, trend === null ? "" : arrows[trend]);
    write(this.#arrowText, trend === null ? "" : `, ${arrowWords[trend]}`);
    write(this.#score, model.score === null ? "–" : String(Math.round(model.score)));
    show(this.#scoreBar, model.score !== null);
    this.#bar.style.transform = `scaleX(${(model.score ?? 0) / 100})`;
    this.#spark.show(samples);
    mark(this.element, "data-open", isOpen);
    mark(this.#toggle, "aria-expanded", String(isOpen));
    mark(this.#toggle, "aria-label", `Details of ${id}`);
    mark(this.#check, "aria-label", `Check ${id} now`);
    mark(this.#check, "title", "Check now");
    mark(this.#check, "data-busy", actions.isBusy(id));
    mark(this.#more, "aria-label", `More for ${id}`);
    for (const button of [this.#toggle, this.#name, this.#check, this.#more]) mark(button, "tabindex", tab);
    this.tick(now);
  }

  /**
   * Notices, what the model's runtime does, and where traffic should go.
   *
   * @param {Model} model
   */
  #chip(model) {
    const { metadata } = model;
    const now = this.actions.now();
    /** @type {[string, string, string, Parameters<typeof icon>[0]?][]} */
    const chips = activeNotices(model, now).map((notice) => ["notice", noticeText(notice, now), noticeSentence(notice, now), notice.kind]);
    if (metadata.state && metadata.state !== "idle") chips.push(["plain", String(metadata.state), "State in the local runtime"]);
    if (metadata.cpu === true) chips.push(["warn", "on CPU", reasonTitle("cpuFallback")]);
    // That an unhealthy model gets no traffic goes without saying.
    if (model.routing.verdict === "excluded" && model.status !== "unhealthy") chips.push(["stop", "no traffic", model.routing.reason]);
    else if (model.routing.verdict === "avoid" && model.status === "healthy" && model.reasons[0]?.code !== "idle") chips.push(["plain", "avoid", verdictWord("avoid")]);
    const key = chips.join("|");
    if (key === this.#chipsKey) return;
    this.#chipsKey = key;
    this.#chips.replaceChildren(...chips.map(([kind, text, title, picture]) =>
      make("span", { class: "chip", "data-kind": kind, title }, picture ? icon(picture) : null, make("span", { text }))));
  }

  /** @param {number} now */
  tick(now) {
    const model = this.#model;
    if (!model) return;
    write(this.#state, `${lookOf(model)} for ${shortSpan((now - Date.parse(model.since)) / 1_000)}`);
    write(this.#last, ago(model.lastCheck, now));
  }

  release() {
    if (this.#model) this.actions.letGo(this.#model.modelId);
    this.#model = null;
  }
}

/** The head of a block: a provider and how it fares, or what needs attention. */
export class GroupHead {
  #shape = shape("unknown");
  #name = make("span", { class: "group-name" });
  #reason = make("span", { class: "group-reason" });
  #count = make("span", { class: "group-count" });
  #toggle = make("button", { class: "plain toggle", type: "button" }, icon("chevron"));
  /** @type {import("./arrangement.js").Block | null} */
  #block = null;

  /** @param {(name: string, isFolded: boolean) => void} fold */
  constructor(fold) {
    this.element = make("div", { class: "group", role: "row" },
      make("div", { class: "group-cell", role: "cell", "aria-colspan": 9 },
        this.#toggle, this.#shape, this.#name, this.#reason, this.#count));
    this.element.addEventListener("click", () => {
      const block = this.#block;
      if (block && !block.isAttention && block.name && !getSelection()?.toString()) fold(block.name, !block.isFolded);
    });
  }

  /** @param {import("./virtual-list.js").Item} item @param {number} index */
  bind(item, index) {
    const block = this.#block = /** @type {import("./arrangement.js").Block} */ (item.data);
    this.element.dataset.look = block.look;
    mark(this.element, "data-attention", block.isAttention);
    mark(this.element, "aria-rowindex", index + 2);
    setShape(this.#shape, block.look);
    write(this.#name, block.name);
    write(this.#reason, block.reason);
    write(this.#count, block.isAttention ? "" : String(block.models.length));
    show(this.#toggle, !block.isAttention && block.key !== "rest");
    mark(this.#toggle, "aria-expanded", String(!block.isFolded));
    mark(this.#toggle, "aria-label", `Models of ${block.name}`);
  }
}
