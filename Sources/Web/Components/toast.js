// What has failed, said for a while where it can be seen.

import { make, show, write } from "./dom.js";

const shownFor = 8_000;

export class Toast {
  element = make("p", { class: "toast", role: "alert", hidden: true });

  /** @param {string} text */
  say(text) {
    write(this.element, text);
    show(this.element, text !== "");
    if (text) setTimeout(() => { if (this.element.textContent === text) show(this.element, false); }, shownFor);
  }
}
