// The incidents below a chart, each with its notes, and a form to add one.

import { icon, make, mark, show, write } from "./dom.js";
import { moment, span, withTimes, zoneName } from "./format.js";
import { shape } from "./shapes.js";
import { reasonTitle } from "./words.js";

/** @typedef {import("./types.js").Incident} Incident */

const shownAtFirst = 6;

export class IncidentList {
  #list = make("ol", { class: "incidents" });
  #title = make("h3", { class: "section-title", text: "Incidents" });
  #none = make("p", { class: "soft", text: "No incident in this stretch of time." });
  #more = make("button", { class: "button more-incidents", type: "button", hidden: true });
  #key = "";
  #isWhole = false;
  /** @type {Incident[]} */
  #incidents = [];
  #now = 0;
  /**
   * Drafts survive a redrawing.
   *
   * @type {Map<string, string>}
   */
  #drafts = new Map();
  /** @type {Set<string>} */
  #lit = new Set();

  /**
   * @param {{save: (id: string, text: string) => Promise<void>, zoom: (incident: Incident) => void}} actions
   */
  constructor(actions) {
    this.actions = actions;
    this.element = make("section", { class: "incident-section", "aria-label": "Incidents" }, this.#title, this.#none, this.#list, this.#more);
    this.#more.addEventListener("click", () => {
      this.#isWhole = true;
      this.#render();
    });
  }

  /** @param {Incident[]} incidents oldest first @param {number} now */
  show(incidents, now) {
    this.#incidents = [...incidents].reverse();
    this.#now = now;
    this.#render();
  }

  /**
   * Brings incidents into view and marks them.
   *
   * @param {string[]} ids
   */
  reveal(ids) {
    this.#lit = new Set(ids);
    if (ids.some((id) => this.#incidents.findIndex((incident) => incident.id === id) >= shownAtFirst)) this.#isWhole = true;
    this.#render();
    const first = /** @type {HTMLElement | null} */ (this.#list.querySelector("[data-lit]"));
    first?.scrollIntoView({ block: "nearest", behavior: "smooth" });
    /** @type {HTMLElement | null | undefined} */ (first?.querySelector("button"))?.focus({ preventScroll: true });
  }

  #render() {
    const shown = this.#isWhole ? this.#incidents : this.#incidents.slice(0, shownAtFirst);
    // One that lasts grows longer; while somebody writes, nothing is drawn anew for that.
    const minute = this.#drafts.size === 0 && shown.some((incident) => incident.to === null) ? Math.floor(this.#now / 60_000) : 0;
    const key = zoneName() + JSON.stringify(shown) + [...this.#lit] + [...this.#drafts.keys()] + minute;
    write(this.#title, this.#incidents.length > 0 ? `Incidents (${this.#incidents.length})` : "Incidents");
    show(this.#none, this.#incidents.length === 0);
    show(this.#more, shown.length < this.#incidents.length);
    write(this.#more, `Show all ${this.#incidents.length}`);
    if (key === this.#key) return;
    this.#key = key;
    const focused = this.#list.getRootNode();
    const holder = focused instanceof ShadowRoot ? focused.activeElement : null;
    const focusId = holder?.closest("[data-incident]")?.getAttribute("data-incident");
    const focusClass = holder?.classList[0];
    this.#list.replaceChildren(...shown.map((incident) => this.#entry(incident)));
    if (focusId && focusClass) {
      /** @type {HTMLElement | null} */ (this.#list.querySelector(`[data-incident="${CSS.escape(focusId)}"] .${focusClass}`))?.focus({ preventScroll: true });
    }
  }

  /** @param {Incident} incident */
  #entry(incident) {
    const end = incident.to === null ? this.#now : Date.parse(incident.to);
    const length = span((end - Date.parse(incident.from)) / 1_000);
    const times = `${moment(incident.from)}${incident.to === null ? ", still lasting" : ` – ${moment(incident.to)}`}`;
    const notes = incident.notes ?? [];
    return make("li", { class: "incident", "data-look": incident.worst, "data-incident": incident.id, "data-lit": this.#lit.has(incident.id) },
      shape(incident.worst),
      make("div", { class: "incident-words" },
        make("p", {}, make("b", { text: reasonTitle(incident.code) }), make("span", { class: "soft", text: ` for ${length}` })),
        make("p", { class: "soft", text: withTimes(incident.reason, this.#now) }),
        notes.length > 0 ? make("ul", { class: "notes" }, ...notes.map((note) =>
          make("li", {}, icon("note"), make("p", {}, note.text, make("span", { class: "soft", text: ` ${note.author ? `${note.author}, ` : ""}${moment(note.at)}` }))))) : null,
        this.#drafts.has(incident.id) ? this.#form(incident) : null),
      make("div", { class: "incident-side" },
        make("button", { class: "zoom-to", type: "button", text: times, title: "Zoom to it", onclick: () => this.actions.zoom(incident) }),
        this.#drafts.has(incident.id) ? null : make("button", {
          class: "add-note", type: "button", text: "Add note", "aria-label": `Add note to the incident of ${moment(incident.from)}`,
          onclick: () => {
            this.#drafts.set(incident.id, "");
            this.#render();
            /** @type {HTMLElement | null} */ (this.#list.querySelector(`[data-incident="${CSS.escape(incident.id)}"] textarea`))?.focus();
          },
        })));
  }

  /** @param {Incident} incident */
  #form(incident) {
    const text = /** @type {HTMLTextAreaElement} */ (make("textarea", { class: "field note-text", rows: 2, maxlength: 2000, "aria-label": "Note", placeholder: "What happened, what was done" }));
    text.value = this.#drafts.get(incident.id) ?? "";
    text.addEventListener("input", () => this.#drafts.set(incident.id, text.value));
    const failure = make("p", { class: "failure", role: "alert" });
    const submit = make("button", { class: "button", "data-kind": "main", type: "submit", text: "Save note" });
    const close = () => {
      this.#drafts.delete(incident.id);
      this.#render();
    };
    const form = make("form", { class: "note-form" }, text, failure, make("div", { class: "note-buttons" },
      submit, make("button", { class: "button", type: "button", text: "Cancel", onclick: close })));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!text.value.trim()) return;
      mark(submit, "disabled", true);
      try {
        await this.actions.save(incident.id, text.value.trim());
        close();
      } catch (error) {
        write(failure, error instanceof Error ? error.message : "The note could not be saved.");
        mark(submit, "disabled", false);
      }
    });
    return form;
  }
}
