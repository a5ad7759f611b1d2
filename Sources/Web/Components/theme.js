// Colours, type and small parts that all elements share, and the choice of light or dark.

/** @param {string} css */
export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

/** The tokens. A page may override any of them on the element, e.g. `--llm-accent`. */
export const base = sheet(`
:host { display: block; }
:host([hidden]) { display: none; }
.root {
  color-scheme: light dark;
  --ground: var(--llm-ground, light-dark(#f7f8fa, #0c0e11));
  --paper: var(--llm-paper, light-dark(#ffffff, #14171b));
  --raised: light-dark(#f6f7f9, #1a1e23);
  --ink: var(--llm-ink, light-dark(#15181c, #eceef1));
  --soft: light-dark(#5a626d, #9aa3ae);
  --line: light-dark(#e6e8ec, #24292f);
  --edge: light-dark(#d5d9df, #343a42);
  --accent: var(--llm-accent, light-dark(#3451c6, #93a8ff));
  --on-accent: light-dark(#ffffff, #0f1320);
  --healthy: light-dark(#107a41, #4cc987);
  --degraded: light-dark(#8a5300, #eeb64a);
  --unhealthy: light-dark(#c01f30, #ff7b7f);
  --unknown: light-dark(#5a626d, #9aa3ae);
  --idle: light-dark(#107a41, #4cc987);
  --healthy-mark: light-dark(#16a05a, #3fbf7a);
  --degraded-mark: light-dark(#e09b14, #eeb64a);
  --unhealthy-mark: light-dark(#d92c3e, #f2636a);
  --unknown-mark: light-dark(#8b939e, #7d8691);
  --healthy-tint: light-dark(#e9f6ef, #12241b);
  --degraded-tint: light-dark(#fdf4e1, #2a2110);
  --unhealthy-tint: light-dark(#fdeeef, #301619);
  --unknown-tint: light-dark(#f0f1f4, #1e2228);
  --shadow: light-dark(0 1px 2px rgb(16 24 40 / 5%), 0 1px 2px rgb(0 0 0 / 40%));
  --lift: 0 12px 32px -8px light-dark(rgb(16 24 40 / 22%), rgb(0 0 0 / 70%)), 0 2px 6px light-dark(rgb(16 24 40 / 8%), rgb(0 0 0 / 40%));
  --sans: Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  position: relative;
  color: var(--ink);
  font: 14px/1.45 var(--sans);
  font-variant-numeric: tabular-nums;
  font-feature-settings: "cv05", "ss03";
  text-align: start;
  -webkit-text-size-adjust: 100%;
}
.root[data-theme="light"] { color-scheme: light; }
.root[data-theme="dark"] { color-scheme: dark; }
@supports not (color: light-dark(#000, #fff)) {
  .root { --ground: #f7f8fa; --paper: #fff; --raised: #f6f7f9; --ink: #15181c; --soft: #5a626d; --line: #e6e8ec; --edge: #d5d9df; }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, h3, h4, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
button, input, select, textarea { font: inherit; font-feature-settings: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; }
button:disabled { cursor: default; opacity: .55; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.shape { flex: none; width: 14px; height: 14px; color: var(--mark); }
.icon { flex: none; width: 16px; height: 16px; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
[data-look="healthy"] { --tone: var(--healthy); --mark: var(--healthy-mark); --tint: var(--healthy-tint); }
[data-look="idle"] { --tone: var(--idle); --mark: var(--healthy-mark); --tint: var(--healthy-tint); }
[data-look="degraded"] { --tone: var(--degraded); --mark: var(--degraded-mark); --tint: var(--degraded-tint); }
[data-look="unhealthy"] { --tone: var(--unhealthy); --mark: var(--unhealthy-mark); --tint: var(--unhealthy-tint); }
[data-look="unknown"] { --tone: var(--unknown); --mark: var(--unknown-mark); --tint: var(--unknown-tint); }
.button {
  display: inline-flex; align-items: center; justify-content: center; gap: 7px; min-height: 34px; padding: 6px 12px;
  border: 1px solid var(--edge); border-radius: 8px; background: var(--paper); font-weight: 500; white-space: nowrap;
}
.button:hover:not(:disabled) { background: var(--raised); }
.button[data-kind="main"] { border-color: transparent; background: var(--accent); color: var(--on-accent); }
.button[data-kind="main"]:hover:not(:disabled) { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); }
.button[data-busy] .icon, .plain[data-busy] .icon { animation: turn 900ms linear infinite; }
.plain { display: inline-grid; place-items: center; width: 30px; height: 30px; padding: 0; border: 0; border-radius: 8px; background: none; color: var(--soft); }
.plain:hover { background: var(--unknown-tint); color: var(--ink); }
.field { min-height: 34px; padding: 6px 11px; border: 1px solid var(--edge); border-radius: 8px; background: var(--paper); }
.field::placeholder { color: var(--soft); opacity: 1; }
.spark { display: block; width: 96px; height: 26px; overflow: hidden; }
.spark-line { fill: none; stroke: var(--spark, var(--soft)); stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.spark-area { fill: var(--spark, var(--soft)); opacity: .1; }
.spark-dot { fill: var(--spark, var(--soft)); }
@keyframes turn { to { transform: rotate(1turn); } }
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation-duration: 1ms !important; animation-iteration-count: 1 !important; transition-duration: 1ms !important; scroll-behavior: auto !important; }
}
@media (forced-colors: active) { .shape { forced-color-adjust: none; } }
`);

/** @type {Set<() => void>} */
const followers = new Set();
/** @type {MutationObserver | null} */
let observer = null;

/**
 * Keeps an element's root in the theme that is asked for: `data-theme` or `theme` on the element, else `data-theme`
 * on the nearest element around it, else what the system prefers.
 *
 * @param {HTMLElement} host
 * @param {HTMLElement} root
 * @returns {() => void} ends it
 */
export function followTheme(host, root) {
  const adopt = () => {
    const near = host.dataset.theme ?? closest(host);
    if (near === "light" || near === "dark") root.dataset.theme = near;
    else delete root.dataset.theme;
  };
  adopt();
  followers.add(adopt);
  if (!observer) {
    observer = new MutationObserver(() => { for (const follower of followers) follower(); });
    observer.observe(document, { attributes: true, attributeFilter: ["data-theme"], subtree: true });
  }
  return () => {
    followers.delete(adopt);
    if (followers.size === 0) {
      observer?.disconnect();
      observer = null;
    }
  };
}

/**
 * Looks through shadow roots too.
 *
 * @param {Element} element
 * @returns {string | undefined}
 */
function closest(element) {
  const found = /** @type {HTMLElement | null} */ (element.closest("[data-theme]"));
  if (found) return found.dataset.theme;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? closest(root.host) : undefined;
}
