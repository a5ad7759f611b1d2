// The contents at the side: operations by tag, the schemas, and the search that leaves only what fits.

import { icon, make, mark, show, write } from "/components/dom.js";
import { plural } from "/components/format.js";
import { methodBadge, titled } from "./docs-parts.js";
import { schemaId } from "./docs-tree.js";

/** @typedef {import("./docs-spec.js").ApiDocument} ApiDocument */
/** @typedef {{words: string, link: HTMLElement, id: string}} Entry */
/** @typedef {{element: HTMLElement, entries: Entry[], id: string}} Part A tag, or the schemas. */

const wide = matchMedia("(min-width: 1000px)");

export class Contents {
  #search = /** @type {HTMLInputElement} */ (make("input", {
    class: "field search", id: "docs-search", type: "search", placeholder: "Find an operation", "aria-label": "Find an operation", autocomplete: "off", spellcheck: "false",
  }));
  #found = make("p", { class: "soft found", role: "status" });
  #none = make("div", { class: "notice none", hidden: true });
  #list = /** @type {HTMLDetailsElement} */ (make("details", { class: "contents" }, make("summary", { text: "Contents" })));
  /** @type {Part[]} */
  #parts = [];

  /** @param {ApiDocument} spec */
  constructor(spec) {
    const inside = make("div", { class: "contents-inside" });
    spec.groups.forEach((group, index) => {
      const entries = group.operations.map((operation) => ({
        id: operation.id,
        words: [operation.method, operation.path, operation.id, operation.summary, operation.description, operation.tag,
          operation.scope ?? "open", ...operation.parameters.map(({ name }) => name)].join(" ").toLowerCase(),
        link: make("a", { href: `#${encodeURIComponent(operation.id)}`, title: `${operation.method} ${operation.path}` }, methodBadge(operation.method), make("span", { text: operation.summary })),
      }));
      inside.append(this.#part(`docs-tag-${index}`, titled(group.name), entries));
    });
    if (spec.schemas.length > 0) {
      inside.append(this.#part("docs-schemas", "Schemas", spec.schemas.map(([name, schema]) => ({
        id: schemaId(name),
        words: `${name} schema ${schema?.description ?? ""}`.toLowerCase(),
        link: make("a", { href: `#${schemaId(name)}` }, make("code", { text: name })),
      }))));
    }
    this.#list.append(inside);
    const box = make("label", { class: "search-box" }, icon("search"), this.#search, make("kbd", { "aria-hidden": "true", text: "/" }));
    this.element = make("nav", { class: "side", "aria-label": "Contents" }, make("div", { class: "side-search" }, box, this.#found), this.#list);
    this.none = this.#none;
    this.#none.append(make("p"), make("button", { class: "button", type: "button", text: "Show all", onclick: () => { this.clear(); this.#search.focus(); } }));
    this.#search.addEventListener("input", () => this.filter());
    this.#search.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("click", (event) => {
      if (!wide.matches && /** @type {Element} */ (event.target).closest("a")) this.#list.open = false;
    });
    addEventListener("keydown", (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      if (event.key === "Escape" && this.#list.open && !wide.matches) this.#list.open = false;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || target.matches?.("input, select, textarea")) return;
      event.preventDefault();
      this.#search.focus();
      this.#search.select();
    });
    const fit = () => { this.#list.open = wide.matches; };
    wide.addEventListener("change", fit);
    fit();
  }

  /** @param {string} id @param {string} name @param {Entry[]} entries */
  #part(id, name, entries) {
    const title = `${id}-contents`;
    const element = make("div", { class: "side-part" },
      make("p", { class: "side-title", id: title }, make("a", { href: `#${id}`, text: name })),
      make("ul", { "aria-labelledby": title }, ...entries.map(({ link }) => make("li", {}, link))));
    this.#parts.push({ element, entries, id });
    return element;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape" && this.#search.value !== "") {
      event.preventDefault();
      this.clear();
    } else if (event.key === "Enter") {
      const first = this.#parts.flatMap(({ entries }) => entries).find(({ link }) => !link.parentElement?.hidden);
      if (first && this.#search.value.trim() !== "") first.link.click();
    }
  }

  clear() {
    this.#search.value = "";
    this.filter();
  }

  /** Leaves what holds every word that is searched for, here and in the page. */
  filter() {
    const text = this.#search.value.trim().toLowerCase();
    const words = text.split(/\s+/);
    let operations = 0;
    let schemas = 0;
    for (const { element, entries, id } of this.#parts) {
      let amount = 0;
      for (const entry of entries) {
        const fits = words.every((word) => entry.words.includes(word));
        if (fits) amount += 1;
        if (entry.link.parentElement) show(entry.link.parentElement, fits);
        reveal(entry.id, fits);
      }
      show(element, amount > 0);
      reveal(id, amount > 0);
      if (id === "docs-schemas") schemas = amount;
      else operations += amount;
    }
    const isNone = operations + schemas === 0;
    const count = `${plural(operations, "operation")}${schemas > 0 ? `, ${plural(schemas, "schema")}` : ""}`;
    write(this.#found, text === "" ? "" : isNone ? "Nothing fits" : count);
    reveal("docs-intro", text === "");
    show(this.#none, isNone);
    if (isNone) write(/** @type {Node} */ (this.#none.firstChild), `No operation and no schema fits “${this.#search.value.trim()}”.`);
  }

  /** @param {string} id what the reader is at */
  at(id) {
    for (const { link, id: own } of this.#parts.flatMap(({ entries }) => entries)) {
      const isHere = own === id;
      if (isHere && link.getAttribute("aria-current") !== "location" && wide.matches) this.#bringIntoView(link);
      mark(link, "aria-current", isHere ? "location" : null);
    }
  }

  /**
   * Within the list alone: the page itself stays where it is.
   *
   * @param {HTMLElement} link
   */
  #bringIntoView(link) {
    const box = this.element.getBoundingClientRect();
    const { top, bottom } = link.getBoundingClientRect();
    if (top < box.top + 90) this.element.scrollTop -= box.top + 90 - top;
    else if (bottom > box.bottom - 20) this.element.scrollTop += bottom - box.bottom + 20;
  }
}

/** @param {string} id @param {boolean} isShown */
function reveal(id, isShown) {
  const element = document.getElementById(id);
  if (element) show(element, isShown);
}
