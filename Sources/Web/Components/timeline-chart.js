// Draws a stretch of time: incidents, status, latency and error rate on one axis.

import { draw, mark } from "./dom.js";
import { percent } from "./format.js";
import { incidentsIn } from "./timeline-data.js";
import { lookOfPeriod } from "./timeline-tip.js";
import { niceCeiling, ticks } from "./timeline-view.js";

/** @typedef {import("./timeline-data.js").Stretch} Stretch */
/** @typedef {import("./timeline-view.js").TimeView} TimeView */

/** Where the lanes lie, in pixels from the top. */
const lanes = { flags: 12, status: [26, 52], latency: [88, 206], errors: [244, 304], axis: 328 };
export const chartHeight = 346;
const flagWidth = 20;

export class TimelineChart {
  #lookPatterns = patterns();
  #bands = draw("g");
  #status = draw("g", { "clip-path": "url(#status-clip)" });
  #clip = draw("rect", { x: 0, y: lanes.status[0], height: lanes.status[1] - lanes.status[0], rx: 6 });
  #grid = draw("g", { class: "grid" });
  #area = draw("path", { class: "latency-area" });
  #p90 = draw("path", { class: "line p90" });
  #p50 = draw("path", { class: "line p50" });
  #errorArea = draw("path", { class: "error-area" });
  #errors = draw("path", { class: "line errors" });
  #axis = draw("g", { class: "axis" });
  #flags = draw("g", { class: "flags" });
  #cursor = draw("g", { class: "cursor", hidden: true },
    draw("line", { y1: lanes.status[0] - 4, y2: lanes.errors[1] }), draw("circle", { r: 3.5, class: "dot-p50" }), draw("circle", { r: 3.5, class: "dot-errors" }));
  #width = 0;
  #top = 1;
  #errorTop = 0.05;

  /** @param {(incidentIds: string[]) => void} openIncidents */
  constructor(openIncidents) {
    this.openIncidents = openIncidents;
    this.element = draw("svg", { class: "chart", height: chartHeight, "aria-hidden": "true" },
      draw("defs", {}, ...this.#lookPatterns, draw("clipPath", { id: "status-clip" }, this.#clip)),
      this.#bands, this.#grid, this.#area, this.#p90, this.#p50, this.#errorArea, this.#errors, this.#status, this.#axis, this.#flags, this.#cursor);
  }

  /**
   * @param {Stretch | null} stretch
   * @param {TimeView} view
   * @param {number} width pixels
   */
  draw(stretch, view, width) {
    this.#width = width;
    mark(this.element, "viewBox", `0 0 ${width} ${chartHeight}`);
    mark(this.element, "width", width);
    mark(this.#clip, "width", width);
    const x = (/** @type {number} */ at) => ((at - view.from) / view.span) * width;
    this.#drawAxis(view, width, x);
    if (!stretch) return;
    this.#drawPeriods(stretch, view, x);
    this.#drawLines(stretch, view, x);
    this.#drawGrid(width);
    this.#drawFlags(stretch, view, x);
  }

  /** @param {TimeView} view @param {number} width @param {(at: number) => number} x */
  #drawAxis(view, width, x) {
    const parts = [];
    for (const tick of ticks(view.from, view.to, Math.max(2, Math.floor(width / 92)))) {
      const at = x(tick.at);
      parts.push(draw("line", { x1: at, x2: at, y1: lanes.latency[0] - 4, y2: lanes.errors[1], class: tick.isDay ? "day" : "" }));
      if (at < 22 || at > width - 22) continue;
      const text = draw("text", { x: at, y: lanes.axis, "text-anchor": "middle", class: tick.isDay ? "day" : "" });
      text.textContent = tick.text;
      parts.push(text);
    }
    this.#axis.replaceChildren(...parts);
  }

  /** @param {Stretch} stretch @param {TimeView} view @param {(at: number) => number} x */
  #drawPeriods(stretch, view, x) {
    const strips = [];
    const bands = [];
    for (const period of stretch.timeline.periods) {
      const from = Math.max(Date.parse(period.from), view.from);
      const to = Math.min(Date.parse(period.to), view.to);
      if (to <= from) continue;
      const look = lookOfPeriod(period) ?? "none";
      const left = x(from);
      const box = { x: left, y: lanes.status[0], width: Math.max(x(to) - left, look === "none" ? 0 : 1.5), height: lanes.status[1] - lanes.status[0] };
      strips.push(draw("rect", { ...box, class: "period", "data-look": look }));
      if (look !== "healthy") strips.push(draw("rect", { ...box, fill: `url(#pattern-${look})`, class: "pattern" }));
      if (look !== "healthy" && look !== "idle") {
        bands.push(draw("rect", { x: left, width: box.width, y: lanes.latency[0] - 4, height: lanes.errors[1] - lanes.latency[0] + 4, class: "band", "data-look": look }));
        if (look === "none") bands.push(draw("rect", { x: left, width: box.width, y: lanes.latency[0] - 4, height: lanes.errors[1] - lanes.latency[0] + 4, fill: "url(#pattern-none)", class: "pattern" }));
      }
    }
    this.#status.replaceChildren(...strips);
    this.#bands.replaceChildren(...bands);
  }

  /** @param {Stretch} stretch @param {TimeView} view @param {(at: number) => number} x */
  #drawLines(stretch, view, x) {
    const { points, step } = stretch;
    const room = view.span * 0.05;
    const seen = points.filter((point) => point.at >= view.from - room && point.at <= view.to + room);
    const highest = Math.max(0, ...seen.map((point) => Math.max(point.p50 ?? 0, Math.min(point.p90 ?? 0, (point.p50 ?? Infinity) * 4))));
    const worst = Math.max(0, ...seen.map((point) => point.errorRate ?? 0));
    this.#top = niceCeiling(highest * 1.08);
    this.#errorTop = Math.min(1, Math.max(0.02, niceCeiling(worst * 1.08)));
    // A silence longer than this is a gap, not a slope.
    const silence = Math.max(step * 2.5, 180_000);
    const latency = line(seen, (point) => point.p50, x, (value) => this.#latencyY(value), silence, lanes.latency[1]);
    const upper = line(seen, (point) => point.p90, x, (value) => this.#latencyY(value), silence, lanes.latency[1]);
    const errors = line(seen, (point) => point.errorRate, x, (value) => this.#errorY(value), silence, lanes.errors[1]);
    mark(this.#p50, "d", latency.line || null);
    mark(this.#area, "d", latency.area || null);
    mark(this.#p90, "d", upper.line || null);
    mark(this.#errors, "d", errors.line || null);
    mark(this.#errorArea, "d", errors.area || null);
  }

  /** @param {number} value */
  #latencyY(value) {
    const [top, bottom] = lanes.latency;
    return bottom - Math.min(value / this.#top, 1) * (bottom - top);
  }

  /** @param {number} share */
  #errorY(share) {
    const [top, bottom] = lanes.errors;
    return bottom - Math.min(share / this.#errorTop, 1) * (bottom - top);
  }

  /** @param {number} width */
  #drawGrid(width) {
    const parts = [];
    const rule = (/** @type {number} */ y, /** @type {string} */ text) => {
      parts.push(draw("line", { x1: 0, x2: width, y1: y, y2: y }));
      const label = draw("text", { x: width, y: y - 4, "text-anchor": "end" });
      label.textContent = text;
      parts.push(label);
    };
    for (const share of [0.5, 1]) rule(this.#latencyY(this.#top * share), axisText(this.#top * share));
    rule(this.#errorY(this.#errorTop), percent(this.#errorTop));
    for (const y of [lanes.latency[1], lanes.errors[1]]) parts.push(draw("line", { x1: 0, x2: width, y1: y, y2: y, class: "floor" }));
    for (const [y, name] of /** @type {[number, string][]} */ ([[lanes.latency[0] - 14, "Latency"], [lanes.errors[0] - 14, "Errors"]])) {
      const title = draw("text", { x: 0, y, class: "lane-title" });
      title.textContent = name;
      parts.push(title);
    }
    this.#grid.replaceChildren(...parts);
  }

  /**
   * Incidents as flags; those too close to each other share one.
   *
   * @param {Stretch} stretch
   * @param {TimeView} view
   * @param {(at: number) => number} x
   */
  #drawFlags(stretch, view, x) {
    /** @type {{at: number, ids: string[], worst: string, hasNotes: boolean}[]} */
    const groups = [];
    for (const incident of incidentsIn(stretch, view)) {
      const at = Math.min(Math.max(x(Date.parse(incident.from)), flagWidth / 2), this.#width - flagWidth / 2);
      const last = groups.at(-1);
      const hasNotes = (incident.notes?.length ?? 0) > 0;
      if (last && at - last.at < flagWidth + 3) {
        last.ids.push(incident.id);
        if (incident.worst === "unhealthy") last.worst = "unhealthy";
        last.hasNotes ||= hasNotes;
      } else {
        groups.push({ at, ids: [incident.id], worst: incident.worst, hasNotes });
      }
    }
    this.#flags.replaceChildren(...groups.map(({ at, ids, worst, hasNotes }) => {
      const text = draw("text", { x: at, y: lanes.flags + 3.6, "text-anchor": "middle" });
      text.textContent = ids.length > 1 ? String(ids.length) : hasNotes ? "✎" : "!";
      const flag = draw("g", { class: "flag", "data-look": worst, "data-incidents": ids.join(" ") },
        draw("path", { d: `M${at} ${lanes.status[0] - 1}v-4` }),
        draw("rect", { x: at - flagWidth / 2, y: lanes.flags - 8, width: flagWidth, height: 16, rx: 5 }), text);
      flag.addEventListener("click", () => this.openIncidents(ids));
      return flag;
    }));
  }

  /**
   * Puts the cursor at a place; `null` takes it away.
   *
   * @param {number | null} x pixels
   * @param {import("./timeline-data.js").Point | null} point
   */
  setCursor(x, point) {
    mark(this.#cursor, "hidden", x === null);
    if (x === null) return;
    const [rule, dot, errorDot] = /** @type {SVGElement[]} */ ([...this.#cursor.children]);
    mark(rule, "x1", x);
    mark(rule, "x2", x);
    place(dot, x, point?.p50 === null || !point ? null : this.#latencyY(point.p50));
    place(errorDot, x, point?.errorRate === null || !point ? null : this.#errorY(point.errorRate));
  }
}

/** @param {SVGElement} dot @param {number} x @param {number | null} y */
function place(dot, x, y) {
  mark(dot, "cx", x);
  mark(dot, "cy", y ?? -20);
}

/**
 * A line through points, interrupted where there are none.
 *
 * @param {import("./timeline-data.js").Point[]} points
 * @param {(point: import("./timeline-data.js").Point) => number | null} value
 * @param {(at: number) => number} x
 * @param {(value: number) => number} y
 * @param {number} silence
 * @param {number} floor
 */
function line(points, value, x, y, silence, floor) {
  let path = "";
  let area = "";
  let start = /** @type {string | null} */ (null);
  let last = /** @type {{at: number, left: string} | null} */ (null);
  const end = () => {
    if (start !== null && last) area += `L${last.left} ${floor}L${start} ${floor}Z`;
    start = null;
  };
  for (const point of points) {
    const current = value(point);
    if (current === null || (last && point.at - last.at > silence)) end();
    if (current === null) continue;
    const left = x(point.at).toFixed(1);
    const step = `${start === null ? "M" : "L"}${left} ${y(current).toFixed(1)}`;
    if (start === null) start = left;
    path += step;
    area += step;
    last = { at: point.at, left };
  }
  end();
  return { line: path, area };
}

/**
 * "1.5 s", without idle zeros.
 *
 * @param {number} milliseconds
 */
function axisText(milliseconds) {
  return milliseconds >= 1_000 ? `${Number((milliseconds / 1_000).toFixed(2))} s` : `${Number(milliseconds.toFixed(1))} ms`;
}

/** Every status but healthy has a pattern of its own beside its colour. */
function patterns() {
  const pattern = (/** @type {string} */ look, /** @type {number} */ size, /** @type {number} */ angle, /** @type {Element} */ content) =>
    draw("pattern", { id: `pattern-${look}`, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})` }, content);
  return [
    pattern("degraded", 7, 45, draw("rect", { width: 2.2, height: 7, class: "ink" })),
    pattern("unhealthy", 5, -45, draw("path", { d: "M0 0H5M0 0V5", class: "ink-line" })),
    pattern("unknown", 6, 0, draw("circle", { cx: 3, cy: 3, r: 1.1, class: "ink" })),
    pattern("idle", 6, 0, draw("rect", { y: 2.4, width: 6, height: 1.2, class: "ink" })),
    pattern("none", 6, 45, draw("rect", { width: 1, height: 6, class: "gap-ink" })),
  ];
}
