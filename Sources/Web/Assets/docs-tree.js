// Schemas as the page shows them: their names, their facts, and a tree that unfolds.

import { icon, make, mark, show } from "/components/dom.js";
import { closed, factsOf, flatten, membersOf, typeWords } from "./docs-schema.js";
import { nameOf } from "./docs-spec.js";
import { prose } from "./docs-words.js";

/** @typedef {import("./docs-spec.js").ApiDocument} ApiDocument */
/** @typedef {import("./docs-schema.js").Member} Member */
/** @typedef {import("./docs-schema.js").Fact} Fact */

const maximumRows = 2_000;
let trees = 0;

/**
 * The name of a type, with links to the schemas it names.
 *
 * @param {ApiDocument} api
 * @param {any} schema
 */
export function typeName(api, schema) {
  return make("span", { class: "type" }, ...typeWords(api, schema).map(({ text, ref }) => (
    ref?.startsWith("#/components/schemas/") && api.at(ref) !== undefined
      ? make("a", { href: `#${schemaId(nameOf(ref))}`, text })
      : text)));
}

/** @param {string} name */
export const schemaId = (name) => `schema-${name.replaceAll(/[^\w.-]/g, "-")}`;

/** @param {Fact[]} facts */
export function factList(facts) {
  if (facts.length === 0) return null;
  return make("ul", { class: "facts" }, ...facts.map(({ name, values }) => make("li", {}, name, ...values.flatMap((value) => [" ", make("code", { text: value })]))));
}

/**
 * A schema as a tree. What lies deeper is made when it is unfolded, and a schema within itself is a link only.
 *
 * @param {ApiDocument} api
 * @param {any} schema
 * @param {string} label what the tree is of, for those who listen
 */
export function schemaTree(api, schema, label) {
  const { members, refs } = membersOf(api, schema);
  const facts = factList(factsOf(api, schema));
  const head = make("p", { class: "tree-head" }, typeName(api, schema));
  const box = make("div", { class: "schema" }, head, ...(facts ? [facts] : []));
  if (members.length === 0) return box;
  const tree = branch(api, members, refs);
  mark(tree, "aria-label", label);
  tree.addEventListener("keydown", arrows);
  box.append(tree);
  if (tree.querySelector(".fold")) head.append(foldAll(tree));
  return box;
}

/**
 * @param {ApiDocument} api
 * @param {Member[]} members
 * @param {Set<string>} trail the references above
 */
function branch(api, members, trail) {
  return make("ul", { class: "tree" }, ...members.map((member) => row(api, member, trail)));
}

/** @param {ApiDocument} api @param {Member} member @param {Set<string>} trail */
function row(api, member, trail) {
  const { members, refs } = membersOf(api, member.schema);
  const { flat } = flatten(api, member.schema);
  const isRound = [...refs].some((ref) => trail.has(ref));
  const name = member.kind === "property" ? make("code", { class: "name", text: member.name }) : make("span", { class: "name other", text: member.name });
  const line = make("div", { class: "row" });
  const item = make("li", {}, line);
  const isOpenable = members.length > 0 && !isRound;
  if (isOpenable) {
    trees += 1;
    const id = `docs-tree-${trees}`;
    const fold = make("button", { class: "fold", type: "button", "aria-expanded": "false", "aria-controls": id }, icon("chevron"), name);
    const below = make("div", { id, hidden: true });
    fold.addEventListener("click", () => {
      const isOpen = fold.getAttribute("aria-expanded") !== "true";
      if (isOpen && below.childElementCount === 0) below.append(branch(api, members, new Set([...trail, ...refs])));
      mark(fold, "aria-expanded", String(isOpen));
      show(below, isOpen);
    });
    line.append(fold);
    item.append(below);
  } else {
    line.append(make("span", { class: "leaf" }, name));
  }
  line.append(typeName(api, member.schema));
  if (isRound && members.length > 0) line.append(make("span", { class: "soft", text: "as above" }));
  if (member.isRequired) line.append(make("span", { class: "required", text: "required" }));
  if (flat.deprecated) line.append(make("span", { class: "soft", text: "deprecated" }));
  if (flat.readOnly) line.append(make("span", { class: "soft", text: "read only" }));
  const facts = factList(factsOf(api, member.schema).filter(({ name }) => name !== closed));
  if (facts) line.after(facts);
  if (flat.description) line.after(prose(flat.description, "row-words"));
  return item;
}

/** @param {HTMLElement} tree */
function foldAll(tree) {
  const button = make("button", { class: "quiet", type: "button", text: "Unfold all" });
  let isOpen = false;
  button.addEventListener("click", () => {
    isOpen = !isOpen;
    /** @param {string} state */
    const folds = (state) => /** @type {HTMLElement[]} */ ([...tree.querySelectorAll(`.fold[aria-expanded="${state}"]`)]);
    if (isOpen) for (let found = folds("false"); found.length > 0 && tree.querySelectorAll("li").length < maximumRows; found = folds("false")) found.forEach((fold) => fold.click());
    else folds("true").forEach((fold) => fold.click());
    button.textContent = isOpen ? "Fold all" : "Unfold all";
  });
  return button;
}

/**
 * Right unfolds, left folds, up and down go from one to the next.
 *
 * @param {KeyboardEvent} event
 */
function arrows(event) {
  const fold = /** @type {HTMLElement} */ (event.target);
  if (!fold.matches?.(".fold") || event.ctrlKey || event.metaKey || event.altKey) return;
  const isOpen = fold.getAttribute("aria-expanded") === "true";
  if (event.key === "ArrowRight" && !isOpen) fold.click();
  else if (event.key === "ArrowLeft" && isOpen) fold.click();
  else if (event.key === "ArrowLeft") /** @type {HTMLElement | null | undefined} */ (fold.closest("[id]")?.parentElement?.querySelector(".fold"))?.focus();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const folds = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll(".fold")].filter((entry) => entry.getClientRects().length > 0));
    folds[folds.indexOf(fold) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  } else return;
  event.preventDefault();
}
