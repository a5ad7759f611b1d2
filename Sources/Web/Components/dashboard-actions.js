// What can be done with a row: unfold, select, check now, say something about it, move to the next one.

import { failureText } from "./api.js";
import { plural } from "./format.js";
import { openMenu } from "./menu.js";
import { activeNotices, noticeDialog, noticeKinds, noticeText } from "./notices.js";
import { noticeWord } from "./words.js";

/** @typedef {import("./types.js").Model} Model */
/**
 * @typedef {object} Surroundings
 * @property {HTMLElement} root
 * @property {() => void} changed
 * @property {(text: string) => void} say reads a text out
 * @property {(text: string) => void} fail shows an error
 * @property {(modelId: string) => void} plan asks for maintenance of a model
 */

export class DashboardActions {
  /** @type {Set<string>} */
  #toggled = new Set();
  #isOpenByDefault = false;
  /** @type {Set<string>} "*" is all. */
  #busy = new Set();
  /** @type {string | null} */
  #current = null;

  /**
   * @param {import("./client.js").LiveClient} client
   * @param {import("./past.js").Past} past
   * @param {HTMLElement} host
   * @param {Surroundings} surroundings
   */
  constructor(client, past, host, surroundings) {
    this.client = client;
    this.past = past;
    this.host = host;
    this.surroundings = surroundings;
    this.fleet = client.fleet;
  }

  now() {
    return this.client.api.now();
  }

  /** @param {string} id */
  isOpen(id) {
    return this.#toggled.has(id) !== this.#isOpenByDefault;
  }

  /** @param {boolean} isOpen */
  openAll(isOpen) {
    this.#isOpenByDefault = isOpen;
    this.#toggled.clear();
  }

  /** @param {string} id */
  toggle(id) {
    if (!this.#toggled.delete(id)) this.#toggled.add(id);
    this.#current = id;
    this.surroundings.changed();
  }

  /** @param {string} id */
  isBusy(id) {
    return this.#busy.has(id) || (id !== "*" && this.#busy.has("*"));
  }

  /** @param {string} id */
  isCurrent(id) {
    return this.#current === id;
  }

  /**
   * Keeps one row reachable by the Tab key.
   *
   * @param {Model[]} models
   */
  keepCurrent(models) {
    if (this.#current === null || !models.some((model) => model.modelId === this.#current)) this.#current = models[0]?.modelId ?? null;
  }

  /** @param {string} id */
  select(id) {
    this.#current = id;
    this.host.dispatchEvent(new CustomEvent("model-select", {
      bubbles: true, composed: true, detail: { modelId: id, model: this.fleet.models.get(id) ?? null },
    }));
  }

  /** @param {string} id */
  want(id) {
    this.past.want(id);
  }

  /** @param {string} id */
  letGo(id) {
    this.past.letGo(id);
  }

  /** @param {string} id */
  dayOf(id) {
    return this.past.dayOf(id);
  }

  /** @param {string} id */
  knownDayOf(id) {
    return this.past.knownDayOf(id);
  }

  /**
   * Checks a model now, or all.
   *
   * @param {string | null} id
   */
  async probe(id) {
    const key = id ?? "*";
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    this.surroundings.changed();
    try {
      const { results } = await this.client.api.post("health/probe", id === null ? {} : { modelId: id });
      const good = results.filter((/** @type {{success: boolean}} */ result) => result.success).length;
      this.surroundings.say(id === null ? `${good} of ${plural(results.length, "check")} succeeded.`
        : `The check of ${id} ${good > 0 ? "succeeded" : "failed"}.`);
    } catch (error) {
      this.surroundings.fail(failureText(error));
    } finally {
      this.#busy.delete(key);
      this.surroundings.changed();
    }
  }

  /** @param {string} id @param {HTMLElement} anchor */
  menu(id, anchor) {
    const model = this.fleet.models.get(id);
    if (!model) return;
    const now = this.now();
    /** @type {import("./menu.js").MenuEntry[]} */
    const entries = [
      { text: "Check now", run: () => this.probe(id) },
      { text: "Timeline and incidents", run: () => this.select(id) },
      // What is healthy has nothing to acknowledge.
      ...noticeKinds.filter((choice) => choice.kind !== "acknowledge" || model.status !== "healthy").map((choice, index) => ({
        text: choice.kind === "silence" ? "Silence 1 h…" : `${choice.title}…`, isApart: index === 0, run: () => this.#ask(id, choice),
      })),
      { text: "Plan maintenance…", run: () => this.surroundings.plan(id) },
      ...activeNotices(model, now).filter((notice) => notice.kind !== "maintenance").map((notice, index) => ({
        text: `End now: ${noticeText(notice, now)}`, isApart: index === 0, run: () => this.end(id, notice.id),
      })),
    ];
    openMenu(this.surroundings.root, anchor, `More for ${id}`, entries);
  }

  /** @param {string} id @param {typeof noticeKinds[number]} choice */
  #ask(id, choice) {
    const dialog = noticeDialog(id, choice, async (body) => {
      const notice = await this.client.api.post("silences", body);
      this.#amend(id, (notices) => [...notices.filter((other) => other.id !== notice.id), notice]);
      this.surroundings.say(`${noticeWord(choice.kind)}: ${id}.`);
    });
    this.surroundings.root.append(dialog);
    dialog.showModal();
  }

  /**
   * Ends a notice early.
   *
   * @param {string} id
   * @param {string} noticeId
   */
  async end(id, noticeId) {
    try {
      await this.client.api.delete(`silences/${encodeURIComponent(noticeId)}`);
    } catch (error) {
      this.surroundings.fail(failureText(error));
      return;
    }
    this.#amend(id, (notices) => notices.filter((notice) => notice.id !== noticeId));
    this.surroundings.say("Ended.");
  }

  /**
   * Shows at once what the daemon will say a moment later.
   *
   * @param {string} id
   * @param {(notices: import("./types.js").Notice[]) => import("./types.js").Notice[]} change
   */
  #amend(id, change) {
    const model = this.fleet.models.get(id);
    if (model) this.fleet.models.set(id, { ...model, notices: change(model.notices ?? []) });
    this.surroundings.changed();
  }

  /**
   * Arrow keys go from row to row, Home and End to the ends, right and left unfold and fold.
   *
   * @param {KeyboardEvent} event
   * @param {string} id
   * @param {import("./virtual-list.js").VirtualList} rows
   */
  onRowKey(event, id, rows) {
    const keys = rows.items.filter((item) => item.kind === "row").map((item) => item.key);
    const at = keys.indexOf(id);
    const steps = /** @type {Record<string, number>} */ ({
      ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: keys.length - 1,
    });
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      if (this.isOpen(id) !== (event.key === "ArrowRight")) this.toggle(id);
    } else if (event.key in steps) {
      const next = keys[Math.min(Math.max(steps[event.key], 0), keys.length - 1)];
      const role = /** @type {HTMLElement} */ (event.target).classList[1] ?? "";
      this.#current = next;
      rows.reveal(next, 110);
      this.surroundings.changed();
      const row = rows.elementOf(next);
      const same = ["toggle", "check", "more"].includes(role) ? row?.querySelector(`.${role}`) : row?.querySelector(".name");
      /** @type {HTMLElement | null | undefined} */ (same)?.focus({ preventScroll: true });
    } else {
      return;
    }
    event.preventDefault();
  }
}
