// The ranges of time that a timeline is asked for by name.

import { make, mark } from "./dom.js";
import { ranges } from "./timeline-view.js";

export class RangeChoice {
  /** @type {Map<string, HTMLElement>} */
  #buttons = new Map();

  /** @param {(name: string) => void} choose */
  constructor(choose) {
    for (const name of Object.keys(ranges)) this.#buttons.set(name, make("button", { type: "button", text: name, onclick: () => choose(name) }));
    this.element = make("div", { class: "range", role: "group", "aria-label": "Time range" }, ...this.#buttons.values());
  }

  /** @param {string} chosen */
  show(chosen) {
    for (const [name, button] of this.#buttons) mark(button, "aria-pressed", String(name === chosen));
  }
}
