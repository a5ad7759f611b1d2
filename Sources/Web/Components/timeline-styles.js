// The look of the timeline.

import { sheet } from "./theme.js";

export const timelineSheet = sheet(`
.root { display: grid; gap: 18px; min-width: 0; }
.soft { color: var(--soft); }
.bar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 10px 16px; }
.range { display: flex; padding: 3px; border-radius: 10px; background: var(--unknown-tint); }
.range button { min-height: 28px; padding: 3px 11px; border: 0; border-radius: 7px; background: none; color: var(--soft); font-size: 13px; font-weight: 500; }
.range button:hover { color: var(--ink); }
.range button[aria-pressed="true"] { background: var(--paper); color: var(--ink); box-shadow: 0 1px 2px rgb(0 0 0 / 14%); }
.zooms { display: flex; align-items: center; gap: 2px; }
.zooms .reset { min-height: 30px; margin-left: 6px; font-size: 13px; }
.figures-box { display: grid; gap: 10px; }
.stretch { color: var(--soft); font-size: 13px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(112px, 1fr)); gap: 12px 24px; margin: 0; }
.figures dt { color: var(--soft); font-size: 12.5px; }
.figures dd { font-size: 19px; font-weight: 600; letter-spacing: -.015em; line-height: 1.3; white-space: nowrap; }
.plot { position: relative; height: 346px; cursor: crosshair; touch-action: pan-y; user-select: none; -webkit-user-select: none; border-radius: 6px; }
.plot[data-dragging] { cursor: grabbing; }
.plot:focus-visible { outline-offset: 6px; }
.chart { display: block; position: absolute; inset: 0; overflow: hidden; }
.progress { position: absolute; inset: 70px 0 auto; height: 2px; overflow: hidden; border-radius: 1px; opacity: 0; transition: opacity 150ms 150ms; pointer-events: none; }
.progress::after { content: ""; display: block; width: 30%; height: 100%; background: var(--accent); animation: slide 1.1s ease-in-out infinite; }
.plot[data-loading] .progress { opacity: 1; }
@keyframes slide { from { transform: translateX(-110%); } to { transform: translateX(360%); } }
.period { fill: var(--mark); }
.period[data-look="healthy"] { fill: color-mix(in srgb, var(--healthy-mark) 82%, var(--paper)); }
.period[data-look="idle"] { fill: color-mix(in srgb, var(--healthy-mark) 45%, var(--paper)); }
.period[data-look="none"] { fill: var(--unknown-tint); }
.pattern { pointer-events: none; }
.ink { fill: light-dark(rgb(255 255 255 / 62%), rgb(0 0 0 / 48%)); }
.ink-line { fill: none; stroke: light-dark(rgb(255 255 255 / 60%), rgb(0 0 0 / 52%)); stroke-width: 1.6; }
.gap-ink { fill: light-dark(#c9ced6, #3b424b); }
.band { fill: var(--tint, transparent); opacity: .75; }
.band[data-look="none"] { fill: var(--unknown-tint); opacity: .7; }
.grid line { stroke: var(--line); }
.grid .floor { stroke: var(--edge); }
.grid text, .axis text { fill: var(--soft); font-size: 11.5px; }
.grid text { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
.grid .lane-title { font-weight: 500; font-size: 12.5px; }
.axis line { stroke: var(--line); opacity: .6; }
.axis line.day { stroke: var(--edge); opacity: 1; }
.axis text.day { fill: var(--ink); font-weight: 560; }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.p50 { stroke: var(--accent); }
.p90 { stroke: var(--accent); opacity: .45; stroke-width: 1.1; }
.latency-area { fill: var(--accent); opacity: .09; }
.errors { stroke: var(--unhealthy-mark); }
.error-area { fill: var(--unhealthy-mark); opacity: .14; }
.flag { cursor: pointer; }
.flag path { stroke: var(--mark); stroke-width: 1.5; }
.flag rect { fill: var(--tint); stroke: var(--mark); }
.flag text { fill: var(--tone); font-size: 11px; font-weight: 650; }
.flag:hover rect { fill: var(--mark); }
.flag:hover text { fill: var(--paper); }
.cursor { pointer-events: none; }
.cursor line { stroke: var(--ink); opacity: .5; }
.cursor circle { stroke: var(--paper); stroke-width: 1.5; }
.dot-p50 { fill: var(--accent); }
.dot-errors { fill: var(--unhealthy-mark); }
.tip { position: absolute; top: 60px; left: 0; z-index: 1; width: max-content; max-width: min(270px, 80%); padding: 10px 13px; border: 1px solid var(--edge); border-radius: 10px; background: var(--paper); box-shadow: var(--lift); pointer-events: none; font-size: 13px; }
.tip-time { color: var(--soft); }
.tip-status { display: flex; align-items: center; gap: 7px; font-weight: 600; }
.tip-status .shape { width: 10px; height: 10px; }
.tip-reason { margin-bottom: 5px; color: var(--soft); overflow-wrap: anywhere; }
.tip dl { display: grid; grid-template-columns: auto auto; gap: 1px 16px; }
.tip dt { color: var(--soft); }
.tip dd { text-align: right; }
.track { position: absolute; inset: auto 0 0; height: 4px; border-radius: 2px; background: var(--unknown-tint); overflow: hidden; visibility: hidden; }
.track[data-on] { visibility: visible; }
.thumb { width: 100%; height: 100%; border-radius: 2px; background: var(--soft); transform-origin: left; }
.foot { margin-top: -4px; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 6px 24px; color: var(--soft); font-size: 12.5px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend svg { width: 16px; height: 10px; border-radius: 2px; }
.failure { color: var(--unhealthy); }
.failure:empty { display: none; }
.trouble { display: flex; flex-wrap: wrap; gap: 4px 14px; padding: 10px 14px; border-radius: 10px; background: var(--unhealthy-tint); color: var(--unhealthy); }
.trouble button { padding: 0; border: 0; background: none; font-weight: 600; text-decoration: underline; text-underline-offset: 3px; }
.section-title { margin-bottom: 8px; font-size: 14px; font-weight: 600; }
.incident-section { min-width: 0; }
.incident { display: grid; grid-template-columns: 12px minmax(0, 1fr) auto; gap: 4px 12px; padding: 13px 4px; border-top: 1px solid var(--line); }
.incident .shape { width: 11px; height: 11px; margin-top: 5px; }
.incident[data-lit] { background: color-mix(in srgb, var(--accent) 6%, transparent); box-shadow: -12px 0 0 color-mix(in srgb, var(--accent) 6%, transparent), 12px 0 0 color-mix(in srgb, var(--accent) 6%, transparent); }
.incident b { font-weight: 560; }
.incident-words { min-width: 0; overflow-wrap: anywhere; }
.incident-side { display: grid; gap: 3px; justify-items: end; align-content: start; font-size: 13px; }
.incident-side button { padding: 2px 0; border: 0; background: none; color: var(--soft); }
.incident-side button:hover { color: var(--accent); text-decoration: underline; text-underline-offset: 3px; }
.incident-side .add-note { color: var(--accent); }
.notes { display: grid; gap: 4px; margin-top: 8px; }
.notes li { display: flex; gap: 8px; padding: 7px 11px; border-radius: 8px; background: var(--raised); }
.notes .icon { width: 14px; height: 14px; margin-top: 3px; color: var(--soft); }
.notes p { white-space: pre-line; }
.note-form { display: grid; gap: 8px; margin-top: 10px; max-width: 520px; }
.note-text { width: 100%; resize: vertical; }
.note-buttons { display: flex; gap: 8px; }
.more-incidents { margin-top: 10px; }
.root[data-size="narrow"] .range { flex: 1 1 100%; justify-content: space-between; }
.root[data-size="narrow"] .range button { padding: 3px 8px; }
.root[data-size="narrow"] .figures { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 10px 12px; }
.root[data-size="narrow"] .figures dd { font-size: 17px; }
.root[data-size="narrow"] .hint { display: none; }
.root[data-size="narrow"] .incident { grid-template-columns: 12px minmax(0, 1fr); }
.root[data-size="narrow"] .incident-side { grid-column: 2; display: flex; flex-wrap: wrap; gap: 2px 16px; justify-content: flex-start; }
`);
