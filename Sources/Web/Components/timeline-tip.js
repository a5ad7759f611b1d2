// What stands beside the cursor of a timeline: when, what, why, and the figures of that moment.

import { make, mark } from "./dom.js";
import { duration, moment, percent, span, withTimes } from "./format.js";
import { shape } from "./shapes.js";

/** @typedef {import("./types.js").Period} Period */
/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./timeline-data.js").Point} Point */

/**
 * How a period is drawn; `null` where nobody looked.
 *
 * @param {Period | null} period
 * @returns {Look | null}
 */
export function lookOfPeriod(period) {
  if (!period || period.status === null) return null;
  return period.status === "healthy" && period.code === "idle" ? "idle" : period.status;
}

/**
 * @param {HTMLElement} tip
 * @param {{at: number, now: number, period: Period | null, point: Point | null}} moment
 */
export function fillTip(tip, { at, now, period, point }) {
  const look = lookOfPeriod(period);
  const length = period ? `, ${span((Date.parse(period.to) - Date.parse(period.from)) / 1_000)}` : "";
  mark(tip, "data-look", look);
  tip.replaceChildren(
    make("p", { class: "tip-time", text: moment(at, now) }),
    make("p", { class: "tip-status" }, look ? shape(look) : null, `${look ?? "not observed"}${length}`));
  if (period?.reason && look !== "healthy") tip.append(make("p", { class: "tip-reason", text: withTimes(period.reason, now) }));
  if (!point) return;
  const facts = [["p50", duration(point.p50)], ["p90", duration(point.p90)], ["Errors", percent(point.errorRate)]];
  tip.append(make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })])));
}

/**
 * The same as a sentence.
 *
 * @param {{at: number, period: Period | null, point: Point | null}} moment
 */
export function tipSentence({ at, period, point }) {
  const figures = point ? `, latency ${duration(point.p50)}, errors ${percent(point.errorRate)}` : "";
  return `${moment(at)}: ${lookOfPeriod(period) ?? "not observed"}${figures}`;
}
