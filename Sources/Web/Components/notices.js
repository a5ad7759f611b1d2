// What people have said about a model: acknowledged, silenced, paused, in maintenance. Shown, set and ended here.

import { formDialog, labelled, lengthField } from "./dialog.js";
import { make } from "./dom.js";
import { moment, shortSpan } from "./format.js";
import { noticeWord } from "./words.js";

/** @typedef {import("./types.js").Notice} Notice */
/** @typedef {import("./types.js").Model} Model */

/**
 * Those that still hold.
 *
 * @param {Pick<Model, "notices">} model
 * @param {number} now
 * @returns {Notice[]}
 */
export function activeNotices(model, now) {
  return (model.notices ?? []).filter((notice) => notice.until === null || notice.until === undefined || Date.parse(notice.until) > now);
}

/**
 * "silenced 42 min".
 *
 * @param {Notice} notice
 * @param {number} now
 */
export function noticeText(notice, now) {
  const word = noticeWord(notice.kind).toLowerCase();
  if (!notice.until) return word;
  // In whole minutes, so that it does not flicker.
  return `${word} ${shortSpan(Math.max(60, Math.ceil((Date.parse(notice.until) - now) / 60_000) * 60))}`;
}

/**
 * A sentence on a notice.
 *
 * @param {Notice} notice
 * @param {number} now
 */
export function noticeSentence(notice, now) {
  // Of planned work the daemon does not know who planned it.
  const by = notice.by && notice.kind !== "maintenance" ? ` by ${notice.by}` : "";
  const until = notice.until ? ` until ${moment(notice.until, now, false)}` : "";
  return `${noticeWord(notice.kind)}${by}${until}${notice.reason ? `: ${notice.reason}` : ""}`;
}

/** What can be said about a model; probes go on in every case. */
export const noticeKinds = /** @type {const} */ ([
  { kind: "acknowledge", title: "Acknowledge", help: "Somebody takes care of it: no more alerts until it is healthy again." },
  { kind: "silence", title: "Silence", help: "No alerts about this model for a while. Probes go on." },
  { kind: "pause", title: "Pause", help: "No traffic for this model and no alerts about it. Probes go on." },
]);

/**
 * Asks for the length and the reason of a notice.
 *
 * @param {string} modelId
 * @param {typeof noticeKinds[number]} choice
 * @param {(body: {modelId: string, kind: string, for?: string, reason: string}) => Promise<void>} save
 */
export function noticeDialog(modelId, choice, save) {
  // Only an acknowledgement ends by itself.
  const length = choice.kind === "acknowledge" ? lengthField("", "Until it is healthy again") : lengthField("1h");
  const reason = /** @type {HTMLInputElement} */ (make("input", {
    class: "field", id: "notice-reason", type: "text", maxlength: 500, placeholder: "What others should know", autocomplete: "off",
  }));
  return formDialog({ title: `${choice.title}: ${modelId}`, help: choice.help, verb: choice.title },
    [...labelled("How long", length), ...labelled("Reason", reason)],
    () => save({ modelId, kind: choice.kind, for: length.value || undefined, reason: reason.value.trim() }));
}
