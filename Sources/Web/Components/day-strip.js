// The last day of a model as a strip: each stretch of a status with its colour, its pattern and its reason.

import { make, mark } from "./dom.js";
import { moment, percent, withTimes } from "./format.js";

/** @typedef {import("./types.js").Timeline} Timeline */

export class DayStrip {
  element = make("div", { class: "day", role: "img" });
  #key = "";

  /** @param {Timeline | null | undefined} past `undefined` while it is asked for, `null` where it cannot be read */
  show(past) {
    const key = past ? past.range.to + past.modelId : String(past);
    if (key === this.#key) return;
    this.#key = key;
    this.element.replaceChildren(...(past?.periods ?? []).map(part));
    mark(this.element, "data-empty", !past);
    mark(this.element, "aria-label", past
      ? `Status over the last 24 hours; uptime ${percent(past.availability)}` : past === null ? "The history cannot be read now" : "Status over the last 24 hours");
  }
}

/** @param {import("./types.js").Period} period */
function part(period) {
  const look = period.status === "healthy" && period.code === "idle" ? "idle" : period.status;
  const reason = period.reason && look !== "healthy" ? `. ${withTimes(period.reason)}` : "";
  const element = make("span", {
    "data-look": look ?? "none", title: `${moment(period.from)} – ${moment(period.to)}: ${look ?? "not observed"}${reason}`,
  });
  element.style.flexGrow = String(Math.max(1, Date.parse(period.to) - Date.parse(period.from)));
  return element;
}
