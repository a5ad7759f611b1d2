// Which models something is about: all, those that the filter shows, or some by name or pattern.

import { choiceField, labelled } from "./dialog.js";
import { icon, make, show, write } from "./dom.js";
import { plural } from "./format.js";

/**
 * Whether a name fits a pattern with `*` for any characters and `?` for exactly one.
 *
 * @param {string} pattern
 * @param {string} name
 */
export function fits(pattern, name) {
  if (pattern === name) return true;
  const source = pattern.replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&").replaceAll(/\*+/g, ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`, "su").test(name);
}

export class ModelChoice {
  /** @type {string[]} */
  #chosen = [];
  #which;
  #list = make("ul", { class: "picked", "aria-label": "Chosen models", "aria-live": "polite", hidden: true });
  #name = /** @type {HTMLInputElement} */ (make("input", {
    class: "field", id: "choice-name", type: "text", list: "choice-names", maxlength: 512, placeholder: "gpt-4o or gpt-*",
    "aria-label": "Name or pattern of a model", autocomplete: "off", spellcheck: "false", autocapitalize: "off",
  }));
  #failure = make("p", { class: "failure", role: "alert" });
  #some;

  /**
   * @param {string[]} ids all there are
   * @param {string[]} shown those that the filter shows
   * @param {string} [chosen] the one it is about at first
   */
  constructor(ids, shown, chosen) {
    this.ids = ids;
    this.shown = shown;
    const isFiltered = shown.length > 0 && shown.length < ids.length;
    this.#which = choiceField("choice-models", [
      ["all", "All models"], ...(isFiltered ? [["shown", `The ${plural(shown.length, "model")} shown now`]] : []), ["some", "Only these"],
    ], chosen === undefined ? "all" : "some");
    this.#some = make("div", { class: "some", hidden: chosen === undefined }, this.#list,
      make("div", { class: "some-line" }, this.#name,
        make("button", { class: "button", type: "button", text: "Add", onclick: () => this.#addNow() })),
      make("datalist", { id: "choice-names" }, ...ids.map((value) => make("option", { value }))),
      this.#failure);
    this.#which.addEventListener("change", () => show(this.#some, this.#which.value === "some"));
    this.#name.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || this.#name.value.trim() === "") return;
      // Not the whole dialog: one more model.
      event.preventDefault();
      this.#addNow();
    });
    this.#name.addEventListener("input", (event) => {
      write(this.#failure, "");
      // Picked from the list rather than written, and so complete.
      const isPicked = !(event instanceof InputEvent) || event.inputType === "insertReplacementText";
      if (isPicked && this.ids.includes(this.#name.value)) this.#addNow();
    });
    if (chosen !== undefined) this.#add(chosen);
    this.fields = [...labelled("Models", this.#which), this.#some];
  }

  /**
   * Names and patterns; empty for all.
   *
   * @throws where it cannot be told which are meant
   */
  read() {
    if (this.#which.value === "all") return [];
    if (this.#which.value === "shown") return this.shown;
    const problem = this.#take();
    if (problem) throw new Error(problem);
    // None would mean all.
    if (this.#chosen.length === 0) throw new Error("Choose at least one model.");
    return [...this.#chosen];
  }

  #addNow() {
    write(this.#failure, this.#take());
    this.#name.focus();
  }

  /** Adds what has been written; says what is wrong with it. */
  #take() {
    const text = this.#name.value.trim();
    if (text === "") return "";
    // A slip of the pen would be about no model at all, and nobody would notice.
    if (!this.ids.some((id) => fits(text, id))) return `No model fits “${text}”.`;
    this.#name.value = "";
    this.#add(text);
    return "";
  }

  /** @param {string} text */
  #add(text) {
    if (this.#chosen.includes(text)) return;
    this.#chosen.push(text);
    const fitting = this.ids.filter((id) => fits(text, id)).length;
    const item = make("li", { class: "picked-item" },
      make("span", { text: this.ids.includes(text) ? text : `${text}: ${plural(fitting, "model")}` }),
      make("button", { class: "plain", type: "button", "aria-label": `Leave out ${text}`, onclick: () => {
        this.#chosen = this.#chosen.filter((other) => other !== text);
        item.remove();
        show(this.#list, this.#chosen.length > 0);
        this.#name.focus();
      } }, icon("close")));
    this.#list.append(item);
    show(this.#list, true);
  }
}
