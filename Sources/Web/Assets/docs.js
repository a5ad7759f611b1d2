// The API reference: reads the daemon's own description and lays it out.

import { Api, Problem, problemOf } from "/components/api.js";
import { make, write } from "/components/dom.js";
import { accessLine, tokenForm } from "./docs-access.js";
import { Contents } from "./docs-contents.js";
import { foldable, operationSection } from "./docs-operation.js";
import { titled } from "./docs-parts.js";
import { ApiDocument } from "./docs-spec.js";
import { useTheme } from "./docs-theme.js";
import { schemaId, schemaTree } from "./docs-tree.js";
import { prose } from "./docs-words.js";

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const api = new Api("");
const patience = 15_000;
const trouble = make("div", { class: "trouble", id: "docs-trouble" });
/** @type {Contents | null} */
let contents = null;

async function load() {
  trouble.remove();
  write(element("docs-state"), "Reading the API’s description…");
  try {
    const spec = new ApiDocument(await read());
    layOut(spec);
  } catch (error) {
    write(element("docs-state"), "");
    element("docs-main").append(trouble);
    explain(error instanceof Problem ? error : new Problem({ detail: `${error instanceof Error ? error.message : error}` }, -1));
  }
}

async function read() {
  let response;
  try {
    response = await fetch("/openapi.json", { headers: api.headers(), cache: "no-cache", signal: AbortSignal.timeout(patience) });
  } catch {
    throw new Problem({}, 0);
  }
  if (!response.ok) throw await problemOf(response);
  return response.json().catch(() => { throw new TypeError("It is not JSON."); });
}

// When there is nothing to show

const advice = /** @type {Record<string, string>} */ ({
  "-1": "The answer of /openapi.json cannot be used. Something between this page and the daemon may have changed it; open it directly and look.",
  0: "See that the daemon runs and that this page’s address is still its own.",
  401: "Give a token of this daemon, as its configuration lists them under server.tokens.",
  403: "Give a token with the scope read; the daemon’s configuration lists them under server.tokens.",
  404: "This daemon has no /openapi.json. If it was updated just now, reload the page; if a proxy stands before it, let that path through.",
});

/** @param {Problem} problem */
function explain(problem) {
  const { status } = problem;
  const help = advice[status] ?? "Try again in a moment; the daemon’s log says what went wrong.";
  trouble.replaceChildren(make("section", { class: "notice", "aria-labelledby": "docs-trouble-title" },
    make("h2", { id: "docs-trouble-title", text: status === 401 || status === 403 ? "The reference wants a token" : "The reference cannot be shown" }),
    make("p", { role: "alert", text: `${status > 0 ? `HTTP ${status}: ` : ""}${problem.message}` }),
    make("p", { class: "soft", text: help }),
    problem.isRefusal ? tokenForm(api, "Token, kept for this tab alone", load)
      : make("p", { class: "trouble-ways" }, make("button", { class: "button", "data-kind": "main", type: "button", text: "Try again", onclick: load }),
        make("a", { href: "/openapi.json", text: "Open openapi.json" }))));
}

// The page

/** @param {ApiDocument} spec */
function layOut(spec) {
  const main = element("docs-main");
  const context = { spec, api };
  document.title = `${spec.title} – API reference`;
  contents = new Contents(spec);
  main.replaceChildren(
    make("header", { class: "intro" },
      make("div", { class: "intro-title" }, make("h1", { id: "docs-title", text: spec.title }), spec.version ? make("span", { class: "version", text: spec.version }) : null),
      intro(spec)),
    contents.none,
    ...spec.groups.map((group, index) => make("section", { class: "tag", id: `docs-tag-${index}`, "aria-labelledby": `docs-tag-${index}-title` },
      make("h2", { id: `docs-tag-${index}-title`, text: titled(group.name) }),
      group.description ? prose(group.description) : null,
      ...group.operations.map((operation) => operationSection(operation, context)))),
    schemaSection(spec));
  element("docs-page").prepend(contents.element);
  follow();
  watch();
}

/** @param {ApiDocument} spec */
function intro(spec) {
  return make("div", { id: "docs-intro" },
    spec.summary ? make("p", { class: "lead", text: spec.summary }) : null,
    spec.description ? prose(spec.description) : null,
    make("dl", { class: "about" },
      ...(spec.servers.length === 0 ? [] : [make("div", {},
        make("dt", { text: "Address" }),
        ...spec.servers.map(({ url, description }) => make("dd", {}, make("code", { text: url.href.replace(/\/$/, "") }), description ? make("span", { class: "soft", text: ` ${description}` }) : null)))]),
      make("div", {}, make("dt", { text: "Access" }), make("dd", {}, accessLine(api),
        make("p", { class: "soft", text: "The lines for a shell read a token from the variable TOKEN. A daemon without tokens asks for none." })))));
}

/** @param {ApiDocument} spec */
function schemaSection(spec) {
  if (spec.schemas.length === 0) return "";
  return make("section", { class: "tag schemas", id: "docs-schemas", "aria-labelledby": "docs-schemas-title" },
    make("h2", { id: "docs-schemas-title", text: "Schemas" }),
    ...spec.schemas.map(([name, schema]) => {
      const fold = foldable(make("summary", {}, make("h3", {}, make("code", { text: name }))), false, () => [schema?.description ? prose(schema.description) : null, schemaTree(spec, schema, name)], "named-schema");
      fold.id = schemaId(name);
      return fold;
    }));
}

// The address names what the reader is at.

function follow() {
  const id = hashId();
  if (id === "") return;
  const target = document.getElementById(id);
  if (!target) return;
  if (target.hidden || target.closest("[hidden]")) contents?.clear();
  if (target instanceof HTMLDetailsElement) target.open = true;
  target.scrollIntoView();
  contents?.at(id);
}

function hashId() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return location.hash.slice(1);
  }
}

/** Marks in the contents what is being read. */
function watch() {
  const places = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".operation, .named-schema")]);
  let isAsked = false;
  const look = () => {
    isAsked = false;
    const line = 120;
    const shown = places.filter((place) => !place.hidden && place.getClientRects().length > 0);
    const here = shown.filter((place) => place.getBoundingClientRect().top <= line).at(-1);
    const target = document.getElementById(hashId());
    // A target near the end of the page cannot come up to the line.
    const isTarget = target && shown.includes(target) && target.getBoundingClientRect().top >= 0 && target.getBoundingClientRect().top < innerHeight;
    const isAtEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    contents?.at((isAtEnd && isTarget ? target : here)?.id ?? "");
  };
  addEventListener("scroll", () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(look);
  }, { passive: true });
}

addEventListener("hashchange", follow);
useTheme(element("docs-theme"));
load();
