// Asks for a token, and says whether one is in use.

import { make, show, write } from "/components/dom.js";

/** @typedef {import("/components/api.js").Api} Api */

let forms = 0;

/**
 * @param {Api} api takes the token, and keeps it for this tab as the dashboard does
 * @param {string} text what the token is for
 * @param {() => void} used
 */
export function tokenForm(api, text, used) {
  forms += 1;
  const id = `docs-token-${forms}`;
  const field = /** @type {HTMLInputElement} */ (make("input", {
    class: "field", id, type: "password", autocomplete: "current-password", spellcheck: "false", required: true,
  }));
  const form = make("form", { class: "token" },
    make("label", { for: id, text }),
    make("div", { class: "token-line" }, field, make("button", { class: "button", "data-kind": "main", type: "submit", text: "Use token" })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const token = field.value.trim();
    if (!token) return;
    field.value = "";
    api.setToken(token, true);
    dispatchEvent(new Event("docs-token"));
    used();
  });
  return form;
}

/**
 * The line of the introduction that says what "Send" sends.
 *
 * @param {Api} api
 */
export function accessLine(api) {
  const words = make("span");
  const change = make("button", { class: "quiet", type: "button" });
  const line = make("p", { class: "access-line" }, words, " ", change);
  const form = tokenForm(api, "A token of this daemon. It is kept for this tab alone.", () => change.focus());
  const element = make("div", {}, line, form);
  show(form, false);
  const tell = () => {
    write(words, api.token ? "“Send” uses the token of this tab." : "“Send” uses no token.");
    write(change, api.token ? "Forget it" : "Use one");
    show(form, false);
  };
  change.addEventListener("click", () => {
    if (api.token) {
      api.setToken(null, true);
      tell();
    } else {
      show(form, form.hidden);
      if (!form.hidden) form.querySelector("input")?.focus();
    }
  });
  addEventListener("docs-token", tell);
  tell();
  return element;
}
