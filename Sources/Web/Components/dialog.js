// A dialog that asks for something: its fields, what was wrong with them, Cancel, and the button that does it.

import { failureText } from "./api.js";
import { make } from "./dom.js";

const lengths = [["15m", "15 minutes"], ["1h", "1 hour"], ["4h", "4 hours"], ["24h", "1 day"], ["168h", "1 week"]];

/**
 * A field with its label before it.
 *
 * @param {string} label
 * @param {HTMLElement} field
 */
export function labelled(label, field) {
  return [make("label", { for: field.id, text: label }), field];
}

/**
 * @param {string} id
 * @param {string[][]} choices values and what they are called
 * @param {string} chosen
 */
export function choiceField(id, choices, chosen) {
  return /** @type {HTMLSelectElement} */ (make("select", { class: "field", id },
    ...choices.map(([value, text]) => make("option", { value, text, selected: value === chosen }))));
}

/**
 * Asks how long something is to hold; the value of the endless choice is empty.
 *
 * @param {string} chosen
 * @param {string} [endless] what the choice without an end is called, where there is one
 */
export function lengthField(chosen, endless) {
  return choiceField("dialog-length", endless === undefined ? lengths : [["", endless], ...lengths], chosen);
}

/**
 * @param {{title: string, help: string, verb: string}} words
 * @param {HTMLElement[]} fields
 * @param {() => Promise<void>} save its error is shown, and the dialog stays
 * @returns {HTMLDialogElement} to be added to a root and shown
 */
export function formDialog({ title, help, verb }, fields, save) {
  const failure = make("p", { class: "failure", role: "alert" });
  const submit = /** @type {HTMLButtonElement} */ (make("button", { class: "button", "data-kind": "main", type: "submit", text: verb }));
  const dialog = /** @type {HTMLDialogElement} */ (make("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }));
  const close = () => dialog.close();
  const form = make("form", { class: "dialog-form", method: "dialog" },
    make("h2", { class: "dialog-title", id: "dialog-title", text: title }),
    make("p", { class: "dialog-help", text: help }),
    ...fields,
    failure,
    make("div", { class: "dialog-buttons" },
      make("button", { class: "button", type: "button", text: "Cancel", onclick: close }), submit));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    // The same error twice is to be read out twice.
    failure.textContent = "";
    try {
      await save();
      close();
    } catch (error) {
      failure.textContent = failureText(error);
      submit.disabled = false;
      // A button that was switched off has lost the focus.
      if (!dialog.matches(":focus-within")) submit.focus();
      failure.scrollIntoView({ block: "nearest" });
    }
  });
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  // A click beside it closes it, unless something has been written that would be lost.
  let isTouched = false;
  form.addEventListener("input", () => { isTouched = true; });
  dialog.addEventListener("click", (event) => { if (event.target === dialog && !isTouched) close(); });
  return dialog;
}
