// One operation: what it does, what it takes, what it answers, and a request to try.

import { make } from "/components/dom.js";
import { methodBadge, pathText, scopeBadge, tone } from "./docs-parts.js";
import { factsOf } from "./docs-schema.js";
import { SendPanel } from "./docs-send.js";
import { factList, schemaTree, typeName } from "./docs-tree.js";
import { prose } from "./docs-words.js";

/** @typedef {import("./docs-spec.js").Operation} Operation */
/** @typedef {import("./docs-spec.js").Parameter} Parameter */
/** @typedef {import("./docs-spec.js").Answer} Answer */
/** @typedef {import("./docs-spec.js").Content} Content */
/** @typedef {import("./docs-send.js").Context} Context */

/**
 * @param {Operation} operation
 * @param {Context} context
 */
export function operationSection(operation, context) {
  const { id, summary, method, path, scope, parameters, body, answers } = operation;
  const title = `docs-title-${id}`;
  return make("section", { class: "operation", id, "aria-labelledby": title },
    make("header", { class: "operation-head" },
      make("h3", { id: title }, summary, operation.isDeprecated ? make("span", { class: "soft", text: " (deprecated)" }) : null, anchor(id, summary)),
      make("p", { class: "route" }, methodBadge(method), pathText(path), scopeBadge(scope))),
    make("div", { class: "operation-body" },
      make("div", { class: "operation-words" },
        operation.description ? prose(operation.description) : null,
        parameters.length > 0 ? parameterTable(parameters, context) : null,
        body ? make("div", { class: "part" },
          make("h4", {}, "Request body", body.isRequired ? make("span", { class: "required", text: "required" }) : null),
          body.description ? prose(body.description) : null,
          ...body.content.map((content) => contentBlock(content, context, "Request body"))) : null,
        make("div", { class: "part" }, make("h4", { text: "Responses" }), ...answerList(answers, context))),
      new SendPanel(operation, context).element));
}

/** @param {string} id @param {string} name */
const anchor = (id, name) => make("a", { class: "anchor", href: `#${encodeURIComponent(id)}`, "aria-label": `Link to ${name}` }, make("span", { "aria-hidden": "true", text: "#" }));

/** @param {Parameter[]} parameters @param {Context} context */
function parameterTable(parameters, { spec }) {
  return make("div", { class: "part" },
    make("h4", { text: "Parameters" }),
    make("table", { class: "parameters", role: "table" },
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" },
        ...["Name", "Type", "Meaning"].map((text) => make("th", { scope: "col", role: "columnheader", text })))),
      make("tbody", { role: "rowgroup" }, ...parameters.map((parameter) => make("tr", { role: "row" },
        make("th", { scope: "row", role: "rowheader" }, make("code", { class: "name", text: parameter.name }),
          make("span", { class: "marks" },
            make("span", { class: "soft", text: parameter.in }),
            parameter.isRequired ? make("span", { class: "required", text: "required" }) : null,
            parameter.isDeprecated ? make("span", { class: "soft", text: "deprecated" }) : null)),
        make("td", { role: "cell" }, typeName(spec, parameter.schema)),
        make("td", { role: "cell" }, parameter.description ? prose(parameter.description) : null, factList(parameterFacts(parameter, spec))))))));
}

/** @param {Parameter} parameter @param {import("./docs-spec.js").ApiDocument} spec */
function parameterFacts({ schema, example }, spec) {
  const facts = factsOf(spec, schema);
  if (example !== undefined && !facts.some(({ name }) => name === "example")) facts.push({ name: "example", values: [String(example)] });
  return facts;
}

/** @param {Answer[]} answers @param {Context} context */
function answerList(answers, context) {
  const first = answers.find(({ status }) => status.startsWith("2"));
  return answers.map((answer) => {
    const types = answer.content.map(({ type }) => type).join(", ");
    const head = [make("code", { class: "status", "data-look": tone(answer.status), text: answer.status }),
      prose(answer.description, "status-words"), types === "" ? null : make("span", { class: "soft media", text: types })];
    if (answer.content.length === 0 && answer.headers.length === 0) return make("div", { class: "answer answer-head" }, ...head);
    return foldable(make("summary", { class: "answer-head" }, ...head), answer === first, () => [
      answer.headers.length > 0 ? headerList(answer, context) : null,
      ...answer.content.map((content) => contentBlock(content, context, `Response ${answer.status}`)),
    ], "answer");
  });
}

/**
 * A part whose inside is made when it is first opened.
 *
 * @param {HTMLElement} summary
 * @param {boolean} isOpen
 * @param {() => (Node | null)[]} fill
 * @param {string} kind
 */
export function foldable(summary, isOpen, fill, kind) {
  const inside = make("div", { class: "inside" });
  const details = /** @type {HTMLDetailsElement} */ (make("details", { class: kind }, summary, inside));
  const build = () => {
    if (inside.childElementCount > 0) return;
    inside.append(.../** @type {Node[]} */ (fill().filter((node) => node !== null)));
  };
  details.addEventListener("toggle", () => { if (details.open) build(); });
  if (isOpen) {
    build();
    details.open = true;
  }
  return details;
}

/** @param {Answer} answer @param {Context} context */
function headerList({ headers }, { spec }) {
  return make("dl", { class: "headers", "aria-label": "Headers" }, ...headers.map(({ name, description, schema }) => make("div", {},
    make("dt", {}, make("code", { class: "name", text: name }), " ", typeName(spec, schema)),
    make("dd", {}, description ? prose(description) : null))));
}

/** @param {Content} content @param {Context} context @param {string} label */
function contentBlock({ type, schema, example }, { spec }, label) {
  const shown = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  return make("div", { class: "content" },
    make("p", { class: "soft media-line", text: type }),
    schema === undefined ? null : schemaTree(spec, schema, `${label}, ${type}`),
    example === undefined ? null : foldable(make("summary", { text: "Example" }), false, () => [
      make("pre", { tabindex: "0", role: "group", "aria-label": `${label}, example` }, make("code", { text: shown }))], "example"));
}
