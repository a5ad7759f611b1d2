// A line of the last latencies, the size of a word.

import { draw, mark } from "./dom.js";

const width = 96;
const height = 26;
const inset = 3;

/** A small chart that is drawn once and then only moved. */
export class Sparkline {
  #area = draw("path", { class: "spark-area" });
  #line = draw("path", { class: "spark-line" });
  #dot = draw("circle", { class: "spark-dot", r: 2.2 });

  constructor() {
    this.element = draw(
      "svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", preserveAspectRatio: "none" },
      this.#area, this.#line, this.#dot);
  }

  /**
   * Shows samples, oldest first; a latency of `null` leaves a gap.
   *
   * @param {readonly {at: number, latency: number | null}[]} samples
   */
  show(samples) {
    const known = samples.flatMap(({ latency }) => (latency === null ? [] : [latency]));
    if (known.length < 2) {
      this.#put("", "", null);
      return;
    }
    const low = Math.min(...known);
    const high = Math.max(...known);
    // A calm model shall look calm: variations of less than a fifth do not fill the height.
    const reach = Math.max(high - low, high * 0.2, 1e-6);
    const floor = Math.max(0, (high + low - reach) / 2);
    const begin = samples[0].at;
    const length = Math.max(1, samples[samples.length - 1].at - begin);
    const x = (/** @type {number} */ at) => inset + ((at - begin) / length) * (width - 2 * inset);
    const y = (/** @type {number} */ value) => height - inset - ((value - floor) / reach) * (height - 2 * inset);
    let line = "";
    let area = "";
    let start = /** @type {string | null} */ (null);
    let last = /** @type {number[] | null} */ (null);
    const end = () => {
      if (start !== null && last) area += `L${last[0].toFixed(1)} ${height}L${start} ${height}Z`;
      start = null;
    };
    for (const { at, latency } of samples) {
      if (latency === null) {
        end();
        last = null;
        continue;
      }
      last = [x(at), y(latency)];
      const point = `${start === null ? "M" : "L"}${last[0].toFixed(1)} ${last[1].toFixed(1)}`;
      start ??= last[0].toFixed(1);
      line += point;
      area += point;
    }
    end();
    this.#put(line, area, last);
  }

  /** @param {string} line @param {string} area @param {number[] | null} dot */
  #put(line, area, dot) {
    mark(this.#line, "d", line || null);
    mark(this.#area, "d", area || null);
    mark(this.#dot, "cx", dot?.[0].toFixed(1) ?? -9);
    mark(this.#dot, "cy", dot?.[1].toFixed(1) ?? -9);
  }
}
