// Changes as they are read out, without flooding whoever listens.

import { make, write } from "./dom.js";
import { list, plural, withTimes } from "./format.js";
import { changeSentence } from "./words.js";

/** @typedef {import("./types.js").Change} Change */

export class SpokenChanges {
  element = make("div", { class: "spoken", role: "status", "aria-live": "polite" });
  /** @type {Change[]} */
  #waiting = [];

  /** @param {Change[]} changes */
  add(changes) {
    // Nobody listens to a page that is hidden, and no frame comes to tell it in.
    if (!document.hidden) this.#waiting.push(...changes);
  }

  /** @param {string} text */
  say(text) {
    write(this.element, text);
  }

  /** Says what has come together. */
  flush() {
    const changes = this.#waiting.splice(0);
    if (changes.length === 0) return;
    this.say(changes.length <= 2 ? withTimes(changes.map(changeSentence).join(" "))
      : `${plural(changes.length, "change")}: ${list([...new Set(changes.map((change) => `${change.modelId} ${change.currentStatus}`))], 4)}.`);
  }
}
