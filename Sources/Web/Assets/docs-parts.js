// Small parts of the reference page: badges, code with a copy button.

import { make, write } from "/components/dom.js";

/** @param {string} method */
export const methodBadge = (method) => make("span", { class: "method", data: { method }, text: method });

const scopeWords = /** @type {Record<string, string>} */ ({
  read: "Wants a token with the scope read, as soon as the daemon has tokens",
  any: "Wants a token, as soon as the daemon has tokens",
});

/** @param {string | null} scope */
export function scopeBadge(scope) {
  if (scope === null) return make("span", { class: "scope", data: { scope: "open" }, title: "Needs no token", text: "open" });
  const title = scopeWords[scope] ?? scopeWords.read.replace("read", scope);
  return make("span", { class: "scope", data: { scope }, title, text: scope === "any" ? "token" : `scope ${scope}` });
}

/**
 * A path whose parts may break where a line ends.
 *
 * @param {string} path
 */
export function pathText(path) {
  const parts = path.split(/(?<=.)(?=\/)/);
  return make("code", { class: "path" }, ...parts.flatMap((part, index) => (index > 0 ? [make("wbr"), part] : [part])));
}

/** Code that can be copied, the button for it, and what listeners are told. */
export function codeBlock() {
  const code = make("code");
  const button = make("button", { class: "button copy", type: "button", text: "Copy" });
  const told = make("span", { class: "spoken", role: "status" });
  const element = make("pre", { class: "code" }, code);
  let timer = 0;
  button.addEventListener("click", async () => {
    const isDone = await copy(code.textContent ?? "");
    write(button, isDone ? "Copied" : "Press Ctrl C");
    write(told, button.textContent ?? "");
    if (!isDone) getSelection()?.selectAllChildren(code);
    clearTimeout(timer);
    timer = setTimeout(() => {
      write(button, "Copy");
      write(told, "");
    }, 2_000);
  });
  return { element, button, told, set: (/** @type {string} */ text) => write(code, text) };
}

/** @param {string} text */
async function copy(text) {
  try {
    // Not there on plain http, save on this machine itself.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} status "200", "4XX", "default" */
export const tone = (status) => (/** @type {Record<string, string>} */ ({ 2: "healthy", 3: "unknown", 4: "degraded", 5: "unhealthy" }))[status[0]] ?? "unknown";

/**
 * A name as a heading.
 *
 * @param {string} name
 */
export const titled = (name) => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
