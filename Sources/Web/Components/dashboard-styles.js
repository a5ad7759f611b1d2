// The look of the dashboard.

import { sheet } from "./theme.js";

export const dashboardSheet = sheet(`
.root { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
.masthead { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
.headline {
  display: flex; align-items: flex-start; gap: 16px; padding: 22px 24px; border: 1px solid var(--line); border-radius: 14px;
  background: linear-gradient(90deg, color-mix(in srgb, var(--tint) 75%, var(--paper)), var(--paper) 55%); box-shadow: var(--shadow);
}
.headline .shape { width: 24px; height: 24px; margin-top: 4px; }
.headline-words { flex: 1; min-width: 0; }
.headline-text { font-size: clamp(20px, 1.5vw + 14px, 26px); font-weight: 620; line-height: 1.25; letter-spacing: -.018em; text-wrap: balance; overflow-wrap: anywhere; }
.headline-detail { margin-top: 4px; color: var(--soft); overflow-wrap: anywhere; text-wrap: pretty; }
.headline-detail:empty { display: none; }
.pulse { flex: none; display: flex; align-items: center; gap: 7px; margin-top: 6px; color: var(--soft); font-size: 12.5px; font-weight: 500; white-space: nowrap; }
.pulse::before { content: ""; width: 7px; height: 7px; border-radius: 50%; background: var(--unknown-mark, #8b939e); }
.pulse[data-live="yes"]::before { background: light-dark(#16a05a, #3fbf7a); }
.pulse[data-live="yes"][data-beat="0"]::before { animation: beat0 900ms ease-out; }
.pulse[data-live="yes"][data-beat="1"]::before { animation: beat1 900ms ease-out; }
.pulse[data-live="no"]::before { border-radius: 1px; background: light-dark(#d92c3e, #f2636a); }
@keyframes beat0 { from { box-shadow: 0 0 0 0 light-dark(#16a05a88, #3fbf7a88); } to { box-shadow: 0 0 0 7px transparent; } }
@keyframes beat1 { from { box-shadow: 0 0 0 0 light-dark(#16a05a88, #3fbf7a88); } to { box-shadow: 0 0 0 7px transparent; } }
.banner {
  display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; padding: 12px 18px; border-radius: 12px;
  background: var(--unhealthy-tint); color: var(--unhealthy); font-weight: 550;
}
.link { padding: 0; border: 0; background: none; color: inherit; font-weight: 600; text-decoration: underline; text-underline-offset: 3px; }
.parts { display: flex; flex-wrap: wrap; gap: 8px 22px; padding: 0 4px; }
.parts li { display: flex; align-items: center; gap: 7px; min-width: 0; font-size: 13px; }
.parts li b { font-weight: 560; }
.parts .shape { width: 10px; height: 10px; }
.part-kind, .part-reason { color: var(--soft); }
.part-reason { overflow-wrap: anywhere; }
.parts [data-look="unhealthy"] .part-reason, .parts [data-look="degraded"] .part-reason { color: var(--tone); }
.news { display: grid; gap: 8px; }
.news li { display: flex; align-items: flex-start; gap: 10px; padding: 11px 16px; border: 1px solid var(--line); border-radius: 12px; background: var(--paper); }
.news .icon { margin-top: 2px; color: var(--accent); }
.news p { flex: 1; overflow-wrap: anywhere; white-space: pre-line; }
.news b { font-weight: 600; }
.soft { color: var(--soft); }
.news .soft { font-size: 13px; line-height: 20px; white-space: nowrap; }
.news .button { min-height: 28px; margin: -4px -6px -4px 0; padding: 2px 10px; font-size: 13px; }
.news .button[aria-disabled] { opacity: .55; }
.toolbar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 10px 20px; }
.filter { display: flex; flex-wrap: wrap; gap: 6px; }
.filter-chip {
  display: flex; align-items: center; gap: 7px; min-height: 34px; padding: 4px 12px; border: 1px solid var(--line); border-radius: 17px;
  background: var(--paper); font-size: 13px;
}
.filter-chip b { font-weight: 620; }
.filter-chip .shape { width: 10px; height: 10px; }
.filter-chip span { color: var(--soft); }
.filter-chip:hover { border-color: var(--edge); background: var(--raised); }
.filter-chip[aria-pressed="true"] { border-color: var(--tone); background: var(--tint); }
.filter-chip[aria-pressed="true"] span { color: var(--ink); }
.filter-chip[data-empty] .shape { opacity: .5; }
.filter-chip[data-empty] b { color: var(--soft); font-weight: 500; }
.tools { flex: 1 1 560px; display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; min-width: 0; }
.search-box { position: relative; flex: 1 1 150px; max-width: 320px; display: block; color: var(--soft); }
.search-box .icon { position: absolute; inset: 9px auto auto 10px; }
.search { width: 100%; padding-left: 32px; color: var(--ink); }
.sort { max-width: 150px; }
.group-toggle[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); }
.board { border: 1px solid var(--line); border-radius: 14px; background: var(--paper); box-shadow: var(--shadow); }
/* What may be out of date has no colour; its shape still says what it was. */
.root[data-stale] [data-look] { --tone: var(--soft); --mark: var(--unknown-mark); --tint: var(--unknown-tint); --spark: var(--unknown-mark); }
.root[data-stale] .row .c-latency { --spark: var(--unknown-mark); }
.root[data-stale] .row .arrow { color: var(--soft); }
.heads, .row {
  display: grid; align-items: center; column-gap: 20px; padding: 0 18px;
  grid-template-columns: 46px minmax(190px, 1.2fr) minmax(160px, 1.6fr) 150px 182px 96px 60px 80px 68px;
}
.root[data-size="wide"] :is(.heads, .row) { column-gap: 16px; grid-template-columns: 46px minmax(170px, 1.2fr) minmax(150px, 1.6fr) 138px 74px 92px 56px 76px 66px; }
.root[data-size="wide"] .row .spark { display: none; }
.heads { min-height: 42px; border-bottom: 1px solid var(--line); color: var(--soft); font-size: 12.5px; font-weight: 500; }
.head-button { padding: 4px 0; border: 0; background: none; font-weight: 500; color: inherit; white-space: nowrap; }
.head-button:hover { color: var(--ink); }
.head-arrow { display: inline-block; min-width: 10px; margin-left: 4px; color: var(--accent); }
.heads .c-errors, .heads .c-score, .heads .c-last { text-align: right; }
.heads .c-errors .head-button, .heads .c-score .head-button, .heads .c-last .head-button, .heads .c-latency .head-button { display: inline-flex; flex-direction: row-reverse; }
.heads .c-latency { text-align: right; }
.heads .c-name { display: block; }
.heads .head-arrow { margin: 0 4px 0 0; }
.heads .c-name .head-arrow { margin: 0 0 0 4px; }
.list { position: relative; contain: layout; }
.list > * { position: absolute; inset: 0 0 auto; will-change: transform; contain: layout style; }
.list > :is(.row, .group) { contain: strict; }
.row { border-bottom: 1px solid var(--line); cursor: default; }
.row:hover { background: var(--raised); }
.row[data-open] { border-bottom-color: transparent; }
.row[data-last] { border-bottom-color: transparent; }
.list > :last-child { border-radius: 0 0 14px 14px; }
.c-status { display: flex; align-items: center; gap: 8px; flex-direction: row-reverse; justify-content: flex-end; }
.toggle { width: 24px; height: 24px; margin-left: -6px; }
.toggle .icon { width: 14px; height: 14px; transition: transform 160ms ease; }
.toggle[aria-expanded="true"] .icon { transform: rotate(90deg); }
.c-name { min-width: 0; display: grid; gap: 1px; }
.name-line { display: flex; min-width: 0; }
.name { display: flex; min-width: 0; padding: 0; border: 0; background: none; font-weight: 560; letter-spacing: -.005em; text-align: start; white-space: nowrap; overflow: hidden; }
/* Ids differ at both ends: what is too long is cut in the middle. */
.name-head { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: pre; }
.name-tail { flex: none; white-space: pre; }
.name:hover { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 3px; }
.under { display: flex; align-items: center; gap: 8px; min-width: 0; font-size: 12.5px; overflow: hidden; }
.state { flex: none; color: var(--tone); font-weight: 500; white-space: nowrap; }
/* Chips that do not fit fall to a second line, which is cut off. */
.chips { flex: 1 1 0; display: flex; flex-wrap: wrap; align-content: flex-start; column-gap: 5px; height: 18px; min-width: 0; margin-left: -5px; overflow: hidden; }
.chips::before { content: ""; }
.chip { flex: none; display: flex; align-items: center; gap: 4px; text-overflow: ellipsis; padding: 0 7px; border-radius: 9px; background: var(--unknown-tint); color: var(--soft); font-size: 11.5px; line-height: 18px; font-weight: 500; white-space: nowrap; }
.chip[data-kind="notice"] { background: color-mix(in srgb, var(--accent) 12%, transparent); color: var(--accent); }
.chip .icon { width: 12px; height: 12px; stroke-width: 1.8; }
.chip[data-kind="warn"] { background: var(--degraded-tint); color: var(--degraded); }
.chip[data-kind="stop"] { background: var(--unhealthy-tint); color: var(--unhealthy); }
.row-provider { flex: none; max-width: 40%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--soft); }
.row-provider:empty { display: none; }
.c-day { display: grid; grid-template-columns: minmax(0, 1fr) 52px; align-items: center; gap: 10px; white-space: nowrap; }
.c-day .day { height: 18px; margin: 0; gap: 0; border-radius: 3px; }
.c-day .day[data-empty] { background: var(--unknown-tint); }
.c-day .value, .heads .c-day { text-align: right; }
.heads .c-day { display: block; }
.value[data-share="some"] { color: var(--degraded); font-weight: 560; }
.value[data-share="many"] { color: var(--unhealthy); font-weight: 620; }
.held {
  position: sticky; z-index: 2; bottom: 12px; display: block; width: fit-content; margin: 8px auto; padding: 6px 14px; border: 1px solid var(--edge);
  border-radius: 16px; background: var(--paper); color: var(--accent); font-weight: 560; font-size: 13px; box-shadow: var(--lift);
}
.c-why { min-width: 0; color: var(--soft); font-size: 13px; }
.why-text { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; line-height: 1.35; }
.c-latency { display: flex; align-items: center; justify-content: flex-end; gap: 12px; text-align: right; }
.heads .c-latency { display: block; }
.row .c-latency { --spark: light-dark(#6b7686, #8e99a8); }
.row[data-look="degraded"] .c-latency { --spark: var(--degraded-mark); }
.row[data-look="unhealthy"] .c-latency { --spark: var(--unhealthy-mark); }
.c-latency .value { min-width: 62px; }
.c-errors, .c-score, .c-last { text-align: right; white-space: nowrap; }
.row .c-score { display: grid; justify-items: end; gap: 4px; }
.score-bar { width: 40px; height: 3px; border-radius: 2px; background: var(--line); overflow: hidden; }
.score-fill { display: block; width: 100%; height: 100%; background: var(--mark); transform-origin: left; }
.c-last { color: var(--soft); font-size: 13px; }
.arrow { margin-right: 5px; font-size: 9px; vertical-align: 1.5px; color: var(--soft); }
.arrow[data-trend="0"] { opacity: .6; font-size: 8px; }
.arrow[data-trend="1"] { color: var(--unhealthy); }
.arrow[data-trend="-1"] { color: var(--healthy); }
.c-act { display: flex; gap: 4px; justify-content: flex-end; }
.row .check { opacity: 0; transition: opacity 120ms; }
.row:hover .check, .row:focus-within .check, .row .check[data-busy], .row[data-open] .check { opacity: 1; }
@media (hover: none) { .row .check { opacity: 1; } }
.more .icon { stroke-width: 2.2; }
.group { border-bottom: 1px solid var(--line); background: var(--raised); }
.group-cell { display: flex; align-items: center; gap: 10px; height: 100%; padding: 0 18px 0 20px; min-width: 0; }
.group .shape { width: 10px; height: 10px; }
.group-name { flex: none; max-width: 45%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; font-size: 13px; }
.group-reason { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--soft); font-size: 13px; }
.group-count { color: var(--soft); font-size: 12.5px; }
.group .toggle { width: 22px; height: 22px; margin: 0 -2px 0 -8px; }
.group:not([data-attention]):hover { background: var(--unknown-tint); }
.group[data-attention] { background: var(--tint); }
.group[data-attention] .group-name { max-width: none; color: var(--tone); }
.empty { padding: 44px 20px; color: var(--soft); text-align: center; }
.empty .link { color: var(--accent); }
/* What failed may be far from any fixed place of the page: it is said where it can be seen. */
.toast {
  position: fixed; z-index: 5; inset: auto 16px 16px; width: fit-content; max-width: 640px; margin-inline: auto; padding: 11px 16px;
  border: 1px solid color-mix(in srgb, var(--unhealthy) 40%, transparent); border-radius: 10px; background: var(--unhealthy-tint); color: var(--unhealthy);
  box-shadow: var(--lift); overflow-wrap: anywhere;
}
.recent { padding: 4px 4px 0; }
.recent summary { color: var(--soft); font-weight: 560; cursor: pointer; }
.recent > :is(p, ol) { margin-top: 8px; }
.recent-list { display: grid; gap: 6px; }
.recent-list li { display: grid; grid-template-columns: 12px 92px minmax(120px, 220px) minmax(0, 1fr); gap: 10px; align-items: baseline; overflow-wrap: anywhere; }
.recent-list .shape { width: 10px; height: 10px; }
.recent-list .link { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: start; text-decoration: none; }
.recent-list .link:hover { text-decoration: underline; }
/* On a wall nobody clicks. */
.root[data-wall] :is(.toolbar, .recent, .c-act, .group .toggle, .row .toggle, .head-more) { display: none; }
.root[data-wall] .headline { padding: 32px 36px; }
.root[data-wall] .headline .shape { width: 44px; height: 44px; margin-top: 8px; }
.root[data-wall] .headline-text { font-size: clamp(32px, 4vw, 72px); }
.root[data-wall] .headline-detail { font-size: clamp(17px, 1.6vw, 28px); }
.root[data-wall] .name { font-size: 19px; }
.root[data-wall] :is(.c-why, .under) { font-size: 15px; }
.access { display: grid; gap: 10px; padding: 22px 24px; border: 1px solid var(--line); border-radius: 14px; background: var(--paper); }
.access-line { display: flex; flex-wrap: wrap; gap: 8px; }
.access .field { flex: 1 1 220px; }
.failure { color: var(--unhealthy); }
.failure:empty { display: none; }
`);

/** The last day of a model, in its row and in its details. */
export const daySheet = sheet(`
.day { display: flex; height: 14px; gap: 1px; border-radius: 4px; overflow: hidden; margin-bottom: 12px; }
.day span { flex: 1 1 0; min-width: 1px; background: var(--mark); }
.day [data-look="idle"] { opacity: .45; }
.day :is([data-look="degraded"], [data-look="unhealthy"]) { min-width: 2px; }
.day [data-look="degraded"] { background-image: repeating-linear-gradient(135deg, transparent 0 4px, light-dark(rgb(255 255 255 / 55%), rgb(0 0 0 / 45%)) 4px 6px); }
.day [data-look="unhealthy"] { background-image: repeating-linear-gradient(45deg, transparent 0 3px, light-dark(rgb(255 255 255 / 45%), rgb(0 0 0 / 45%)) 3px 4.5px); }
.day [data-look="none"] { background: var(--unknown-tint); }
`);

/** What is only needed once something is opened: details, menus, dialogs. */
export const detailsSheet = sheet(`
.details { border-bottom: 1px solid var(--line); }
.details-inner { display: grid; grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr) minmax(0, 1fr); gap: 26px 44px; padding: 10px 24px 26px 84px; }
.details-inner[data-blocks="4"] { grid-template-columns: repeat(4, minmax(0, 1fr)); }
.block { min-width: 0; }
.block.wide { grid-column: 1 / -1; }
.block-title { margin-bottom: 9px; color: var(--soft); font-size: 12.5px; font-weight: 500; }
.reason { display: grid; margin-bottom: 7px; overflow-wrap: anywhere; }
.reason b, .targets b, .changes b { font-weight: 560; }
.facts { display: grid; gap: 5px; }
.facts div { display: grid; grid-template-columns: 126px minmax(0, 1fr); gap: 12px; }
.facts dt { color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
.bars { display: grid; gap: 7px; }
.bars div { display: grid; grid-template-columns: 72px minmax(0, 1fr); align-items: center; gap: 12px; }
.bars dt { color: var(--soft); }
.bars dd { display: grid; grid-template-columns: minmax(40px, 1fr) 70px; align-items: center; gap: 10px; }
.bars .value { text-align: right; }
.bar { height: 6px; border-radius: 3px; background: var(--unknown-tint); overflow: hidden; }
.bar-fill { display: block; height: 100%; border-radius: 3px; background: var(--accent); transform-origin: left; }
.phase-box { margin-top: 14px; }
.phase-note { font-size: 13px; overflow-wrap: anywhere; }
.phases { display: flex; gap: 2px; height: 8px; margin: 7px 0; border-radius: 4px; overflow: hidden; }
.phases span { flex: 1 1 0; min-width: 2px; }
[data-phase="0"] { background: light-dark(#93a4ea, #55659f); }
[data-phase="1"] { background: light-dark(#5e76d6, #7588cf); }
[data-phase="2"] { background: light-dark(#3451c6, #93a8ff); }
[data-phase="3"] { background: light-dark(#1f7f8c, #58bccb); }
[data-phase="4"] { background: light-dark(#6bb8bf, #2f6b74); }
.legend { display: flex; flex-wrap: wrap; gap: 3px 14px; color: var(--soft); font-size: 12.5px; }
.legend li { display: flex; align-items: center; gap: 6px; }
.swatch { width: 8px; height: 8px; border-radius: 2px; }
.targets { display: grid; gap: 7px; margin-top: 10px; }
.targets li { display: grid; grid-template-columns: auto auto minmax(0, 1fr); align-items: baseline; gap: 9px; }
.targets .shape { width: 10px; height: 10px; }
.compare { width: 100%; border-collapse: collapse; }
.compare th { color: var(--soft); font-weight: 400; text-align: start; padding: 3px 0; }
.compare thead th, .compare td { text-align: right; }
.changes { display: grid; gap: 7px; }
.changes li { display: grid; grid-template-columns: 12px 92px minmax(0, 1fr); gap: 9px; align-items: baseline; overflow-wrap: anywhere; }
.changes .shape { width: 10px; height: 10px; align-self: start; margin-top: 5px; }
.changes time { white-space: nowrap; }
.notices { display: grid; gap: 5px; margin-top: 8px; }
.notices span { min-width: 0; overflow-wrap: anywhere; }
.notices li { display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 7px 11px; border-radius: 8px; background: color-mix(in srgb, var(--accent) 9%, var(--paper)); }
.notices .link { color: var(--accent); }
.brief { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: center; gap: 6px 8px; }
.brief b { margin-right: 4px; font-weight: 600; }
.brief .chip { font-size: 12.5px; line-height: 22px; border-radius: 11px; padding: 0 10px; background: var(--tint, var(--unknown-tint)); color: var(--tone, var(--soft)); }
.reason details summary { cursor: pointer; }
.reason details[open] summary span { display: none; }
.details-buttons { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 8px; }
.menu { position: fixed; inset: auto; margin: 0; min-width: 210px; max-width: calc(100vw - 16px); padding: 5px; border: 1px solid var(--edge); border-radius: 11px; background: var(--paper); color: var(--ink); box-shadow: var(--lift); }
.menu-item { display: flex; justify-content: space-between; gap: 24px; width: 100%; padding: 7px 10px; border: 0; border-radius: 7px; background: none; text-align: start; }
.menu-item:hover, .menu-item:focus { background: var(--unknown-tint); outline: none; }
.menu-item:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
.menu-item[data-apart] { margin-top: 11px; }
.menu-item[data-apart]::before { content: ""; position: absolute; margin-top: -13px; left: 5px; right: 5px; border-top: 1px solid var(--line); }
.menu-hint { color: var(--soft); font-size: 12.5px; }
.dialog { width: min(420px, calc(100vw - 32px)); padding: 0; border: 1px solid var(--edge); border-radius: 14px; background: var(--paper); color: var(--ink); box-shadow: var(--lift); }
.dialog::backdrop { background: rgb(10 12 16 / 45%); }
.dialog-form { display: grid; grid-template-columns: minmax(0, 1fr); gap: 6px; padding: 22px 24px; }
.dialog-title { font-size: 17px; font-weight: 600; letter-spacing: -.01em; overflow-wrap: anywhere; }
.dialog-help { margin-bottom: 8px; color: var(--soft); }
.dialog label { margin-top: 6px; font-weight: 500; }
.dialog textarea { resize: vertical; }
.dialog-form > .failure { margin-top: 8px; }
.dialog-part, .some { display: grid; grid-template-columns: minmax(0, 1fr); gap: 6px; }
.some { gap: 8px; margin-top: 2px; }
.some-line { display: flex; gap: 8px; }
.some-line .field { flex: 1; min-width: 0; }
.picked { display: flex; flex-wrap: wrap; gap: 6px; max-height: 128px; overflow-y: auto; }
.picked-item { display: flex; align-items: center; max-width: 100%; padding-left: 11px; border-radius: 14px; background: var(--unknown-tint); font-size: 13px; }
.picked-item span { min-width: 0; overflow-wrap: anywhere; }
.picked-item .plain { flex: none; width: 28px; height: 28px; border-radius: 14px; }
.picked-item .icon { width: 12px; height: 12px; }
.dialog-buttons { display: flex; justify-content: flex-end; gap: 8px; margin-top: 16px; }
`);
