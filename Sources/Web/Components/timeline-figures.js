// The figures above a chart: the stretch that is shown, and what it comes to.

import { make, write } from "./dom.js";
import { duration, moment, percent, span, zoneName } from "./format.js";
import { figuresOf } from "./timeline-data.js";

export class TimelineFigures {
  #stretch = make("p", { class: "stretch" });
  #list = make("dl", { class: "figures" });
  element = make("div", { class: "figures-box" }, this.#stretch, this.#list);
  /** The same as a sentence, for those who listen. */
  summary = make("p", { class: "spoken", id: "summary" });

  /**
   * @param {import("./timeline-data.js").Stretch} stretch
   * @param {import("./timeline-view.js").TimeView} view
   */
  show(stretch, view) {
    const figures = figuresOf(stretch, view);
    const entries = [["Uptime", percent(figures.availability)], ["Median latency", duration(figures.latency)], ["Errors", percent(figures.errorRate)],
      ["Incidents", String(figures.incidents)], ["Observed", percent(figures.observed)]];
    if (this.#list.childElementCount === 0) {
      this.#list.append(...entries.map(([name]) => make("div", {}, make("dt", { text: name }), make("dd"))));
    }
    entries.forEach(([, value], index) => write(/** @type {Node} */ (this.#list.children[index].lastChild), value));
    const times = `${moment(view.from)} to ${moment(view.to)}`;
    write(this.#stretch, `${times}, ${zoneName()} (${span(view.span / 1_000)})`);
    write(this.summary, `From ${times}: ${entries.map(([name, value]) => `${name} ${value}`).join(", ")}.`);
  }
}
