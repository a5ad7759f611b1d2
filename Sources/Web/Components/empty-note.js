// What stands in place of the models where there is none to show.

import { make, show } from "./dom.js";

export class EmptyNote {
  element = make("div", { class: "empty", hidden: true });

  /** @param {() => void} showAll */
  constructor(showAll) {
    this.showAll = showAll;
  }

  /**
   * @param {number} fitting how many models fit what is chosen
   * @param {number} total
   */
  update(fitting, total) {
    show(this.element, fitting === 0);
    if (fitting > 0) return;
    if (total > 0) {
      this.element.replaceChildren(
        "No model fits. ", make("button", { class: "link", type: "button", text: `Show all ${total}`, onclick: this.showAll }));
      return;
    }
    this.element.replaceChildren(
      make("p", { text: "The daemon watches no model yet." }),
      make("p", {}, "Name models in its configuration, or set ", make("code", { text: "discover: true" }), " at a provider to watch all that it lists."));
  }
}
