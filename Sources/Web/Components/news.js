// Announcements and planned work, above the models: read every half minute, and at once after one has been changed here.

import { icon, make, mark, show } from "./dom.js";
import { list, moment } from "./format.js";

/** @typedef {import("./types.js").Announcement} Announcement */
/** @typedef {"maintenance" | "announcements"} Kind also its path */

const interval = 30_000;

/**
 * Whether the configuration says it: then only the configuration can end it.
 *
 * @param {Announcement} item
 */
const isConfigured = (item) => item.id.startsWith("configured-");

/**
 * Whether it is planned and has not begun.
 *
 * @param {Announcement} item
 * @param {number} now
 */
const isToCome = (item, now) => item.from !== null && Date.parse(item.from) > now;

/**
 * What ending it is called.
 *
 * @param {Kind} kind
 * @param {Announcement} item
 * @param {number} now
 */
export const endWord = (kind, item, now) => (kind === "maintenance" && !isToCome(item, now) ? "End" : "Take back");

export class News {
  #readAt = 0;
  #turn = 0;
  #shownKey = "";
  /** @type {Set<string>} being taken back */
  #busy = new Set();
  element = make("ul", { class: "news", "aria-label": "Announcements and maintenance", hidden: true });

  /**
   * @param {import("./client.js").LiveClient} client
   * @param {{takeBack: (kind: Kind, item: Announcement) => Promise<void>, leave: () => void}} actions
   */
  constructor(client, actions) {
    this.client = client;
    this.actions = actions;
  }

  /** @returns {() => void} ends it */
  start() {
    const timer = setInterval(() => this.read(), interval);
    return () => clearInterval(timer);
  }

  /** @param {boolean} [isUrgent] whether what has been read a moment ago is too old */
  async read(isUrgent = false) {
    const { api, isLive } = this.client;
    if (!isUrgent && (!isLive || document.hidden || Date.now() - this.#readAt < interval - 1_000)) return;
    this.#readAt = Date.now();
    this.#turn += 1;
    const turn = this.#turn;
    const ask = (/** @type {Kind} */ path) => api.get(path).then((answer) => (Array.isArray(answer) ? answer : null), () => null);
    const [announcements, maintenance] = await Promise.all([ask("announcements"), ask("maintenance")]);
    // An answer that another has overtaken is old; what cannot be read now stays as it was.
    if (turn === this.#turn && announcements && maintenance) this.#show(announcements, maintenance);
  }

  /**
   * @param {Announcement[]} announcements
   * @param {Announcement[]} maintenance
   */
  #show(announcements, maintenance) {
    const now = this.client.api.now();
    const items = [
      ...announcements.map((item) => ({ kind: /** @type {Kind} */ ("announcements"), item })),
      ...maintenance.map((item) => ({ kind: /** @type {Kind} */ ("maintenance"), item })),
    ];
    // What begins reads otherwise from then on.
    const key = JSON.stringify(items.map(({ kind, item }) => [kind, item, isToCome(item, now)]));
    if (key === this.#shownKey) return;
    this.#shownKey = key;
    const focused = /** @type {HTMLElement | null} */ (/** @type {ShadowRoot} */ (this.element.getRootNode()).activeElement ?? null);
    const at = this.#buttons().findIndex((button) => button === focused);
    this.element.replaceChildren(...items.map(({ kind, item }) => this.#line(kind, item, now)));
    show(this.element, items.length > 0);
    if (at < 0) return;
    const buttons = this.#buttons();
    const next = buttons.find((button) => button.dataset.act === focused?.dataset.act) ?? buttons[Math.min(at, buttons.length - 1)];
    if (next) next.focus({ preventScroll: true });
    else this.actions.leave();
  }

  #buttons() {
    return /** @type {HTMLElement[]} */ ([...this.element.querySelectorAll("button")]);
  }

  /** @param {Kind} kind @param {Announcement} item @param {number} now */
  #line(kind, item, now) {
    const title = item.title || (kind === "maintenance" ? "Maintenance" : "Announcement");
    const times = [
      item.from && isToCome(item, now) ? `from ${moment(item.from, now, false)}` : "",
      item.until ? `until ${moment(item.until, now, false)}` : "",
    ];
    const models = item.models ?? [];
    return make("li", { "data-kind": kind }, icon(kind === "maintenance" ? "maintenance" : "note"),
      make("p", {}, make("b", { text: title }), item.text ? ` ${item.text}` : "",
        models.length > 0 ? make("span", { title: models.length > 2 ? models.join(", ") : null, text: ` Concerns ${list(models, 2)}.` }) : null),
      make("span", { class: "soft", text: [kind === "maintenance" ? "Maintenance" : "", ...times].filter(Boolean).join(" ") }),
      isConfigured(item) ? null : this.#button(kind, item, title, now));
  }

  /** @param {Kind} kind @param {Announcement} item @param {string} title @param {number} now */
  #button(kind, item, title, now) {
    const word = endWord(kind, item, now);
    const button = make("button", { class: "button", type: "button", text: word, "aria-label": `${word}: ${title}`, "data-act": item.id });
    button.addEventListener("click", async () => {
      if (this.#busy.has(item.id)) return;
      this.#busy.add(item.id);
      // Not switched off, which would lose the focus.
      mark(button, "aria-disabled", "true");
      await this.actions.takeBack(kind, item);
      this.#busy.delete(item.id);
      mark(button, "aria-disabled", null);
    });
    return button;
  }
}
