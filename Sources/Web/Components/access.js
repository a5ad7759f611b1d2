// Asks for a token where the daemon wants one.

import { make, show, write } from "./dom.js";

export class AccessForm {
  #failure = make("p", { class: "failure", role: "alert" });
  #field = /** @type {HTMLInputElement} */ (make("input", {
    class: "field", id: "token", type: "password", autocomplete: "current-password", spellcheck: "false", required: true,
  }));

  /** @param {(token: string) => void} use */
  constructor(use) {
    this.element = make("form", { class: "access", hidden: true },
      make("label", { for: "token", text: "This daemon asks for an access token with the scope read." }),
      make("div", { class: "access-line" }, this.#field,
        make("button", { class: "button", "data-kind": "main", type: "submit", text: "Show health" })),
      this.#failure);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      const token = this.#field.value.trim();
      if (!token) return;
      this.#field.value = "";
      use(token);
    });
  }

  /** @param {import("./client.js").LiveClient} client */
  show({ phase, problem, api }) {
    const isWanted = phase === "refused";
    show(this.element, isWanted);
    write(this.#failure, isWanted && api.token && problem ? problem.message : "");
  }
}
