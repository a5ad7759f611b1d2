// Descriptions as paragraphs, lists and code. The little of Markdown that the document uses; all else stays as written.

import { make } from "/components/dom.js";

/**
 * @param {string} text
 * @param {string} [kind] another class
 */
export function prose(text, kind = "") {
  const box = make("div", { class: `prose ${kind}`.trim() });
  // Fences first: blank lines within them are part of the code.
  text.split(/^```\w*\n([\s\S]*?)^```$/m).forEach((part, index) => {
    if (index % 2 === 1) box.append(make("pre", { tabindex: "0" }, make("code", { text: part.trimEnd() })));
    else for (const block of part.split(/\n\s*\n/)) if (block.trim() !== "") box.append(paragraph(block.trim()));
  });
  return box;
}

/** @param {string} block */
function paragraph(block) {
  const lines = block.split("\n");
  if (lines.every((line) => /^([-*] |\s)/.test(line))) {
    const items = block.split(/^[-*] /m).filter((item) => item.trim() !== "");
    return make("ul", {}, ...items.map((item) => make("li", {}, ...inline(item))));
  }
  const heading = /^#{1,6} (.*)$/.exec(block);
  return heading ? make("p", {}, make("strong", {}, ...inline(heading[1]))) : make("p", {}, ...inline(block));
}

/** @param {string} text @returns {(Node | string)[]} */
function inline(text) {
  /** @type {(Node | string)[]} */
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)|<(https?:[^>\s]+)>/g)) {
    const [whole, code, strong, label, target, address] = match;
    nodes.push(text.slice(end, match.index));
    end = (match.index ?? 0) + whole.length;
    if (code !== undefined) nodes.push(make("code", { text: code }));
    else if (strong !== undefined) nodes.push(make("strong", { text: strong }));
    else nodes.push(link(label ?? address, target ?? address));
  }
  nodes.push(text.slice(end));
  return nodes;
}

/** @param {string} label @param {string} target */
function link(label, target) {
  if (!/^(https?:\/\/|\/(?!\/)|#)/.test(target)) return label;
  return make("a", { href: target, rel: target.startsWith("http") ? "noreferrer" : null, text: label });
}
