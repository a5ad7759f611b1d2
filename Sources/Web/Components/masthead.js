// What stands above the models: the state of the connection, the sentence on the fleet, its other parts, announcements.

import { make, mark, show, write } from "./dom.js";
import { span, withTimes } from "./format.js";
import { setShape, shape } from "./shapes.js";
import { componentKind, headline } from "./words.js";

const wayWords = { websocket: "Live", sse: "Live", polling: "Polling" };
const grace = 3_000;

export class Masthead {
  #shape = shape("unknown");
  #text = make("h2", { class: "headline-text", text: "Asking the daemon…" });
  #detail = make("p", { class: "headline-detail" });
  #pulse = make("p", { class: "pulse" });
  #headline = make("section", { class: "headline", "data-look": "unknown", "aria-label": "The fleet" },
    this.#shape, make("div", { class: "headline-words" }, this.#text, this.#detail), this.#pulse);
  #banner = make("div", { class: "banner", hidden: true });
  #bannerText = make("span");
  #retry = make("button", { class: "link", type: "button", text: "Try now" });
  #alert = make("div", { class: "spoken", role: "alert" });
  #parts = make("ul", { class: "parts", "aria-label": "Gateways, stores and other parts", hidden: true });
  #partsKey = "";
  #beat = 0;

  /**
   * @param {import("./client.js").LiveClient} client
   * @param {HTMLElement} news
   */
  constructor(client, news) {
    this.client = client;
    this.#retry.addEventListener("click", () => client.reconnect());
    this.#banner.append(this.#bannerText, this.#retry);
    this.element = make("div", { class: "masthead" }, this.#alert, this.#banner, this.#headline, news, this.#parts);
  }

  /** The fleet has changed. */
  showFleet() {
    const { summary, models } = this.client.fleet;
    if (!summary) return;
    const { status, text, detail } = headline(summary, models.values());
    mark(this.#headline, "data-look", status);
    setShape(this.#shape, status);
    write(this.#text, text);
    write(this.#detail, detail);
    this.#showParts(summary.components);
    this.#beat += 1;
    mark(this.#pulse, "data-beat", this.#beat % 2);
  }

  /** Writes what has been written once more. */
  renew() {
    this.#partsKey = "";
    this.showFleet();
  }

  /** @param {import("./types.js").Component[]} components */
  #showParts(components) {
    const key = JSON.stringify(components);
    if (key === this.#partsKey) return;
    this.#partsKey = key;
    show(this.#parts, components.length > 0);
    this.#parts.replaceChildren(...components.map((component) => make("li", { "data-look": component.status },
      shape(component.status),
      make("span", { class: "part-kind", text: componentKind(component.kind) }),
      make("b", { text: component.name }),
      make("span", { class: "part-reason", text: component.status === "healthy" ? "answers" : withTimes(component.reason || component.status) }))));
  }

  /**
   * The connection, and how old what is shown is. Called each second too.
   *
   * @returns {boolean} whether it is stale
   */
  showConnection() {
    const { phase, way, lostAt, fleet } = this.client;
    const lostFor = lostAt === null ? 0 : Date.now() - lostAt;
    const isStale = phase !== "live" && phase !== "refused" && lostAt !== null && (fleet.summary !== null ? lostFor > grace : lostFor > 500);
    show(this.#banner, isStale);
    if (isStale) {
      const seconds = span(lostFor / 1_000);
      write(this.#bannerText, fleet.summary === null
        ? `The daemon cannot be reached; trying for ${seconds}.`
        : `The connection to the daemon is lost. What is shown is ${seconds} old.`);
      if (fleet.summary === null) write(this.#text, "The daemon cannot be reached");
      write(this.#alert, "The connection to the daemon is lost.");
    } else {
      write(this.#alert, "");
    }
    mark(this.#pulse, "data-live", phase === "live" ? "yes" : isStale ? "no" : "");
    mark(this.#pulse, "title", way === "polling" ? "Asking every few seconds: no live connection gets through" : null);
    write(this.#pulse, phase === "live" && way ? wayWords[way] : isStale ? "No connection" : phase === "refused" ? "Token needed" : "Connecting");
    if (phase === "refused") {
      write(this.#text, "An access token is needed");
      write(this.#detail, "");
      mark(this.#headline, "data-look", "unknown");
      setShape(this.#shape, "unknown");
    }
    return isStale;
  }
}
