// The OpenAPI document as the page reads it: operations by tag, references followed.

/** @typedef {Record<string, any>} Json */
/**
 * @typedef {object} Parameter
 * @property {string} name
 * @property {"path" | "query" | "header"} in
 * @property {boolean} isRequired
 * @property {boolean} isDeprecated
 * @property {string} description
 * @property {any} schema
 * @property {any} example
 * @property {boolean} isJoined whether a list travels as one value with commas
 */
/** @typedef {{type: string, schema: any, example: any}} Content One media type of a body. */
/**
 * @typedef {object} Answer
 * @property {string} status
 * @property {string} description
 * @property {Content[]} content
 * @property {{name: string, description: string, schema: any}[]} headers
 */
/**
 * @typedef {object} Operation
 * @property {string} id
 * @property {string} method
 * @property {string} path
 * @property {string} summary
 * @property {string} description
 * @property {string} tag
 * @property {string | null} scope what a token must open; `null` where none is needed
 * @property {boolean} isDeprecated
 * @property {Parameter[]} parameters
 * @property {{description: string, isRequired: boolean, content: Content[]} | null} body
 * @property {Answer[]} answers
 */
/** @typedef {{name: string, description: string, operations: Operation[]}} Group */

const methods = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
const places = ["path", "query", "header"];

export class ApiDocument {
  /** @param {Json} json */
  constructor(json) {
    if (typeof json !== "object" || json === null || typeof json.openapi !== "string" || typeof json.paths !== "object") {
      throw new TypeError("It is not an OpenAPI document: openapi or paths is missing.");
    }
    this.json = json;
    /** @type {Operation[]} */
    this.operations = [];
    /** @type {Group[]} */
    this.groups = this.#read();
  }

  get title() { return String(this.json.info?.title ?? "API reference"); }
  get version() { return String(this.json.info?.version ?? ""); }
  get summary() { return String(this.json.info?.summary ?? ""); }
  get description() { return String(this.json.info?.description ?? ""); }

  /** @returns {[string, any][]} */
  get schemas() { return Object.entries(this.json.components?.schemas ?? {}); }

  /** Where requests go, as the reader's browser sees it; variables have their defaults. */
  get servers() {
    /** @type {{url: URL, description: string}[]} */
    const servers = (this.json.servers ?? []).map((/** @type {Json} */ server) => ({
      url: new URL(String(server.url ?? "/").replaceAll(/\{(\w+)\}/g, (whole, name) => server.variables?.[name]?.default ?? whole), document.baseURI),
      description: String(server.description ?? ""),
    }));
    return servers;
  }

  /**
   * What a reference within the document points at; nothing is fetched for it.
   *
   * @param {string} ref
   * @returns {any} `undefined` where there is nothing
   */
  at(ref) {
    if (!ref.startsWith("#/")) return undefined;
    return ref.slice(2).split("/").reduce((/** @type {any} */ value, part) => {
      const key = unescaped(part);
      return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? value[key] : undefined;
    }, this.json);
  }

  /**
   * Follows references of anything but schemas.
   *
   * @param {any} value
   * @returns {Json}
   */
  follow(value) {
    for (let steps = 0; typeof value?.$ref === "string" && steps < 16; steps += 1) value = this.at(value.$ref);
    return typeof value === "object" && value !== null && typeof value.$ref !== "string" ? value : {};
  }

  #read() {
    /** @type {Map<string, Group>} */
    const groups = new Map();
    for (const tag of this.json.tags ?? []) groups.set(tag.name, { name: tag.name, description: tag.description ?? "", operations: [] });
    for (const [path, item] of Object.entries(this.json.paths ?? {})) {
      const shared = this.follow(item);
      for (const method of methods) {
        if (typeof shared[method] !== "object") continue;
        const operation = this.#operation(method, path, shared[method], shared.parameters ?? []);
        const group = groups.get(operation.tag) ?? { name: operation.tag, description: "", operations: [] };
        groups.set(operation.tag, group);
        group.operations.push(operation);
        this.operations.push(operation);
      }
    }
    return [...groups.values()].filter((group) => group.operations.length > 0);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Json} json
   * @param {any[]} shared parameters of all methods of the path
   * @returns {Operation}
   */
  #operation(method, path, json, shared) {
    /** @type {Map<string, Parameter>} */
    const parameters = new Map();
    for (const entry of [...shared, ...(json.parameters ?? [])]) {
      const parameter = this.#parameter(this.follow(entry));
      if (places.includes(parameter.in)) parameters.set(`${parameter.in} ${parameter.name}`, parameter);
    }
    const body = json.requestBody ? this.follow(json.requestBody) : null;
    return {
      id: json.operationId ?? `${method}-${path.replaceAll(/\W+/g, "-")}`,
      method: method.toUpperCase(),
      path,
      summary: json.summary ?? json.operationId ?? path,
      description: json.description ?? "",
      tag: json.tags?.[0] ?? "Other",
      scope: scopeOf(json, this.json.security),
      isDeprecated: json.deprecated === true,
      parameters: [...parameters.values()],
      body: body && { description: body.description ?? "", isRequired: body.required === true, content: this.#content(body.content) },
      answers: Object.entries(json.responses ?? {}).map(([status, entry]) => this.#answer(status, this.follow(entry))),
    };
  }

  /** @param {Json} json @returns {Parameter} */
  #parameter(json) {
    const schema = json.schema ?? Object.values(json.content ?? {})[0]?.schema ?? {};
    return {
      name: String(json.name ?? ""),
      in: json.in,
      isRequired: json.required === true || json.in === "path",
      isDeprecated: json.deprecated === true,
      description: json.description ?? "",
      schema,
      example: this.#example(json) ?? this.follow(schema).examples?.[0] ?? this.follow(schema).example,
      isJoined: json.explode === false || json.in !== "query",
    };
  }

  /** @param {string} status @param {Json} json @returns {Answer} */
  #answer(status, json) {
    const headers = Object.entries(json.headers ?? {}).map(([name, entry]) => {
      const header = this.follow(entry);
      return { name, description: header.description ?? "", schema: header.schema ?? {} };
    });
    return { status, description: json.description ?? "", content: this.#content(json.content), headers };
  }

  /** @param {Json | undefined} json @returns {Content[]} */
  #content(json) {
    return Object.entries(json ?? {}).map(([type, entry]) => ({ type, schema: entry.schema, example: this.#example(entry) }));
  }

  /** @param {Json} json */
  #example(json) {
    return json.example ?? this.follow(Object.values(json.examples ?? {})[0] ?? {}).value;
  }
}

/**
 * @param {Json} json of an operation
 * @param {Json[] | undefined} shared what holds for the whole document
 */
function scopeOf(json, shared) {
  const ways = /** @type {Json[]} */ (json.security ?? shared ?? []);
  if (ways.length === 0 || ways.some((way) => Object.keys(way).length === 0)) return null;
  return String(json["x-scope"] ?? ways[0]["x-scope"] ?? Object.values(ways[0]).flat()[0] ?? "any");
}

/** @param {string} part of a JSON pointer */
function unescaped(part) {
  try {
    part = decodeURIComponent(part);
  } catch { /* then it was never escaped */ }
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** @param {string} ref */
export const nameOf = (ref) => unescaped(ref.split("/").at(-1) ?? ref);
