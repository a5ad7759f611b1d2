// Planned work and words to everybody: asked for here, kept by the daemon, and taken back again.

import { failureText } from "./api.js";
import { choiceField, formDialog, labelled, lengthField } from "./dialog.js";
import { make, show } from "./dom.js";
import { fromMinuteField, minuteField, zoneName } from "./format.js";
import { openMenu } from "./menu.js";
import { ModelChoice } from "./model-choice.js";
import { endWord, News } from "./news.js";

/** @typedef {import("./types.js").Announcement} Announcement */
/** @typedef {import("./news.js").Kind} Kind */

const hour = 3_600_000;

const kinds = {
  maintenance: {
    title: "Plan maintenance", verb: "Plan", done: "Planned", hint: "What is being worked on",
    help: "Meanwhile no traffic for its models and no alerts about them. Probes go on.",
  },
  announcements: {
    title: "Announce", verb: "Announce", done: "Announced", hint: "What everybody should know",
    help: "For everybody to read, here and on the status page where there is one.",
  },
};

export class Planning {
  /**
   * @param {import("./client.js").LiveClient} client
   * @param {import("./toolbar.js").Selection} selection
   * @param {{root: HTMLElement, say: (text: string) => void, fail: (text: string) => void,
   *   leave: () => void}} surroundings `leave` takes the focus when the line that had it is gone
   */
  constructor(client, selection, surroundings) {
    this.client = client;
    this.selection = selection;
    this.surroundings = surroundings;
    this.news = new News(client, { takeBack: (kind, item) => this.#takeBack(kind, item), leave: surroundings.leave });
  }

  /** @param {HTMLElement} anchor */
  menu(anchor) {
    openMenu(this.surroundings.root, anchor, "Say", [
      { text: "Plan maintenance…", run: () => this.ask("maintenance") },
      { text: "Announce…", run: () => this.ask("announcements") },
    ]);
  }

  /**
   * @param {Kind} kind
   * @param {string} [modelId] the model it is about at first; without it, all
   */
  ask(kind, modelId) {
    const { api, fleet } = this.client;
    const words = kinds[kind];
    const all = [...fleet.models.values()];
    const title = /** @type {HTMLInputElement} */ (make("input", {
      class: "field", id: "plan-title", type: "text", required: true, maxlength: 200, placeholder: words.hint, autocomplete: "off",
    }));
    const text = /** @type {HTMLTextAreaElement} */ (make("textarea", { class: "field", id: "plan-text", rows: 2, maxlength: 4_000 }));
    const start = startFields(api.now());
    const length = kind === "maintenance" ? lengthField("1h") : lengthField("24h", "Until it is taken back");
    const models = new ModelChoice(all.map((model) => model.modelId).sort(),
      all.filter((model) => this.selection.fits(model)).map((model) => model.modelId).sort(), modelId);
    const dialog = formDialog(words,
      [...labelled("Title", title), ...labelled("Text, if there is more to say", text), ...start.fields, ...labelled("How long", length), ...models.fields],
      async () => {
        const body = {
          title: title.value.trim(), text: text.value.trim(), from: start.read(), for: length.value || undefined, models: models.read(),
        };
        await api.post(kind, body);
        this.surroundings.say(`${words.done}: ${body.title}.`);
        void this.news.read(true);
      });
    this.surroundings.root.append(dialog);
    dialog.showModal();
  }

  /**
   * @param {Kind} kind
   * @param {Announcement} item
   */
  async #takeBack(kind, item) {
    const { api } = this.client;
    const word = endWord(kind, item, api.now());
    try {
      await api.delete(`${kind}/${encodeURIComponent(item.id)}`);
      this.surroundings.say(`${word === "End" ? "Ended" : "Taken back"}: ${item.title}.`);
    } catch (error) {
      this.surroundings.fail(failureText(error));
    }
    // Where that failed too: somebody else may have ended it already.
    await this.news.read(true);
  }
}

/**
 * When it begins: now, by the daemon's clock, or at a time of this place.
 *
 * @param {number} now
 */
function startFields(now) {
  const when = choiceField("plan-start", [["now", "Now"], ["later", "At another time"]], "now");
  const time = /** @type {HTMLInputElement} */ (make("input", {
    class: "field", id: "plan-from", type: "datetime-local", required: true, disabled: true, max: "9999-12-31T23:59",
    value: minuteField(Math.ceil(now / hour) * hour),
  }));
  const at = make("div", { class: "dialog-part", hidden: true }, ...labelled(`Start, ${zoneName()} time`, time));
  when.addEventListener("change", () => {
    // What is switched off is not checked either.
    time.disabled = when.value === "now";
    show(at, !time.disabled);
  });
  return {
    fields: [...labelled("Start", when), at],
    read: () => (when.value === "now" ? undefined : new Date(fromMinuteField(time.value)).toISOString()),
  };
}
