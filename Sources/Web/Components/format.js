// Numbers and times as people read them. What is not known is a dash.

export const dash = "–";

/**
 * How long, in the two largest units: "2 h 5 min".
 *
 * @param {number} seconds
 */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const units = /** @type {[number, string][]} */ ([[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]]);
  const first = units.findIndex(([size]) => whole >= size);
  if (first < 0) return "0 s";
  const [size, name] = units[first];
  const next = units[first + 1];
  const rest = next ? Math.floor((whole % size) / next[0]) : 0;
  return `${Math.floor(whole / size)} ${name}${rest > 0 ? ` ${rest} ${next[1]}` : ""}`;
}

/**
 * How long, in one unit: "2 h".
 *
 * @param {number} seconds
 */
export function shortSpan(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}

/**
 * @param {string | null | undefined} time RFC 3339
 * @param {number} now milliseconds since 1970
 */
export function ago(time, now) {
  if (!time) return "never";
  return `${shortSpan((now - Date.parse(time)) / 1_000)} ago`;
}

/**
 * @param {string | null | undefined} time RFC 3339
 * @param {number} now
 */
export function until(time, now) {
  if (!time) return dash;
  const wait = (Date.parse(time) - now) / 1_000;
  return wait > 0.5 ? `in ${span(wait)}` : "now";
}

/**
 * A length of time that was measured.
 *
 * @param {number | null | undefined} milliseconds
 */
export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return dash;
  if (milliseconds >= 9_995) return `${(milliseconds / 1_000).toFixed(1)} s`;
  if (milliseconds >= 999.5) return `${(milliseconds / 1_000).toFixed(2)} s`;
  return `${milliseconds >= 9.95 ? Math.round(milliseconds) : milliseconds.toFixed(1)} ms`;
}

/** @param {number | null | undefined} share 0…1 */
export function percent(share) {
  if (share === null || share === undefined) return dash;
  const value = share * 100;
  if (value === 0 || value === 100) return `${value} %`;
  if (value > 99.99) return "> 99.99 %";
  if (value > 99) return `${value.toFixed(2)} %`;
  if (value < 0.1) return "< 0.1 %";
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

/** @param {number | null | undefined} value */
export function count(value) {
  return value === null || value === undefined ? dash : Math.round(value).toLocaleString("en-US").replaceAll(",", " ");
}

/** @param {number} bytes */
export function size(bytes) {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

// Times are shown in the zone of whoever reads, or in UTC where the page is told so.

let isUTC = false;
/** @type {Set<() => void>} */
const zoneFollowers = new Set();

/**
 * Shows all times in UTC from now on, or in the reader's own zone.
 *
 * @param {boolean} inUTC
 */
export function showUTC(inUTC) {
  if (isUTC === inUTC) return;
  isUTC = inUTC;
  for (const follow of zoneFollowers) follow();
}

/**
 * @param {() => void} follow called when the zone has changed
 * @returns {() => void} ends it
 */
export function followZone(follow) {
  zoneFollowers.add(follow);
  return () => zoneFollowers.delete(follow);
}

/** The zone in which times are shown: "Europe/Berlin", "UTC". */
export const zoneName = () => (isUTC ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone);

/**
 * Minutes by which the zone is behind UTC, as `Date` tells them.
 *
 * @param {number} time
 */
export const zoneOffset = (time) => (isUTC ? 0 : new Date(time).getTimezoneOffset());

/**
 * A time whose UTC fields are those of the zone that is shown.
 *
 * @param {number | string} time
 */
export function inZone(time) {
  const at = new Date(time).getTime();
  return new Date(at - zoneOffset(at) * 60_000);
}

/**
 * A sentence of the daemon's with its times, which it tells in RFC 3339, in the zone that is shown.
 *
 * @param {string} text
 * @param {number} [now]
 */
export function withTimes(text, now = Date.now()) {
  return text.replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g, (time) => moment(time, now));
}

const pad = (/** @type {number} */ value) => String(value).padStart(2, "0");

/**
 * Time of the day: "14:05:09".
 *
 * @param {number | string} time
 * @param {boolean} [withSeconds]
 */
export function clock(time, withSeconds = true) {
  const date = inZone(time);
  const minutes = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}`;
  return withSeconds ? `${minutes}:${pad(date.getUTCSeconds())}` : minutes;
}

const halfYear = 183 * 86_400_000;

/**
 * Day and time where it is not today: "24 Nov 14:05", and the year where it is far away.
 *
 * @param {number | string} time
 * @param {number} [now]
 * @param {boolean} [withSeconds] today
 */
export function moment(time, now = Date.now(), withSeconds = true) {
  const date = inZone(time);
  if (date.toISOString().slice(0, 10) === inZone(now).toISOString().slice(0, 10)) return clock(time, withSeconds);
  const year = Math.abs(new Date(time).getTime() - now) > halfYear ? ` ${date.getUTCFullYear()}` : "";
  return `${day(time)}${year} ${clock(time, false)}`;
}

/**
 * "24 Nov"
 *
 * @param {number | string} time
 */
export function day(time) {
  return inZone(time).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}

/**
 * As a field for a day and time wants it, in the zone that is shown: "2026-11-24T14:05".
 *
 * @param {number} time
 */
export const minuteField = (time) => inZone(time).toISOString().slice(0, 16);

/**
 * The time that such a field holds; `NaN` for an empty one.
 *
 * @param {string} text
 */
export function fromMinuteField(text) {
  const at = Date.parse(`${text}Z`);
  // The offset is that of the time meant, not of the one that reads the same in UTC.
  return at + zoneOffset(at + zoneOffset(at) * 60_000) * 60_000;
}

/**
 * A long name in two parts, of which only the first may be cut: ids differ at both ends.
 *
 * @param {string} name
 * @param {number} [tail] characters that are always shown at the end
 * @returns {[string, string]}
 */
export function parted(name, tail = 12) {
  const kept = Math.min(tail, Math.floor(name.length / 2));
  return name.length > tail ? [name.slice(0, -kept), name.slice(-kept)] : [name, ""];
}

/** @param {number} amount @param {string} one @param {string} [many] */
export function plural(amount, one, many = `${one}s`) {
  return `${amount} ${amount === 1 ? one : many}`;
}

/**
 * "a, b and c" or "a, b and 3 more".
 *
 * @param {string[]} names
 * @param {number} [limit]
 */
export function list(names, limit = 3) {
  const shown = names.slice(0, limit);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} and ${rest} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
