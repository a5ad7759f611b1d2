// Which models are shown, in which order: status chips with counts, search, sorting, grouping.

import { icon, make, mark, write } from "./dom.js";
import { shape } from "./shapes.js";
import { badness, lookOf, looksBestFirst } from "./words.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").Look} Look */

export const sortKeys = /** @type {const} */ (["status", "name", "latency", "errors", "score", "lastCheck"]);
/** @typedef {typeof sortKeys[number]} SortKey */

const sortTitles = /** @type {Record<SortKey, string>} */ ({
  status: "Worst first", name: "Name", latency: "Slowest first", errors: "Most errors", score: "Lowest score", lastCheck: "Last check",
});

/**
 * Ascending order puts first what one wants to see first.
 *
 * @type {Record<SortKey, (a: Model, b: Model) => number>}
 */
const orders = {
  status: (a, b) => badness(lookOf(b)) - badness(lookOf(a)),
  name: () => 0,
  latency: (a, b) => (b.latency.p50 ?? -1) - (a.latency.p50 ?? -1),
  errors: (a, b) => (b.errorRate ?? -1) - (a.errorRate ?? -1),
  score: (a, b) => (a.score ?? 101) - (b.score ?? 101),
  lastCheck: (a, b) => (b.lastCheck ?? "").localeCompare(a.lastCheck ?? ""),
};

/** What the person has chosen. */
export class Selection {
  /** @type {Look | null} */
  look = null;
  text = "";
  /** @type {SortKey} */
  sort = "status";
  isReversed = false;
  isGrouped = true;

  /** @param {Model} model */
  fits(model) {
    if (this.look !== null && lookOf(model) !== this.look) return false;
    if (this.text === "") return true;
    const name = `${model.modelId} ${model.provider}`.toLowerCase();
    return this.text.toLowerCase().split(/\s+/).every((word) => name.includes(word));
  }

  /** As it stands in an address; what is as always is left out. */
  get params() {
    const params = /** @type {Record<string, string>} */ ({});
    if (this.text) params.q = this.text;
    if (this.look) params.show = this.look;
    if (this.sort !== "status") params.sort = this.sort;
    if (this.isReversed) params.reversed = "1";
    if (!this.isGrouped) params.group = "none";
    return params;
  }

  /** @param {URLSearchParams} params what is no choice is as always */
  adopt(params) {
    const [look, sort] = [params.get("show"), params.get("sort")];
    this.text = params.get("q") ?? "";
    this.look = looksBestFirst.find((known) => known === look) ?? null;
    this.sort = sortKeys.find((known) => known === sort) ?? "status";
    this.isReversed = params.get("reversed") === "1";
    this.isGrouped = params.get("group") !== "none";
  }

  /** @param {Model} a @param {Model} b */
  compare(a, b) {
    const order = orders[this.sort](a, b) || (a.modelId < b.modelId ? -1 : a.modelId > b.modelId ? 1 : 0);
    return this.isReversed ? -order : order;
  }
}

export class Toolbar {
  /** @type {Map<Look, {button: HTMLElement, amount: HTMLElement}>} */
  #chips = new Map();
  #search = /** @type {HTMLInputElement} */ (make("input", {
    class: "field search", type: "search", placeholder: "Find a model or provider", "aria-label": "Find a model or provider", autocomplete: "off", spellcheck: "false",
  }));
  #sort = /** @type {HTMLSelectElement} */ (make("select", { class: "field sort", "aria-label": "Order of the models" },
    ...sortKeys.map((key) => make("option", { value: key, text: sortTitles[key] }))));
  #group = make("button", { class: "button group-toggle", type: "button", text: "By provider" });
  #all = make("button", { class: "button check-all", type: "button" }, icon("check"), make("span", { text: "Check all" }));
  #say = make("button", {
    class: "button say", type: "button", "aria-haspopup": "menu", title: "Plan maintenance, or announce something",
  }, icon("note"), make("span", { text: "Announce…" }));

  /**
   * @param {Selection} selection
   * @param {{changed: () => void, checkAll: () => void, say: (anchor: HTMLElement) => void}} actions
   */
  constructor(selection, actions) {
    this.selection = selection;
    const filter = make("div", { class: "filter", role: "group", "aria-label": "Show only models that are" });
    for (const look of looksBestFirst) {
      const amount = make("b", { text: "0" });
      const button = make("button", { class: "filter-chip", type: "button", "data-look": look, "aria-pressed": "false" },
        shape(look), amount, make("span", { text: look }));
      button.addEventListener("click", () => {
        selection.look = selection.look === look ? null : look;
        actions.changed();
      });
      this.#chips.set(look, { button, amount });
      filter.append(button);
    }
    this.#search.addEventListener("input", () => {
      selection.text = this.#search.value.trim();
      actions.changed();
    });
    this.#sort.addEventListener("change", () => {
      selection.sort = /** @type {SortKey} */ (this.#sort.value);
      selection.isReversed = false;
      actions.changed();
    });
    this.#group.addEventListener("click", () => {
      selection.isGrouped = !selection.isGrouped;
      actions.changed();
    });
    this.#all.addEventListener("click", () => actions.checkAll());
    this.#say.addEventListener("click", () => actions.say(this.#say));
    this.element = make("div", { class: "toolbar" }, filter,
      make("div", { class: "tools" },
        make("span", { class: "search-box" }, icon("search"), this.#search), this.#sort, this.#group, this.#all, this.#say));
  }

  /** @param {Iterable<Model>} models @param {boolean} isCheckingAll */
  show(models, isCheckingAll) {
    const counts = /** @type {Record<string, number>} */ ({});
    for (const model of models) counts[lookOf(model)] = (counts[lookOf(model)] ?? 0) + 1;
    for (const [look, { button, amount }] of this.#chips) {
      const isOn = this.selection.look === look;
      write(amount, String(counts[look] ?? 0));
      mark(button, "aria-pressed", String(isOn));
      mark(button, "data-empty", !counts[look]);
      mark(button, "hidden", look === "idle" && !counts.idle && !isOn);
    }
    if (this.#search.value.trim() !== this.selection.text) this.#search.value = this.selection.text;
    if (this.#sort.value !== this.selection.sort) this.#sort.value = this.selection.sort;
    mark(this.#group, "aria-pressed", String(this.selection.isGrouped));
    mark(this.#all, "data-busy", isCheckingAll);
    mark(this.#all, "disabled", isCheckingAll);
  }

  focusSearch() {
    this.#search.focus();
    this.#search.select();
  }

  focusSay() {
    this.#say.focus();
  }

  clear() {
    this.selection.text = "";
    this.selection.look = null;
    this.#search.value = "";
  }
}

/** The heads of the columns; a click sorts. */
export class ColumnHeads {
  /** @type {Map<SortKey, {cell: HTMLElement}>} */
  #cells = new Map();

  /** @param {Selection} selection @param {() => void} changed */
  constructor(selection, changed) {
    this.selection = selection;
    this.element = make("div", { class: "heads", role: "row", "aria-rowindex": 1 });
    const columns = /** @type {[string, string, SortKey | null][]} */ ([
      ["c-status", "Status", null], ["c-name", "Model", "name"], ["c-why", "Why", null], ["c-day", "Uptime, 24 h", null], ["c-latency", "Latency p50", "latency"],
      ["c-errors", "Errors, 5 min", "errors"], ["c-score", "Score", "score"], ["c-last", "Last check", "lastCheck"], ["c-act", "Actions", null]]);
    for (const [name, title, key] of columns) {
      const cell = make("div", { class: `cell ${name}`, role: "columnheader" });
      if (key) {
        const button = make("button", { class: "head-button", type: "button" },
          make("span", {}, title.split(",")[0], title.includes(",") ? make("span", { class: "head-more", text: `,${title.split(",")[1]}` }) : null), make("span", { class: "head-arrow", "aria-hidden": "true" }));
        button.addEventListener("click", () => {
          selection.isReversed = selection.sort === key ? !selection.isReversed : false;
          selection.sort = key;
          changed();
        });
        cell.append(button);
        this.#cells.set(key, { cell });
      } else {
        cell.append(make("span", { class: name === "c-act" || name === "c-status" ? "spoken" : "", text: title }));
      }
      this.element.append(cell);
    }
  }

  show() {
    const { sort, isReversed } = this.selection;
    for (const [key, { cell }] of this.#cells) {
      // Only names and scores begin with the smallest.
      const isUp = (key === "name" || key === "score") !== isReversed;
      mark(cell, "aria-sort", key === sort ? (isUp ? "ascending" : "descending") : null);
      write(/** @type {Node} */ (cell.querySelector(".head-arrow")), key === sort ? (isUp ? "↑" : "↓") : "");
    }
  }
}
