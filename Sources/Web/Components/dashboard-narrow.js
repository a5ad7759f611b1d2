// The look of the dashboard in narrower places.

import { sheet } from "./theme.js";

/** Narrower places; the class is set by the width of the element, not of the window. */
export const narrowSheet = sheet(`
.root[data-size="medium"] :is(.heads, .row) { column-gap: 12px; grid-template-columns: 46px minmax(150px, 1fr) 128px 76px 72px 70px 60px; }
.root[data-size="medium"] :is(.c-why, .c-score, .head-more, .spark) { display: none; }
.root[data-size="medium"] .c-day { gap: 7px; }
.root[data-size="medium"] .details-inner { grid-template-columns: repeat(2, minmax(0, 1fr)); padding-left: 70px; gap: 26px 32px; }
.root:is([data-size="medium"], [data-size="narrow"]) .chip[data-kind="notice"] { padding: 0 5px; }
.root:is([data-size="medium"], [data-size="narrow"]) .chip[data-kind="notice"] span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.root[data-size="narrow"] { gap: 8px; }
.root[data-size="narrow"] .masthead { gap: 6px; }
.root[data-size="narrow"] .headline { flex-wrap: wrap; gap: 4px 10px; padding: 12px 14px; }
.root[data-size="narrow"] .headline-words { flex: 1 1 0; }
.root[data-size="narrow"] .headline .shape { width: 18px; height: 18px; margin-top: 3px; }
.root[data-size="narrow"] .headline-text { font-size: 16px; }
.root[data-size="narrow"] .headline-detail { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; font-size: 13px; }
.root[data-size="narrow"] .headline-detail:empty { display: none; }
.root[data-size="narrow"] .pulse { margin: 3px 0 0; font-size: 0; gap: 0; }
.root[data-size="narrow"] .filter { gap: 5px; width: 100%; }
.root[data-size="narrow"] .filter-chip { flex: none; min-height: 32px; padding: 3px 9px; gap: 5px; }
.root[data-size="narrow"] .filter-chip:not([aria-pressed="true"]) span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.root[data-size="narrow"] .toolbar { gap: 8px; }
.root[data-size="narrow"] .parts { gap: 4px 14px; }
.root[data-size="narrow"] .parts li[data-look="healthy"] { display: none; }
.root[data-size="narrow"] .parts li { max-width: 100%; }
.root[data-size="narrow"] .part-reason { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.root[data-size="narrow"] :is(.check-all, .say) span, .root[data-size="narrow"] .part-kind { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.root[data-size="narrow"] .tools, .root[data-size="narrow"] .toolbar { flex-basis: auto; width: 100%; }
.root[data-size="narrow"] .tools { flex-wrap: nowrap; gap: 6px; }
.root[data-size="narrow"] .search-box { flex: 1 1 0; max-width: none; min-width: 0; }
.root[data-size="narrow"] .sort { flex: 0 1 92px; min-width: 0; max-width: none; padding-inline: 6px; }
.root[data-size="narrow"] .tools .button { padding-inline: 8px; }
.root[data-size="narrow"] .group-toggle { display: none; }
.root[data-size="narrow"] .heads { position: absolute; width: 1px; height: 1px; min-height: 0; padding: 0; overflow: hidden; clip-path: inset(50%); }
.root[data-size="narrow"] .row {
  grid-template-columns: 20px minmax(0, 1fr) auto auto minmax(50px, auto); grid-template-rows: 50px 22px 36px; grid-template-areas:
  "status name name name act" "status why why why why" "status day latency errors last";
  column-gap: 12px; padding: 4px 14px 8px 14px;
}
.root[data-size="narrow"] .c-status { grid-area: status; align-self: start; flex-direction: column; gap: 10px; padding-top: 16px; }
.root[data-size="narrow"] .c-status .toggle { order: 2; margin: 0; }
.root[data-size="narrow"] .c-name { grid-area: name; }
.root[data-size="narrow"] .c-why { grid-area: why; }
.root[data-size="narrow"] .why-text { -webkit-line-clamp: 1; overflow-wrap: normal; word-break: break-all; }
.root[data-size="narrow"] .c-day { grid-area: day; grid-template-columns: minmax(0, 1fr); max-width: 150px; }
.root[data-size="narrow"] .c-day .value, .root[data-size="narrow"] .row .spark { display: none; }
.root[data-size="narrow"] .c-latency { grid-area: latency; }
.root[data-size="narrow"] .c-latency .value { min-width: 0; }
.root[data-size="narrow"] .c-errors { grid-area: errors; }
.root[data-size="narrow"] .c-last { grid-area: last; }
.root[data-size="narrow"] .row .c-score { display: none; }
.root[data-size="narrow"] .c-act { grid-area: act; margin-right: -4px; }
.root[data-size="narrow"] .row .check { display: none; }
.root[data-size="narrow"] .details-inner { grid-template-columns: minmax(0, 1fr); padding: 4px 16px 22px 44px; gap: 20px; }
.root[data-size="narrow"] .facts div { grid-template-columns: 112px minmax(0, 1fr); }
.root[data-size="narrow"] .news li { flex-wrap: wrap; }
.root[data-size="narrow"] .news p { flex-basis: calc(100% - 26px); }
.root[data-size="narrow"] .news .soft { flex: 1; margin-left: 26px; white-space: normal; }
.root[data-size="narrow"] .news .soft:empty:last-child { display: none; }
.root[data-size="narrow"] .recent-list li { grid-template-columns: 12px auto minmax(0, 1fr); }
.root[data-size="narrow"] .recent-list li > :last-child { grid-column: 2 / -1; }
.root[data-size="narrow"] .changes li { row-gap: 0; grid-template-columns: 12px minmax(0, 1fr); }
.root[data-size="narrow"] .changes li > :last-child { grid-column: 2; }
.root[data-size="narrow"] .group:first-child { border-radius: 13px 13px 0 0; }
.root[data-size="narrow"] .group-reason { font-size: 12.5px; }
`);
