// In which blocks and in which order models stand: what needs attention first, then provider by provider. While somebody
// points at the list or moves in it, what stands there stays where it is.

import { badness, lookOf, needsAttention, worstOf } from "./words.js";

/** @typedef {import("./types.js").Model} Model */
/**
 * @typedef {object} Block
 * @property {string} key
 * @property {string} name
 * @property {import("./types.js").Look} look
 * @property {string} reason
 * @property {boolean} isAttention
 * @property {boolean} isFolded
 * @property {Model[]} models
 */

/** Groups of which all are healthy are one line from this many models on: fewer are seen at a glance. */
const manyModels = 25;

export class Arrangement {
  /** Groups that were folded or unfolded by hand. @type {Map<string, boolean>} */
  #chosen = new Map();
  /** Where each model stood, and which stood among those that need attention. @type {Map<string, number>} */
  #ranks = new Map();
  /** @type {Set<string>} */
  #attention = new Set();
  /** @type {Map<string, number>} */
  #groupRanks = new Map();
  /** Whether all healthy groups are one line each, however few there are. */
  isBrief = false;
  /** How many models would stand elsewhere if nothing held the order. */
  displaced = 0;

  /** @param {import("./toolbar.js").Selection} selection */
  constructor(selection) {
    this.selection = selection;
  }

  /** Lets the next arrangement be a new one, whoever points at it. */
  release() {
    this.#ranks.clear();
    this.#groupRanks.clear();
  }

  /** @param {string} name @param {boolean} isFolded */
  fold(name, isFolded) {
    this.#chosen.set(name, isFolded);
  }

  /**
   * @param {Model[]} fitting those that are to be shown
   * @param {Record<string, import("./types.js").ProviderHealth>} providers
   * @param {boolean} isHeld whether what stands there stays
   * @returns {Block[]} in order; the only one has no name where nothing is grouped
   */
  arrange(fitting, providers, isHeld) {
    const { selection } = this;
    const holds = isHeld && this.#ranks.size > 0;
    const hasAttention = selection.sort === "status" && !selection.isReversed && selection.look === null && selection.text === "";
    const stands = (/** @type {Model} */ model) => holds && this.#ranks.has(model.modelId);
    const isApart = (/** @type {Model} */ model) =>
      hasAttention && (stands(model) ? this.#attention.has(model.modelId) : needsAttention(model));
    const order = (/** @type {Model} */ a, /** @type {Model} */ b) => stands(a) && stands(b)
      ? /** @type {number} */ (this.#ranks.get(a.modelId)) - /** @type {number} */ (this.#ranks.get(b.modelId)) : selection.compare(a, b);
    const apart = fitting.filter(isApart).sort(order);
    const rest = fitting.filter((model) => !isApart(model)).sort(order);
    this.displaced = holds && hasAttention ? fitting.filter((model) => isApart(model) !== needsAttention(model)).length : 0;
    /** @type {Block[]} */
    const blocks = [];
    if (apart.length > 0) {
      blocks.push({
        key: "attention", name: `Needs attention (${apart.length})`, look: worstLook(apart), reason: "", isAttention: true, isFolded: false, models: apart,
      });
    }
    if (selection.isGrouped) blocks.push(...this.#groups(rest, fitting, providers, holds));
    else if (rest.length > 0) {
      blocks.push({
        key: "rest", name: apart.length > 0 ? "All others" : "", look: worstLook(rest), reason: "", isAttention: false, isFolded: false, models: rest,
      });
    }
    if (!holds) this.#remember(blocks);
    return blocks;
  }

  /**
   * @param {Model[]} models
   * @param {Model[]} all with those that stand apart
   * @param {Record<string, import("./types.js").ProviderHealth>} providers
   * @param {boolean} holds
   */
  #groups(models, all, providers, holds) {
    /** @type {Map<string, Model[]>} */
    const groups = new Map();
    for (const model of models) {
      const group = groups.get(model.provider);
      if (group) group.push(model);
      else groups.set(model.provider, [model]);
    }
    const troubled = new Set(all.filter(needsAttention).map((model) => model.provider));
    const isLarge = all.length >= manyModels && this.selection.text === "" && this.selection.look === null;
    const blocks = [...groups].map(([name, members]) => {
      const counts = providers[name]?.counts;
      return {
        key: `group ${name}`, name, look: counts ? worstOf(counts) : worstLook(members), reason: providers[name]?.reason ?? "", isAttention: false,
        isFolded: this.#chosen.get(name) ?? (this.isBrief || isLarge && !troubled.has(name)), models: members,
      };
    });
    const rank = (/** @type {Block} */ block) => (holds ? this.#groupRanks.get(block.name) : undefined);
    return blocks.sort((a, b) => {
      const [left, right] = [rank(a), rank(b)];
      if (left !== undefined && right !== undefined) return left - right;
      return badness(b.look) - badness(a.look) || (a.name < b.name ? -1 : 1);
    });
  }

  /** @param {Block[]} blocks */
  #remember(blocks) {
    this.#ranks = new Map(blocks.flatMap((block) => block.models).map((model, index) => [model.modelId, index]));
    this.#groupRanks = new Map(blocks.map((block, index) => [block.name, index]));
    this.#attention = new Set(blocks.filter((block) => block.isAttention).flatMap((block) => block.models).map((model) => model.modelId));
  }
}

/** @param {Model[]} models @returns {import("./types.js").Look} */
function worstLook(models) {
  return models.map(lookOf).reduce((worst, look) => (badness(look) > badness(worst) ? look : worst), /** @type {import("./types.js").Look} */ ("idle"));
}
