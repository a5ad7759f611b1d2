// What the colours and patterns of a timeline mean.

import { draw, make } from "./dom.js";

const entries = /** @type {[string, string][]} */ ([
  ["healthy", "healthy"], ["degraded", "degraded"], ["unhealthy", "unhealthy"], ["unknown", "unknown"], ["none", "not observed"]]);

/** @returns {HTMLElement} */
export function legend() {
  return make("ul", { class: "legend", "aria-label": "Colours and patterns" },
    ...entries.map(([look, text]) => make("li", {}, swatch(look), text)));
}

/**
 * The patterns are those of the chart in the same root.
 *
 * @param {string} look
 */
function swatch(look) {
  const svg = draw("svg", { viewBox: "0 0 16 10", "aria-hidden": "true" }, draw("rect", { width: 16, height: 10, class: "period", "data-look": look }));
  if (look !== "healthy") svg.append(draw("rect", { width: 16, height: 10, fill: `url(#pattern-${look})` }));
  return svg;
}
