// <llm-health-badge>: one model's status, the size of a dot, a word or a small card.
//
// Attributes: model-id, size ("small" | "medium" | "large"), show-tooltip, base-url, token, data-theme.
// Event: badge-click {modelId, model}; unless it is cancelled, the model's report opens: /?model=ID.

import { clientFor } from "./client.js";
import { make, mark, show, write } from "./dom.js";
import { ago, dash, duration, percent, shortSpan, withTimes } from "./format.js";
import { Past } from "./past.js";
import { setShape, shape } from "./shapes.js";
import { Sparkline } from "./sparkline.js";
import { base, followTheme, sheet } from "./theme.js";
import { lookOf } from "./words.js";

const badgeSheet = sheet(`
:host { display: inline-block; vertical-align: middle; max-width: 100%; }
.root { display: inline-block; max-width: 100%; }
.badge { display: inline-flex; align-items: center; gap: 8px; max-width: 100%; color: var(--ink); text-decoration: none; text-align: start; font-weight: 400; }
.badge:hover .id { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 3px; }
[data-size="small"] { padding: 5px; border-radius: 50%; }
[data-size="small"] .words, [data-size="small"] .figures { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
[data-size="small"] .shape { width: 14px; height: 14px; }
[data-size="medium"] { min-height: 28px; padding: 3px 12px 3px 10px; border: 1px solid var(--line); border-radius: 14px; background: var(--paper); font-size: 13px; }
[data-size="medium"] .words { display: flex; gap: 7px; min-width: 0; }
[data-size="medium"] .shape { width: 11px; height: 11px; }
[data-size="medium"] .figures { display: none; }
[data-size="large"] { gap: 14px; min-width: 250px; padding: 13px 18px 13px 16px; border: 1px solid var(--line); border-radius: 14px; background: var(--paper); box-shadow: var(--shadow); }
[data-size="large"] .words { flex: 1; display: grid; min-width: 0; }
[data-size="large"] .shape { width: 18px; height: 18px; }
[data-size="large"] .id { font-size: 15px; }
[data-size="large"] .figures { display: grid; justify-items: end; gap: 1px; color: var(--soft); font-size: 12.5px; --spark: var(--mark); }
.badge:hover { border-color: var(--edge); }
.id { font-weight: 560; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.status { color: var(--tone); font-weight: 500; white-space: nowrap; }
.tip { position: fixed; inset: auto; margin: 0; width: max-content; max-width: min(320px, calc(100vw - 16px)); padding: 12px 14px; border: 1px solid var(--edge); border-radius: 11px; background: var(--paper); color: var(--ink); box-shadow: var(--lift); pointer-events: none; }
.tip-title { display: flex; align-items: center; gap: 8px; font-weight: 600; overflow-wrap: anywhere; }
.tip-title .shape { width: 11px; height: 11px; }
.tip-reason { margin: 4px 0 8px; color: var(--soft); overflow-wrap: anywhere; }
.tip dl { display: grid; grid-template-columns: auto auto; gap: 2px 18px; }
.tip dt { color: var(--soft); }
.tip dd { text-align: right; }
`);

const sizes = ["small", "medium", "large"];

export class LLMHealthBadge extends HTMLElement {
  static observedAttributes = ["model-id", "size", "show-tooltip", "base-url", "token"];

  #root = make("div", { class: "root" });
  #shape = shape("unknown");
  #id = make("span", { class: "id" });
  #status = make("span", { class: "status" });
  #latency = make("span", { class: "value" });
  #spark = new Sparkline();
  #link = /** @type {HTMLAnchorElement} */ (make("a", { class: "badge" }, this.#shape,
    make("span", { class: "words" }, this.#id, this.#status), make("span", { class: "figures" }, this.#spark.element, this.#latency)));
  #tip = make("div", { class: "tip", popover: "manual", role: "tooltip", id: "tip" });
  /** @type {import("./client.js").LiveClient | null} */
  #client = null;
  /** @type {Past | null} */
  #past = null;
  /** @type {(() => void)[]} */
  #endings = [];

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [base, badgeSheet];
    this.#root.append(this.#link, this.#tip);
    shadow.append(this.#root);
    this.#link.addEventListener("click", (event) => this.#onClick(event));
    for (const name of ["pointerenter", "focus"]) this.#link.addEventListener(name, () => this.#showTip());
    for (const name of ["pointerleave", "blur"]) this.#link.addEventListener(name, () => this.#hideTip());
    this.#link.addEventListener("keydown", (event) => { if (event.key === "Escape") this.#hideTip(); });
  }

  connectedCallback() {
    const client = this.#client = clientFor(this.getAttribute("base-url"));
    if (this.hasAttribute("token")) client.setToken(this.getAttribute("token"));
    this.#past = new Past(client, () => this.#show());
    const second = setInterval(() => { if (!document.hidden) this.#show(); }, 1_000);
    this.#endings.push(
      followTheme(this, this.#root), client.subscribe({ fleet: () => this.#show(), connection: () => this.#show() }),
      () => clearInterval(second), () => this.#hideTip());
    this.#show();
  }

  disconnectedCallback() {
    for (const end of this.#endings.splice(0)) end();
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.#client || !this.isConnected) return;
    if (name === "base-url" || name === "token") {
      this.disconnectedCallback();
      this.connectedCallback();
    }
    this.#show();
  }

  get modelId() {
    return this.getAttribute("model-id") ?? "";
  }

  set modelId(value) {
    this.setAttribute("model-id", value);
  }

  get #model() {
    return this.#client?.fleet.models.get(this.modelId) ?? null;
  }

  #show() {
    const client = this.#client;
    if (!client) return;
    const id = this.modelId;
    show(this.#root, id !== "");
    const model = this.#model;
    const look = model && client.phase !== "refused" ? lookOf(model) : "unknown";
    const size = this.getAttribute("size") ?? "medium";
    mark(this.#link, "data-size", sizes.includes(size) ? size : "medium");
    mark(this.#link, "data-look", look);
    mark(this.#link, "href", `${client.api.baseUrl}/?model=${encodeURIComponent(id)}`);
    setShape(this.#shape, look);
    write(this.#id, id);
    const isStale = client.lostAt !== null && client.phase !== "live" && Date.now() - client.lostAt > 3_000;
    const word = !model ? (client.isLive ? "not watched" : "unknown") : look;
    write(this.#status, `${word}${isStale ? ", no connection" : ""}`);
    write(this.#latency, model ? duration(model.latency.p50) : dash);
    if (size === "large" && model && client.isLive) this.#past?.want(id, false);
    this.#spark.show(client.fleet.samples(id));
    if (this.#tip.matches(":popover-open")) this.#fillTip();
  }

  #fillTip() {
    const model = this.#model;
    const now = this.#client?.api.now() ?? Date.now();
    const look = model ? lookOf(model) : "unknown";
    const facts = /** @type {[string, string][]} */ (!model ? [] : [
      ["Since", `${shortSpan((now - Date.parse(model.since)) / 1_000)}`], ["Latency p50", duration(model.latency.p50)],
      ["Errors", percent(model.errorRate)], ["Uptime, 24 h", percent(model.availability)], ["Last check", ago(model.lastCheck, now)]]);
    mark(this.#tip, "data-look", look);
    this.#tip.replaceChildren(
      make("p", { class: "tip-title" }, shape(look), `${this.modelId} `, make("span", { class: "status", text: model ? look : "not watched" })),
      make("p", { class: "tip-reason", text: withTimes(model?.reasons[0]?.message ?? "The daemon does not watch this model.") }),
      make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })])));
  }

  #showTip() {
    if (!this.hasAttribute("show-tooltip") || !this.isConnected) return;
    this.#fillTip();
    this.#tip.showPopover();
    this.#link.setAttribute("aria-describedby", "tip");
    const box = this.#link.getBoundingClientRect();
    const own = this.#tip.getBoundingClientRect();
    const below = box.bottom + 8;
    this.#tip.style.top = `${below + own.height > innerHeight - 8 ? Math.max(8, box.top - 8 - own.height) : below}px`;
    this.#tip.style.left = `${Math.min(Math.max(8, box.left + box.width / 2 - own.width / 2), innerWidth - own.width - 8)}px`;
  }

  #hideTip() {
    if (this.#tip.matches(":popover-open")) this.#tip.hidePopover();
    this.#link.removeAttribute("aria-describedby");
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const isOurs = this.dispatchEvent(new CustomEvent("badge-click", {
      bubbles: true, composed: true, cancelable: true, detail: { modelId: this.modelId, model: this.#model },
    }));
    if (!isOurs) event.preventDefault();
  }
}

customElements.define("llm-health-badge", LLMHealthBadge);
