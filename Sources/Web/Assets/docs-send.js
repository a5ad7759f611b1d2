// Fills a request in, sends it where it is a GET, and shows what came back.

import { make, mark, show, write } from "/components/dom.js";
import { duration, plural } from "/components/format.js";
import { Problem, problemOf } from "/components/api.js";
import { tokenForm } from "./docs-access.js";
import { codeBlock, tone } from "./docs-parts.js";
import { addressOf, curlOf, firstValues, headersOf } from "./docs-request.js";

/** @typedef {import("./docs-spec.js").Operation} Operation */
/** @typedef {import("./docs-spec.js").Parameter} Parameter */
/** @typedef {{spec: import("./docs-spec.js").ApiDocument, api: import("/components/api.js").Api}} Context */

/** How much is shown, and how much is read at all. */
const shownLimit = 200_000;
const readLimit = 8_000_000;
const patience = 30_000;
let fields = 0;

export class SendPanel {
  #curl = codeBlock();
  #send = make("button", { class: "button", "data-kind": "main", type: "submit", text: "Send" });
  #stop = make("button", { class: "button", type: "button", text: "Stop", hidden: true });
  #line = make("p", { class: "outcome", role: "status" });
  #help = make("div", { class: "outcome-help" });
  #body = make("pre", { class: "outcome-body", tabindex: "0", role: "group", "aria-label": "Answer", hidden: true });
  #note = make("p", { class: "soft outcome-note", hidden: true });
  /** @type {AbortController | null} */
  #running = null;

  /**
   * @param {Operation} operation
   * @param {Context} context
   */
  constructor(operation, context) {
    this.operation = operation;
    this.context = context;
    this.values = firstValues(operation);
    this.server = context.spec.servers[0]?.url ?? new URL("/", document.baseURI);
    this.element = make("div", { class: "request" },
      make("div", { class: "request-head" }, make("h4", { text: "Request" }), this.#curl.button, this.#curl.told), this.#curl.element);
    this.#showCurl();
    if (operation.method === "GET") this.element.append(this.#form(), this.#line, this.#help, this.#body, this.#note);
    this.#stop.addEventListener("click", () => this.#running?.abort());
  }

  #showCurl() {
    this.#curl.set(curlOf(this.context.spec, this.operation, this.values, this.server));
  }

  #form() {
    const { parameters } = this.operation;
    const grid = make("div", { class: "fill" }, ...parameters.map((parameter) => this.#field(parameter)));
    const fold = make("details", { class: "fold-fill" }, make("summary", { text: plural(parameters.length, "parameter") }), grid);
    const form = /** @type {HTMLFormElement} */ (make("form", { class: "send", novalidate: true, "aria-label": `Send ${this.operation.id}` },
      parameters.length > 0 ? fold : null, make("div", { class: "send-line" }, this.#send, this.#stop)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      // A field that is folded away cannot say what is wrong with it.
      if (!form.checkValidity()) mark(fold, "open", true);
      if (form.reportValidity()) this.#ask();
    });
    return form;
  }

  /** @param {Parameter} parameter */
  #field(parameter) {
    fields += 1;
    const id = `docs-field-${fields}`;
    const { schema, isRequired } = parameter;
    const flat = { ...this.context.spec.follow(schema) };
    const value = this.values.get(parameter) ?? "";
    const choices = flat.enum ?? (flat.type === "boolean" ? [true, false] : null);
    const field = /** @type {HTMLInputElement | HTMLSelectElement} */ (choices
      ? make("select", { class: "field", id, required: isRequired },
        make("option", { value: "", text: isRequired ? "choose" : `not sent${flat.default === undefined ? "" : ` (${flat.default})`}` }),
        ...choices.filter((/** @type {any} */ entry) => entry !== null).map((/** @type {any} */ entry) => make("option", { value: String(entry), text: String(entry) })))
      : make("input", {
        class: "field", id, required: isRequired, autocomplete: "off", spellcheck: "false",
        type: ["integer", "number"].includes(flat.type) ? "number" : "text",
        min: flat.minimum, max: flat.maximum, step: flat.type === "number" ? "any" : null,
        pattern: flat.type === "array" ? null : flat.pattern, title: flat.pattern ? `Must match ${flat.pattern}` : null,
        placeholder: [parameter.example, flat.default].find((entry) => entry !== undefined),
      }));
    field.value = value;
    field.addEventListener("input", () => {
      this.values.set(parameter, field.value.trim());
      this.#showCurl();
    });
    const words = parameter.in === "query" ? null : make("span", { class: "soft", text: ` ${parameter.in}` });
    return make("div", { class: "fill-row" }, make("label", { for: id }, make("code", { text: parameter.name }), words), field);
  }

  /** What the request asks, always of the daemon the page came from. */
  #target() {
    const url = new URL(addressOf(this.operation, this.values, this.server));
    const own = new URL(`${url.pathname}${url.search}`, location.origin);
    if (own.origin !== location.origin) throw new Problem({ detail: "The path leads away from this daemon." }, 0);
    return own;
  }

  async #ask() {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const timer = setTimeout(() => running.abort(), patience);
    show(this.#stop, true);
    this.#help.replaceChildren();
    this.#tell("unknown", "Sent, waiting…");
    const start = performance.now();
    try {
      const response = await fetch(this.#target(), {
        headers: { ...headersOf(this.operation, this.values), ...this.context.api.headers() },
        cache: "no-store", redirect: "error", signal: running.signal,
      });
      await this.#read(response, start, running);
    } catch (error) {
      if (this.#running === running) this.#fail(error, running.signal.aborted);
    } finally {
      clearTimeout(timer);
      if (this.#running === running) {
        this.#running = null;
        show(this.#stop, false);
      }
    }
  }

  /** @param {Response} response @param {number} start @param {AbortController} running */
  async #read(response, start, running) {
    const { status } = response;
    const type = response.headers.get("Content-Type")?.split(";")[0] ?? "";
    const isStream = type === "text/event-stream";
    const copy = response.ok ? null : response.clone();
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    let text = "";
    let length = 0;
    const tell = () => this.#tell(tone(String(status)), [`${status} ${response.statusText}`.trim(), duration(performance.now() - start), bytes(length), type].filter(Boolean).join(" · "));
    const limit = isStream ? shownLimit : readLimit;
    if (isStream) tell();
    try {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        length += part.value.byteLength;
        text += decoder.decode(part.value, { stream: true });
        if (isStream && this.#running === running) this.#show(text, length);
        if (length >= limit) break;
      }
    } catch (error) {
      // A stream has no end of its own: what came is the answer.
      if (!isStream) throw error;
    }
    reader?.cancel().catch(() => {});
    // Another request has been sent since.
    if (this.#running !== running) return;
    tell();
    this.#show(pretty(text, type), length, length >= limit);
    if (copy) this.#explain(await problemOf(copy));
  }

  /** @param {string} text @param {number} length bytes that came @param {boolean} [isCut] whether there was more */
  #show(text, length, isCut = false) {
    write(this.#body, text.slice(0, shownLimit));
    show(this.#body, text !== "");
    const isLong = isCut || text.length > shownLimit;
    show(this.#note, isLong);
    if (isLong) write(this.#note, `Only the first ${bytes(shownLimit)} are shown${isCut ? `, and no more than ${bytes(length)} were read` : ""}.`);
  }

  /** @param {string} look @param {string} text */
  #tell(look, text) {
    mark(this.#line, "data-look", look);
    write(this.#line, text);
  }

  /** @param {unknown} error @param {boolean} isStopped */
  #fail(error, isStopped) {
    show(this.#body, false);
    show(this.#note, false);
    if (isStopped) this.#tell("unknown", `Stopped: there was no whole answer. After ${duration(patience)} a request ends by itself.`);
    else this.#tell("unhealthy", error instanceof Problem && error.message !== new Problem({}, 0).message ? error.message
      : "The daemon cannot be reached. See that it runs and that this page’s address is still its own, then send again.");
  }

  /** @param {Problem} problem */
  #explain(problem) {
    if (!problem.isRefusal) return;
    const { scope } = this.operation;
    const wanted = scope === null || scope === "any" ? "a token" : `a token with the scope ${scope}`;
    const text = this.context.api.token ? `${problem.message} This route wants ${wanted}; another one:` : `This route wants ${wanted}. It is kept for this tab alone.`;
    this.#help.replaceChildren(tokenForm(this.context.api, text, () => {
      this.#send.focus();
      this.#ask();
    }));
  }
}

/** @param {string} text @param {string} type */
function pretty(text, type) {
  if (!/[/+]json$/.test(type)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** @param {number} length */
function bytes(length) {
  if (length < 1_000) return `${length} B`;
  return length < 999_500 ? `${(length / 1e3).toFixed(length < 9_950 ? 1 : 0)} kB` : `${(length / 1e6).toFixed(1)} MB`;
}
