// What has changed of late, over the whole fleet: the incidents of the last day, newest first.

import { make, write } from "./dom.js";
import { list, moment, shortSpan, withTimes } from "./format.js";
import { shape } from "./shapes.js";

/** @typedef {import("./types.js").Incident} Incident */

const mostShown = 30;
const freshFor = 30_000;

export class RecentChanges {
  #list = make("ol", { class: "recent-list" });
  #note = make("p", { class: "soft" });
  #readAt = 0;

  /**
   * @param {import("./client.js").LiveClient} client
   * @param {(modelId: string) => void} select
   */
  constructor(client, select) {
    this.client = client;
    this.select = select;
    this.element = /** @type {HTMLDetailsElement} */ (make("details", { class: "recent" },
      make("summary", { text: "What changed in the last 24 hours" }), this.#note, this.#list));
    this.element.addEventListener("toggle", () => this.read());
  }

  /** Reads it again where it is open; called with each change too. */
  async read() {
    if (!this.element.open || Date.now() - this.#readAt < freshFor) return;
    this.#readAt = Date.now();
    try {
      const answer = await this.client.api.get("health/incidents", { timeRange: "24h" });
      this.#show(answer.incidents ?? answer);
    } catch {
      write(this.#note, "The history cannot be read now.");
    }
  }

  /** Something has happened: what was read is old. */
  outdate() {
    this.#readAt = 0;
    this.read();
  }

  /** @param {Incident[]} incidents newest first */
  #show(incidents) {
    const now = this.client.api.now();
    const models = [...new Set(incidents.map((incident) => incident.modelId))];
    write(this.#note, incidents.length === 0 ? "No incident." : `${incidents.length} incidents of ${list(models, 4)}.`);
    this.#list.replaceChildren(...incidents.slice(0, mostShown).map((incident) => {
      const end = incident.to === null ? now : Date.parse(incident.to);
      const length = shortSpan((end - Date.parse(incident.from)) / 1_000);
      return make("li", { "data-look": incident.worst }, shape(incident.worst),
        make("time", { class: "soft", datetime: incident.from, text: moment(incident.from, now) }),
        make("button", { class: "link", type: "button", text: incident.modelId, onclick: () => this.select(incident.modelId) }),
        make("span", { text: `${incident.worst} for ${length}${incident.to === null ? " so far" : ""}. ${withTimes(incident.reason, now)}` }));
    }));
  }
}
