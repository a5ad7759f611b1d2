// Schemas: what they allow, in words and by example.

import { nameOf } from "./docs-spec.js";

/** @typedef {import("./docs-spec.js").ApiDocument} ApiDocument */
/** @typedef {{text: string, ref?: string}} Word A part of a type's name; with `ref`, a schema of its own. */
/** @typedef {{name: string, kind: "property" | "rest" | "option" | "item", schema: any, isRequired: boolean}} Member */
/** @typedef {{name: string, values: string[]}} Fact */

// Deeper than any document means to go: only one that goes round in circles gets here.
const maximumDepth = 8;
/** A fact worth telling of a whole schema only. */
export const closed = "no other members";

/**
 * A schema with its references and `allOf` put into one object, and the references that were followed.
 *
 * @param {ApiDocument} api
 * @param {any} schema
 * @returns {{flat: Record<string, any>, refs: Set<string>}}
 */
export function flatten(api, schema) {
  /** @type {Set<string>} */
  const refs = new Set();
  /** @param {any} part @param {string[]} trail @returns {Record<string, any>} */
  const join = (part, trail) => {
    if (typeof part !== "object" || part === null) return part === false ? { not: {} } : {};
    const { $ref, allOf, ...own } = part;
    /** @type {Record<string, any>} */
    let joined = {};
    if (typeof $ref === "string" && !trail.includes($ref)) {
      refs.add($ref);
      const target = api.at($ref);
      joined = target === undefined ? { description: `${$ref} is not in this document.` } : join(target, [...trail, $ref]);
    }
    for (const entry of allOf ?? []) joined = merge(joined, join(entry, trail));
    return merge(joined, own);
  };
  return { flat: join(schema, []), refs };
}

/** @param {Record<string, any>} first @param {Record<string, any>} second */
function merge(first, second) {
  const merged = { ...first, ...second };
  if (first.properties && second.properties) merged.properties = { ...first.properties, ...second.properties };
  if (first.required && second.required) merged.required = [...first.required, ...second.required];
  return merged;
}

/** @param {any} flat */
const alternatives = (flat) => /** @type {any[] | undefined} */ (flat.oneOf ?? flat.anyOf);

/** @param {any} schema */
const isNull = (schema) => schema?.type === "null" || schema?.const === null;

/**
 * What may stand there: "array of Model", "string or null".
 *
 * @param {ApiDocument} api
 * @param {any} schema
 * @param {number} [depth]
 * @returns {Word[]}
 */
export function typeWords(api, schema, depth = 0) {
  if (schema === false) return [{ text: "nothing" }];
  const ref = schema?.$ref ?? (schema?.allOf?.length === 1 && !schema.properties ? schema.allOf[0].$ref : undefined);
  if (typeof ref === "string") return [{ text: nameOf(ref), ref }];
  const { flat } = flatten(api, schema);
  if ("const" in flat) return [{ text: JSON.stringify(flat.const) }];
  if (depth > maximumDepth) return [{ text: "…" }];
  const ways = alternatives(flat);
  if (ways) return ways.flatMap((way, index) => [...(index > 0 ? [{ text: " or " }] : []), ...typeWords(api, way, depth + 1)]);
  return typesOf(flat).flatMap((type, index) => {
    const before = index > 0 ? [{ text: " or " }] : [];
    if (type === "array" && !flat.prefixItems) {
      const items = typeof flat.items === "object" ? typeWords(api, flat.items, depth + 1) : [{ text: "anything" }];
      return [...before, { text: "array of " }, ...items];
    }
    if (type === "object" && !flat.properties && typeof flat.additionalProperties === "object") {
      return [...before, { text: "map of " }, ...typeWords(api, flat.additionalProperties, depth + 1)];
    }
    return [...before, { text: type }];
  });
}

/** @param {any} flat @returns {string[]} */
function typesOf(flat) {
  if (flat.type !== undefined) return [flat.type].flat();
  if (flat.properties || flat.additionalProperties) return ["object"];
  if (flat.items || flat.prefixItems) return ["array"];
  const kinds = new Set((flat.enum ?? []).map((/** @type {any} */ value) => (value === null ? "null" : typeof value)));
  return kinds.size > 0 ? [.../** @type {Set<string>} */ (kinds)] : ["anything"];
}

/**
 * What lies one level below: properties, a list's entries, alternatives.
 *
 * @param {ApiDocument} api
 * @param {any} schema
 * @param {number} [depth]
 * @returns {{members: Member[], refs: Set<string>}} with the references on the way
 */
export function membersOf(api, schema, depth = 0) {
  const { flat, refs } = flatten(api, schema);
  /** @type {Member[]} */
  const members = [];
  /** @param {string} name @param {Member["kind"]} kind @param {any} entry @param {boolean} [isRequired] */
  const add = (name, kind, entry, isRequired = false) => members.push({ name, kind, schema: entry, isRequired });
  /** @param {any} entry */
  const pass = (entry) => {
    if (depth > maximumDepth) return;
    const below = membersOf(api, entry, depth + 1);
    members.push(...below.members);
    for (const ref of below.refs) refs.add(ref);
  };
  const required = new Set(flat.required ?? []);
  const properties = Object.entries(flat.properties ?? {});
  for (const [name, entry] of properties) add(name, "property", entry, required.has(name));
  for (const [pattern, entry] of Object.entries(flat.patternProperties ?? {})) add(`/${pattern}/`, "rest", entry);
  if (typeof flat.additionalProperties === "object") add(properties.length > 0 ? "any other name" : "any name", "rest", flat.additionalProperties);
  (flat.prefixItems ?? []).forEach((/** @type {any} */ entry, /** @type {number} */ index) => add(`entry ${index + 1}`, "item", entry));
  if (typeof flat.items === "object") pass(flat.items);
  const ways = (alternatives(flat) ?? []).filter((way) => !isNull(way));
  if (ways.length === 1) pass(ways[0]);
  else ways.forEach((way, index) => add(index === 0 ? "either" : "or", "option", way));
  return { members, refs };
}

/**
 * What else holds for a value.
 *
 * @param {ApiDocument} api
 * @param {any} schema
 * @returns {Fact[]}
 */
export function factsOf(api, schema) {
  const { flat } = flatten(api, schema);
  const way = (alternatives(flat) ?? []).filter((entry) => !isNull(entry));
  const source = way.length === 1 ? { ...flatten(api, way[0]).flat, ...flat } : flat;
  const facts = limits(source);
  if (typeof source.items === "object") {
    const { flat: items } = flatten(api, source.items);
    facts.push(...limits(items).map(({ name, values }) => ({ name: `each ${name}`, values })));
  }
  return facts;
}

/** @param {any} flat @returns {Fact[]} */
function limits(flat) {
  /** @type {Fact[]} */
  const facts = [];
  /** @param {string} name @param {any} value */
  const say = (name, value) => { if (value !== undefined) facts.push({ name, values: [inline(value)] }); };
  /** @param {string} name @param {number | undefined} least @param {number | undefined} most */
  const range = (name, least, most) => {
    if (least !== undefined && most !== undefined) say(name || "from", least === most ? least : `${least} to ${most}`);
    else if (least !== undefined) say(`${name} at least`.trim(), least);
    else if (most !== undefined) say(`${name} at most`.trim(), most);
  };
  if (flat.enum) facts.push({ name: "one of", values: flat.enum.map(inline) });
  say("default", flat.default);
  say("format", flat.format);
  range("", flat.minimum, flat.maximum);
  say("above", flat.exclusiveMinimum);
  say("below", flat.exclusiveMaximum);
  say("multiple of", flat.multipleOf);
  range("characters", flat.minLength, flat.maxLength);
  say("pattern", flat.pattern);
  range("entries", flat.minItems, flat.maxItems);
  if (flat.uniqueItems) facts.push({ name: "no entry twice", values: [] });
  if (flat.additionalProperties === false) facts.push({ name: closed, values: [] });
  say("example", flat.examples?.[0] ?? flat.example);
  return facts;
}

/** @param {any} value */
const inline = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/**
 * A value that fits, for an example of a request.
 *
 * @param {ApiDocument} api
 * @param {any} schema
 * @param {number} [depth]
 * @returns {any}
 */
export function sampleOf(api, schema, depth = 0) {
  const { flat } = flatten(api, schema);
  const told = flat.examples?.[0] ?? flat.example ?? flat.const ?? flat.default ?? flat.enum?.[0];
  if (told !== undefined) return told;
  const way = (alternatives(flat) ?? []).find((entry) => !isNull(entry));
  if (way && !flat.properties && depth <= maximumDepth) return sampleOf(api, way, depth + 1);
  const type = typesOf(flat).find((name) => name !== "null") ?? "null";
  if (type === "array") return depth > maximumDepth || flat.items === undefined ? [] : [sampleOf(api, flat.items, depth + 1)];
  if (type === "object") {
    const wanted = Object.entries(flat.properties ?? {}).filter(([name]) => flat.required?.includes(name));
    return depth > maximumDepth ? {} : Object.fromEntries(wanted.map(([name, entry]) => [name, sampleOf(api, entry, depth + 1)]));
  }
  if (type === "integer" || type === "number") return flat.minimum ?? 0;
  if (type === "boolean") return false;
  if (type === "null") return null;
  return flat.format === "date-time" ? "2026-01-31T12:00:00Z" : "…";
}
