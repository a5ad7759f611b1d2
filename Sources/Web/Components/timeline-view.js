// Which stretch of time is shown: zooming, panning, ticks. Only numbers; milliseconds since 1970.

import { clamp, clock, day, inZone, zoneOffset } from "./format.js";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const dayLength = 24 * hour;

/** How long each named range is. */
export const ranges = /** @type {Record<string, number>} */ ({
  "1h": hour, "6h": 6 * hour, "24h": dayLength, "7d": 7 * dayLength, "30d": 30 * dayLength, "90d": 90 * dayLength,
});

const shortest = 2 * minute;
const farthest = 90 * dayLength;

export class TimeView {
  /** @param {string} range @param {number} now */
  constructor(range, now) {
    this.range = range;
    this.from = 0;
    this.to = 0;
    this.isHome = true;
    this.reset(now);
  }

  get span() {
    return this.to - this.from;
  }

  /** As it stands in an address: the range, and the stretch where it is another one. */
  get params() {
    const time = (/** @type {number} */ at) => new Date(Math.round(at / second) * second).toISOString().replace(".000", "");
    return { range: this.range, ...(this.isHome ? {} : { from: time(this.from), to: time(this.to) }) };
  }

  /**
   * Whether the right edge is the present.
   *
   * @param {number} now
   */
  touchesNow(now) {
    return this.to >= now - this.span * 0.02;
  }

  /**
   * Shows the whole range again, up to now.
   *
   * @param {number} now
   */
  reset(now) {
    this.to = now;
    this.from = now - (ranges[this.range] ?? dayLength);
    this.isHome = true;
  }

  /**
   * The present moves on; what ended at it goes along.
   *
   * @param {number} now
   */
  follow(now) {
    if (this.isHome) this.reset(now);
  }

  /**
   * Makes the span `factor` times as long, with `at` staying where it is.
   *
   * @param {number} factor
   * @param {number} at
   * @param {number} now
   * @returns {boolean} whether anything has changed
   */
  zoom(factor, at, now) {
    const span = clamp(this.span * factor, shortest, farthest);
    if (Math.abs(span - this.span) < 1) return false;
    const share = this.span === 0 ? 0.5 : (at - this.from) / this.span;
    return this.show(at - share * span, at + (1 - share) * span, now);
  }

  /** @param {number} milliseconds @param {number} now */
  pan(milliseconds, now) {
    return this.show(this.from + milliseconds, this.to + milliseconds, now);
  }

  /** @param {number} from @param {number} to @param {number} now */
  show(from, to, now) {
    const span = clamp(to - from, shortest, farthest);
    const end = clamp(to, now - farthest + span, now);
    const start = end - span;
    const hasChanged = Math.abs(start - this.from) > 1 || Math.abs(end - this.to) > 1;
    this.from = start;
    this.to = end;
    if (hasChanged) this.isHome = false;
    return hasChanged;
  }
}

const steps = [
  10 * second, 30 * second, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour,
  6 * hour, 12 * hour, dayLength, 2 * dayLength, 7 * dayLength, 14 * dayLength, 30 * dayLength,
];

/**
 * Round times within a stretch, about `most` of them.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} most
 * @returns {{at: number, text: string, isDay: boolean}[]}
 */
export function ticks(from, to, most) {
  const step = steps.find((candidate) => (to - from) / candidate <= most) ?? steps[steps.length - 1];
  const offset = zoneOffset(from) * minute;
  const found = [];
  for (let even = Math.ceil((from - offset) / step) * step + offset; ; even += step) {
    // Beyond a change of the clocks the same hours of the day lie elsewhere.
    const at = step > hour ? even + zoneOffset(even) * minute - offset : even;
    if (at > to) break;
    const date = inZone(at);
    const isDay = date.getUTCHours() === 0 && date.getUTCMinutes() === 0 && date.getUTCSeconds() === 0;
    found.push({ at, isDay, text: isDay || step >= dayLength ? day(at) : clock(at, step < minute) });
  }
  return found;
}

/**
 * A round number at or above `value`, for the top of an axis.
 *
 * @param {number} value
 */
export function niceCeiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return (/** @type {number} */ ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value * 0.999))) * power;
}
