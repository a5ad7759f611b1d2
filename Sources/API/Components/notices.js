// What people have said about a model: acknowledged, silenced, paused, in maintenance. Shown, set and ended here.

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
  const by = notice.by ? ` by ${notice.by}` : "";
  const until = notice.until ? ` until ${moment(notice.until, now, false)}` : "";
  return `${noticeWord(notice.kind)}${by}${until}${notice.reason ? `: ${notice.reason}` : ""}`;
}

/** What can be said about a model. */
export const noticeKinds = /** @type {const} */ ([
  { kind: "acknowledge", title: "Acknowledge", verb: "Acknowledge", help: "Alerts stop repeating; the status stays as it is." },
  { kind: "silence", title: "Silence", verb: "Silence", help: "No alerts about this model for a while." },
  { kind: "pause", title: "Pause probing", verb: "Pause", help: "No probes are sent, and no alerts." },
]);

const lengths = [["15m", "15 minutes"], ["1h", "1 hour"], ["4h", "4 hours"], ["24h", "1 day"], ["168h", "1 week"]];

/**
 * Asks for the length and the reason of a notice.
 *
 * @param {string} modelId
 * @param {typeof noticeKinds[number]} choice
 * @param {(body: {modelId: string, kind: string, for: string, reason: string}) => Promise<void>} save
 * @returns {HTMLDialogElement} to be added to a root and shown
 */
export function noticeDialog(modelId, choice, save) {
  const length = /** @type {HTMLSelectElement} */ (make("select", { class: "field", id: "notice-length" },
    ...lengths.map(([value, text]) => make("option", { value, text, selected: value === "1h" }))));
  const reason = /** @type {HTMLInputElement} */ (make("input", {
    class: "field", id: "notice-reason", type: "text", maxlength: 500, placeholder: "What others should know", autocomplete: "off",
  }));
  const failure = make("p", { class: "failure", role: "alert" });
  const submit = /** @type {HTMLButtonElement} */ (make("button", { class: "button", "data-kind": "main", type: "submit", text: choice.verb }));
  const dialog = /** @type {HTMLDialogElement} */ (make("dialog", { class: "dialog", "aria-labelledby": "notice-title" }));
  const close = () => dialog.close();
  const form = make("form", { class: "dialog-form", method: "dialog" },
    make("h2", { class: "dialog-title", id: "notice-title", text: `${choice.title}: ${modelId}` }),
    make("p", { class: "dialog-help", text: choice.help }),
    make("label", { for: "notice-length", text: "For" }), length,
    make("label", { for: "notice-reason", text: "Reason" }), reason,
    failure,
    make("div", { class: "dialog-buttons" },
      make("button", { class: "button", type: "button", text: "Cancel", onclick: close }), submit));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await save({ modelId, kind: choice.kind, for: length.value, reason: reason.value.trim() });
      close();
    } catch (error) {
      failure.textContent = error instanceof Error ? error.message : "It could not be saved.";
      submit.disabled = false;
    }
  });
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
  return dialog;
}
