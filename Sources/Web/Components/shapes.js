// Statuses as shapes, so that colour is never the only sign:
// healthy a full circle, degraded a triangle, unhealthy a square, unknown a ring in pieces, idle a hollow circle.

import { draw, mark } from "./dom.js";

/** @typedef {import("./types.js").Look} Look */

const attributes = ["d", "fill", "stroke", "stroke-width", "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset"];

const outlines = /** @type {Record<Look, Record<string, string>>} */ ({
  healthy: { d: "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8z", fill: "currentColor" },
  degraded: { d: "M8 2.2 14.6 13.6H1.4z", fill: "currentColor", stroke: "currentColor", "stroke-width": "1.6", "stroke-linejoin": "round" },
  unhealthy: { d: "M3.6 2.2h8.8a1.4 1.4 0 0 1 1.4 1.4v8.8a1.4 1.4 0 0 1-1.4 1.4H3.6a1.4 1.4 0 0 1-1.4-1.4V3.6a1.4 1.4 0 0 1 1.4-1.4z", fill: "currentColor" },
  unknown: { d: "M8 2.9a5.1 5.1 0 1 1 0 10.2A5.1 5.1 0 0 1 8 2.9z", fill: "none", stroke: "currentColor", "stroke-width": "2.4", "stroke-dasharray": "5.91 2.1", "stroke-dashoffset": "-1.05" },
  idle: { d: "M8 2.7a5.3 5.3 0 1 1 0 10.6A5.3 5.3 0 0 1 8 2.7z", fill: "none", stroke: "currentColor", "stroke-width": "1.9" },
});

/**
 * The shape of a status; `setShape` gives it another one later.
 *
 * @param {Look} look
 */
export function shape(look) {
  const svg = draw("svg", { class: "shape", viewBox: "0 0 16 16", "aria-hidden": "true" }, draw("path"));
  setShape(svg, look);
  return svg;
}

/** @param {SVGElement} svg @param {Look} look */
export function setShape(svg, look) {
  if (svg.dataset.look === look) return;
  svg.dataset.look = look;
  const path = /** @type {SVGElement} */ (svg.firstChild);
  const outline = outlines[look] ?? outlines.unknown;
  for (const name of attributes) {
    mark(path, name, outline[name]);
  }
}
