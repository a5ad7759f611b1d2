// A request as it has been filled in: its address, its headers, and the line for a shell.

import { sampleOf } from "./docs-schema.js";

/** @typedef {import("./docs-spec.js").ApiDocument} ApiDocument */
/** @typedef {import("./docs-spec.js").Operation} Operation */
/** @typedef {import("./docs-spec.js").Parameter} Parameter */
/** @typedef {Map<Parameter, string>} Values */

/**
 * What is filled in before anybody has: the examples of what is required.
 *
 * @param {Operation} operation
 * @returns {Values}
 */
export function firstValues(operation) {
  const wanted = operation.parameters.filter(({ isRequired, example }) => isRequired && example !== undefined);
  return new Map(wanted.map((parameter) => [parameter, String(parameter.example)]));
}

/**
 * @param {Operation} operation
 * @param {Values} values
 * @param {URL} server
 * @param {boolean} [isDraft] whether names stand in for what is still missing
 */
export function addressOf(operation, values, server, isDraft = false) {
  let path = operation.path;
  const query = new URLSearchParams();
  for (const parameter of operation.parameters) {
    const value = values.get(parameter) || (isDraft && parameter.isRequired ? standIn(parameter.name) : "");
    if (value === "") continue;
    if (parameter.in === "path") path = path.replaceAll(`{${parameter.name}}`, () => encodeURIComponent(value));
    if (parameter.in === "query") for (const entry of entries(parameter, value)) query.append(parameter.name, entry);
  }
  const text = query.toString();
  return `${server.href.replace(/\/+$/, "")}${path}${text === "" ? "" : `?${text}`}`;
}

/** @param {Parameter} parameter @param {string} value */
function entries(parameter, value) {
  if (parameter.schema?.type !== "array" || parameter.isJoined) return [value];
  return value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
}

/** @param {string} name `modelId` becomes `MODEL_ID` */
const standIn = (name) => name.replaceAll(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();

/**
 * Whether it answers with a stream of events, for whoever says that it takes one.
 *
 * @param {Operation} operation
 */
const isStream = (operation) => operation.answers.some(({ content }) => content.some(({ type }) => type === "text/event-stream"));

/**
 * @param {Operation} operation
 * @param {Values} values
 * @returns {Record<string, string>}
 */
export function headersOf(operation, values) {
  /** @type {Record<string, string>} */
  const accept = isStream(operation) ? { Accept: "text/event-stream" } : {};
  const filled = operation.parameters.filter((parameter) => parameter.in === "header" && values.get(parameter));
  return { ...accept, ...Object.fromEntries(filled.map((parameter) => [parameter.name, values.get(parameter) ?? ""])) };
}

/**
 * The line for a shell; the token comes from the variable TOKEN.
 *
 * @param {ApiDocument} api
 * @param {Operation} operation
 * @param {Values} values
 * @param {URL} server
 */
export function curlOf(api, operation, values, server) {
  const method = { GET: "", HEAD: " -I" }[operation.method] ?? ` -X ${operation.method}`;
  const parts = [`curl -s${isStream(operation) ? "N" : ""}${method} ${quoted(addressOf(operation, values, server, true))}`];
  if (operation.scope !== null) parts.push('-H "Authorization: Bearer $TOKEN"');
  for (const [name, value] of Object.entries(headersOf(operation, values))) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  const content = operation.body?.content[0];
  if (content) {
    const sample = content.example ?? sampleOf(api, content.schema);
    parts.push(`-H ${quoted(`Content-Type: ${content.type}`)}`, `-d ${quoted(typeof sample === "string" ? sample : JSON.stringify(sample))}`);
  }
  return parts.join(" \\\n  ");
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
