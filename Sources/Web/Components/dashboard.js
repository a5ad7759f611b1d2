// <llm-health-dashboard>: all models of a daemon, live.
//
// Attributes: refresh-interval (ms, 5000; how often to ask where no live connection gets through), show-details (all
// rows unfolded), wall (for a big screen: no controls, large letters), base-url (the daemon; default: where the page came from), token, data-theme ("light" | "dark").
// Events: model-select {modelId, model}; view-change {q, show, sort, reversed, group}, what is as always left out.

import { AccessForm } from "./access.js";
import { Arrangement } from "./arrangement.js";
import { clientFor } from "./client.js";
import { DashboardActions } from "./dashboard-actions.js";
import { narrowSheet } from "./dashboard-narrow.js";
import { dashboardSheet, daySheet, detailsSheet } from "./dashboard-styles.js";
import { Details } from "./details.js";
import { make, mark, show, write } from "./dom.js";
import { EmptyNote } from "./empty-note.js";
import { followZone, plural } from "./format.js";
import { Masthead } from "./masthead.js";
import { OrderHold } from "./order-hold.js";
import { Past } from "./past.js";
import { Planning } from "./planning.js";
import { RecentChanges } from "./recent.js";
import { GroupHead, Row } from "./row.js";
import { SpokenChanges } from "./spoken-changes.js";
import { base, followTheme } from "./theme.js";
import { Toast } from "./toast.js";
import { ColumnHeads, Selection, Toolbar } from "./toolbar.js";
import { VirtualList } from "./virtual-list.js";

const heights = /** @type {const} */ ({ full: 60, wide: 60, medium: 60, narrow: 122 });

export class LLMHealthDashboard extends HTMLElement {
  static observedAttributes = ["refresh-interval", "show-details", "base-url", "token", "wall"];

  #root = make("div", { class: "root" });
  #selection = new Selection();
  #arrangement = new Arrangement(this.#selection);
  #toolbar = new Toolbar(this.#selection, {
    changed: () => this.#rearrange(), checkAll: () => this.#actions?.probe(null), say: (anchor) => this.#planning?.menu(anchor),
  });
  #heads = new ColumnHeads(this.#selection, () => this.#rearrange());
  #list = make("div", { class: "list", role: "rowgroup" });
  #table = make("div", { role: "table", "aria-label": "Models", class: "table" },
    make("div", { role: "rowgroup" }, this.#heads.element), this.#list);
  #empty = new EmptyNote(() => {
    this.#toolbar.clear();
    this.#rearrange();
  });
  #hold = new OrderHold(this.#list, () => { if (!this.#held.hidden) this.#schedule(); });
  #held = make("button", { class: "held", type: "button", hidden: true, onclick: () => this.#rearrange() });
  #toast = new Toast();
  #board = make("section", { class: "board", "aria-label": "Models", hidden: true }, this.#table, this.#empty.element, this.#held);
  #news = new SpokenChanges();
  /** @type {RecentChanges | null} */
  #recent = null;
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
  /** @type {"full" | "wide" | "medium" | "narrow"} */
  #size = "full";
  #frame = 0;

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [base, dashboardSheet, daySheet, detailsSheet, narrowSheet];
    shadow.append(this.#root);
    this.#rows = new VirtualList(this.#list, (kind) => this.#create(kind));
    this.#root.addEventListener("keydown", (event) => this.#onKey(event));
  }

  connectedCallback() {
    this.#endings.push(followTheme(this, this.#root));
    this.#connect();
    this.#showWall();
    const sizes = new ResizeObserver(([entry]) => this.#fit(entry.contentRect.width));
    sizes.observe(this);
    const second = setInterval(() => { if (!document.hidden) this.#tick(); }, 1_000);
    this.#endings.push(() => sizes.disconnect(), () => clearInterval(second), followZone(() => this.#renew()));
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
    } else if (name === "wall") {
      this.#showWall();
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

  get showDetails() { return this.hasAttribute("show-details"); }

  set showDetails(value) { this.toggleAttribute("show-details", Boolean(value)); }

  /** @returns {import("./types.js").Model[]} as last heard */
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
      root: this.#root, say: (/** @type {string} */ text) => this.#news.say(text), fail: (/** @type {string} */ text) => this.#toast.say(text),
    };
    const planning = this.#planning = new Planning(client, this.#selection, { ...surroundings, leave: () => this.#toolbar.focusSay() });
    this.#actions = new DashboardActions(client, past, this, {
      ...surroundings, changed: () => this.#showModels(), plan: (modelId) => planning.ask("maintenance", modelId),
    });
    this.#actions.openAll(this.showDetails);
    this.#masthead = new Masthead(client, planning.news.element);
    this.#recent = new RecentChanges(client, (id) => this.#actions?.select(id));
    this.#access = new AccessForm((token) => client.setToken(token, true));
    this.#root.replaceChildren(
      this.#masthead.element, this.#access.element, this.#toolbar.element, this.#toast.element, this.#board, this.#recent.element, this.#news.element);
    this.#endings.push(client.subscribe({
      fleet: (outcome) => {
        this.#news.add(outcome.changes);
        for (const change of outcome.changes) past.outdate(change.modelId);
        if (outcome.changes.length > 0) this.#recent?.outdate();
        if (outcome.isWhole) past.forget();
        this.#schedule();
      },
      connection: () => this.#showConnection(),
    }));
    this.#endings.push(planning.news.start());
    this.#showConnection();
    if (client.fleet.summary) this.#schedule();
  }

  /** @param {string} name @param {boolean} isFolded */
  #fold(name, isFolded) {
    this.#arrangement.fold(name, isFolded);
    this.#showModels();
  }

  /** @param {string} kind */
  #create(kind) {
    const actions = /** @type {DashboardActions} */ (this.#actions);
    if (kind === "group") return new GroupHead((name, isFolded) => this.#fold(name, isFolded));
    return kind === "details" ? new Details(actions) : new Row(actions);
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#masthead?.showFleet();
      if (this.#toolbar.element.hidden) this.#showConnection();
      this.#showModels();
      this.#news.flush();
    });
  }

  #showModels() {
    const client = this.#client;
    const actions = this.#actions;
    if (!client || !actions || !client.fleet.summary) return;
    const all = [...client.fleet.models.values()];
    this.#toolbar.show(all, actions.isBusy("*"));
    this.#heads.show();
    const fitting = all.filter((model) => this.#selection.fits(model));
    const blocks = this.#arrangement.arrange(fitting, client.fleet.summary.providers, this.#hold.holds);
    const items = blocks.flatMap((block) => this.#itemsOfBlock(block));
    show(this.#held, this.#arrangement.displaced > 0);
    write(this.#held, `${plural(this.#arrangement.displaced, "model has", "models have")} changed. Sort now`);
    const last = items.at(-1);
    if (last) last.isLast = true;
    actions.keepCurrent(fitting);
    mark(this.#table, "aria-rowcount", items.length + 1);
    show(this.#table, fitting.length > 0);
    this.#empty.update(fitting.length, all.length);
    show(this.#board, client.phase !== "refused");
    this.#rows.show(items);
  }

  /** @param {import("./arrangement.js").Block} block */
  #itemsOfBlock(block) {
    const isApart = block.isAttention || !this.#selection.isGrouped;
    const rows = block.isFolded ? [] : block.models.flatMap((model) => this.#itemsOf(model, isApart));
    return block.name ? [{ key: block.key, kind: "group", height: 40, data: block }, ...rows] : rows;
  }

  /** Puts everything in order, whoever points at it, and tells what is to be seen. */
  #rearrange() {
    this.#arrangement.release();
    this.#showModels();
    this.dispatchEvent(new CustomEvent("view-change", { bubbles: true, composed: true, detail: this.#selection.params }));
  }

  /** @param {URLSearchParams} params which models are shown and how: `q`, `show`, `sort`, `reversed`, `group` */
  adoptView(params) {
    this.#selection.adopt(params);
    this.#arrangement.release();
    this.#showModels();
  }

  #showWall() {
    this.#arrangement.isBrief = this.hasAttribute("wall");
    mark(this.#root, "data-wall", this.#arrangement.isBrief);
    this.#showModels();
  }

  /** What is shown is written otherwise from now on. */
  #renew() {
    this.#rows.clear();
    this.#masthead?.renew();
    this.#planning?.news.read(true);
    this.#schedule();
  }

  /** @param {import("./types.js").Model} model @param {boolean} isApart @returns {import("./virtual-list.js").Item[]} */
  #itemsOf(model, isApart) {
    const row = { key: model.modelId, kind: "row", height: heights[this.#size], isApart, data: model };
    if (!this.#actions?.isOpen(model.modelId)) return [row];
    return [row, { key: `details ${model.modelId}`, kind: "details", height: this.#size === "narrow" ? 640 : 400, isMeasured: true, data: model }];
  }

  /** @param {number} width */
  #fit(width) {
    const size = width >= 1_360 ? "full" : width >= 1_080 ? "wide" : width >= 700 ? "medium" : "narrow";
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
    if (!this.#held.hidden && !this.#hold.holds) this.#showModels();
  }

  /** @param {KeyboardEvent} event moves through the rows with the arrow keys */
  #onKey(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest(".row"));
    if (row?.dataset.model && this.#actions && !event.altKey && !event.ctrlKey && !event.metaKey) {
      this.#actions.onRowKey(event, row.dataset.model, this.#rows);
    }
  }
}

customElements.define("llm-health-dashboard", LLMHealthDashboard);
