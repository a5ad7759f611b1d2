// <llm-health-dashboard>: all models of a daemon, live.
//
// Attributes: refresh-interval (ms, 5000; how often to ask where no live connection gets through), show-details (all
// rows unfolded), base-url (the daemon; default: where the page came from), token, data-theme ("light" | "dark").
// Events: model-select {modelId, model}.

import { AccessForm } from "./access.js";
import { clientFor } from "./client.js";
import { DashboardActions } from "./dashboard-actions.js";
import { dashboardSheet, detailsSheet, narrowSheet } from "./dashboard-styles.js";
import { Details } from "./details.js";
import { make, mark, show, write } from "./dom.js";
import { list as listing, plural } from "./format.js";
import { Masthead } from "./masthead.js";
import { Past } from "./past.js";
import { Planning } from "./planning.js";
import { GroupHead, Row } from "./row.js";
import { base, followTheme } from "./theme.js";
import { ColumnHeads, Selection, Toolbar } from "./toolbar.js";
import { VirtualList } from "./virtual-list.js";
import { badness, changeSentence } from "./words.js";

const heights = /** @type {const} */ ({ wide: 60, medium: 60, narrow: 122 });

export class LLMHealthDashboard extends HTMLElement {
  static observedAttributes = ["refresh-interval", "show-details", "base-url", "token"];

  #root = make("div", { class: "root" });
  #selection = new Selection();
  #toolbar = new Toolbar(this.#selection, {
    changed: () => this.#showModels(), checkAll: () => this.#actions?.probe(null), say: (anchor) => this.#planning?.menu(anchor),
  });
  #heads = new ColumnHeads(this.#selection, () => this.#showModels());
  #list = make("div", { class: "list", role: "rowgroup" });
  #table = make("div", { role: "table", "aria-label": "Models", class: "table" },
    make("div", { role: "rowgroup" }, this.#heads.element), this.#list);
  #empty = make("div", { class: "empty", hidden: true });
  #toast = make("p", { class: "toast", role: "alert", hidden: true });
  #board = make("section", { class: "board", "aria-label": "Models", hidden: true }, this.#table, this.#empty);
  #live = make("div", { class: "spoken", role: "status", "aria-live": "polite" });
  /** @type {VirtualList} */
  #rows;
  /** @type {import("./client.js").LiveClient | null} */
  #client = null;
  /** @type {DashboardActions | null} */
  #actions = null;
  /** @type {Planning | null} */
  #planning = null;
  /** @type {Masthead | null} */
  #masthead = null;
  /** @type {AccessForm | null} */
  #access = null;
  /** @type {(() => void)[]} */
  #endings = [];
  /** @type {"wide" | "medium" | "narrow"} */
  #size = "wide";
  #frame = 0;
  /** @type {import("./types.js").Change[]} */
  #untold = [];

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [base, dashboardSheet, detailsSheet, narrowSheet];
    shadow.append(this.#root);
    this.#rows = new VirtualList(this.#list, (kind) => this.#create(kind));
    this.#root.addEventListener("keydown", (event) => this.#onKey(event));
  }

  connectedCallback() {
    this.#endings.push(followTheme(this, this.#root));
    this.#connect();
    const sizes = new ResizeObserver(([entry]) => this.#fit(entry.contentRect.width));
    sizes.observe(this);
    const second = setInterval(() => { if (!document.hidden) this.#tick(); }, 1_000);
    this.#endings.push(() => sizes.disconnect(), () => clearInterval(second));
    this.#rows.start();
  }

  disconnectedCallback() {
    for (const end of this.#endings.splice(0)) end();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#rows.stop();
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.isConnected || !this.#client) return;
    if (name === "base-url") {
      this.disconnectedCallback();
      this.connectedCallback();
    } else if (name === "token") {
      this.#client.setToken(this.getAttribute("token"));
    } else if (name === "refresh-interval") {
      this.#client.refreshInterval = this.refreshInterval;
    } else {
      this.#actions?.openAll(this.showDetails);
      this.#showModels();
    }
  }

  /** Milliseconds. */
  get refreshInterval() {
    const value = Number(this.getAttribute("refresh-interval") ?? 5_000);
    return Number.isFinite(value) && value > 0 ? value : 5_000;
  }

  set refreshInterval(value) {
    this.setAttribute("refresh-interval", String(value));
  }

  get showDetails() {
    return this.hasAttribute("show-details");
  }

  set showDetails(value) {
    this.toggleAttribute("show-details", Boolean(value));
  }

  /**
   * The models as last heard.
   *
   * @returns {import("./types.js").Model[]}
   */
  get models() {
    return [...(this.#client?.fleet.models.values() ?? [])];
  }

  /** Puts the cursor into the search field. */
  focusSearch() {
    this.#toolbar.focusSearch();
  }

  #connect() {
    // Rows act on the daemon that they were made for.
    this.#rows.clear();
    const client = this.#client = clientFor(this.getAttribute("base-url"));
    client.refreshInterval = this.refreshInterval;
    if (this.hasAttribute("token")) client.setToken(this.getAttribute("token"));
    const past = new Past(client, () => this.#schedule());
    const surroundings = {
      root: this.#root, say: (/** @type {string} */ text) => write(this.#live, text), fail: (/** @type {string} */ text) => this.#fail(text),
    };
    const planning = this.#planning = new Planning(client, this.#selection, { ...surroundings, leave: () => this.#toolbar.focusSay() });
    this.#actions = new DashboardActions(client, past, this, {
      ...surroundings, changed: () => this.#showModels(), plan: (modelId) => planning.ask("maintenance", modelId),
    });
    this.#actions.openAll(this.showDetails);
    this.#masthead = new Masthead(client, planning.news.element);
    this.#access = new AccessForm((token) => client.setToken(token, true));
    this.#root.replaceChildren(
      this.#masthead.element, this.#access.element, this.#toolbar.element, this.#toast, this.#board, this.#live);
    this.#endings.push(client.subscribe({
      fleet: (outcome) => {
        // Nobody listens to a page that is hidden, and no frame comes to tell it in.
        if (!document.hidden) this.#untold.push(...outcome.changes);
        if (outcome.isWhole) past.forget();
        this.#schedule();
      },
      connection: () => this.#showConnection(),
    }));
    this.#endings.push(planning.news.start());
    this.#showConnection();
    if (client.fleet.summary) this.#schedule();
  }

  /** @param {string} kind */
  #create(kind) {
    const actions = /** @type {DashboardActions} */ (this.#actions);
    if (kind === "group") return new GroupHead();
    return kind === "details" ? new Details(actions) : new Row(actions);
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#masthead?.showFleet();
      if (this.#toolbar.element.hidden) this.#showConnection();
      this.#showModels();
      this.#tell();
    });
  }

  #showModels() {
    const client = this.#client;
    const actions = this.#actions;
    if (!client || !actions || !client.fleet.summary) return;
    const all = [...client.fleet.models.values()];
    this.#toolbar.show(all, actions.isBusy("*"));
    this.#heads.show();
    const fitting = all.filter((model) => this.#selection.fits(model)).sort((a, b) => this.#selection.compare(a, b));
    const items = this.#selection.isGrouped ? this.#grouped(fitting) : fitting.flatMap((model) => this.#itemsOf(model));
    const last = items.at(-1);
    if (last) last.isLast = true;
    actions.keepCurrent(fitting);
    mark(this.#table, "aria-rowcount", items.length + 1);
    show(this.#table, fitting.length > 0);
    show(this.#empty, fitting.length === 0);
    if (fitting.length === 0) this.#showEmpty(all.length);
    show(this.#board, client.phase !== "refused");
    this.#rows.show(items);
  }

  /** @param {number} total */
  #showEmpty(total) {
    if (total === 0) {
      this.#empty.replaceChildren("The daemon watches no model yet.");
      return;
    }
    const clear = make("button", { class: "link", type: "button", text: `Show all ${total}`, onclick: () => {
      this.#toolbar.clear();
      this.#showModels();
    } });
    this.#empty.replaceChildren("No model fits. ", clear);
  }

  /** @param {import("./types.js").Model[]} models in order */
  #grouped(models) {
    const providers = this.#client?.fleet.summary?.providers ?? {};
    /** @type {Map<string, import("./types.js").Model[]>} */
    const groups = new Map();
    for (const model of models) {
      const group = groups.get(model.provider);
      if (group) group.push(model);
      else groups.set(model.provider, [model]);
    }
    const named = [...groups].map(([name, members]) => ({
      name, members, reason: providers[name]?.reason ?? "", status: providers[name]?.status ?? members[0].status, shown: members.length,
    }));
    named.sort((a, b) => badness(b.status) - badness(a.status) || (a.name < b.name ? -1 : 1));
    return named.flatMap((group) => [
      { key: `group ${group.name}`, kind: "group", height: 40, data: group }, ...group.members.flatMap((model) => this.#itemsOf(model))]);
  }

  /** @param {import("./types.js").Model} model @returns {(import("./virtual-list.js").Item & {isLast?: boolean})[]} */
  #itemsOf(model) {
    const row = { key: model.modelId, kind: "row", height: heights[this.#size], data: model };
    if (!this.#actions?.isOpen(model.modelId)) return [row];
    return [row, { key: `details ${model.modelId}`, kind: "details", height: this.#size === "narrow" ? 640 : 400, isMeasured: true, data: model }];
  }

  /** @param {number} width */
  #fit(width) {
    const size = width >= 1_080 ? "wide" : width >= 700 ? "medium" : "narrow";
    if (this.#root.dataset.size === size) return;
    this.#root.dataset.size = this.#size = size;
    this.#showModels();
  }

  #showConnection() {
    const client = this.#client;
    if (!client) return;
    const isStale = this.#masthead?.showConnection() ?? false;
    mark(this.#root, "data-stale", isStale);
    this.#access?.show(client);
    show(this.#toolbar.element, client.phase !== "refused" && client.fleet.summary !== null);
    if (client.phase === "refused") show(this.#board, false);
    this.#planning?.news.read();
  }

  #tick() {
    if (!this.#client) return;
    this.#showConnection();
    this.#rows.tick(this.#client.api.now());
  }

  /** Reads changes out, without flooding whoever listens. */
  #tell() {
    const changes = this.#untold.splice(0);
    if (changes.length === 0) return;
    write(this.#live, changes.length <= 2 ? changes.map(changeSentence).join(" ")
      : `${plural(changes.length, "change")}: ${listing([...new Set(changes.map((change) => `${change.modelId} ${change.currentStatus}`))], 4)}.`);
  }

  /** @param {string} text */
  #fail(text) {
    write(this.#toast, text);
    show(this.#toast, text !== "");
    if (text) setTimeout(() => { if (this.#toast.textContent === text) show(this.#toast, false); }, 8_000);
  }

  /**
   * Moves through the rows with the arrow keys.
   *
   * @param {KeyboardEvent} event
   */
  #onKey(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest(".row"));
    if (row?.dataset.model && this.#actions && !event.altKey && !event.ctrlKey && !event.metaKey) {
      this.#actions.onRowKey(event, row.dataset.model, this.#rows);
    }
  }
}

customElements.define("llm-health-dashboard", LLMHealthDashboard);
