// The frame: head, verdict, graph and side; one column when narrow, two when wide.

export const FRAME = `
.msx, .msx *, .msx *::before { box-sizing: border-box; }
.msx {
  container: msx / inline-size; height: 100%; min-height: 0; overflow: auto;
  background: var(--msx-ground); color: var(--msx-text); font: 13px/20px var(--msx-sans); text-align: left;
}
.msx :is(h2, h3, h4, p, ul, dl, dd, dt) { margin: 0; padding: 0; font: inherit; letter-spacing: normal; }
.msx ul { list-style: none; }
.msx a { color: inherit; }
.msx-panel { display: flex; flex-direction: column; gap: 10px; min-height: 100%; padding: 14px 16px 16px; }
.msx-head { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; min-width: 0; }
.msx .msx-name { min-width: 0; max-width: 100%; font-size: 17px; font-weight: 650; line-height: 26px; }
.msx-cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.msx-spread { flex: 1; }
.msx-numbers { color: var(--msx-dim); font-variant-numeric: tabular-nums; white-space: nowrap; }
.msx-lost {
  flex-basis: 100%; padding: 5px 12px !important; border: 1px solid var(--msx-waiting); border-radius: 6px;
  background: color-mix(in srgb, var(--msx-waiting) 8%, var(--msx-panel)); color: var(--msx-text);
}
.msx-verdict {
  padding: 9px 14px; border: 1px solid var(--msx-line); border-left: 3px solid var(--hue); border-radius: 8px; background: var(--msx-panel);
}
.msx .msx-sentence { font-size: 14px; line-height: 22px; overflow-wrap: anywhere; }
.msx-clamped { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 3; }
.msx-evidence { display: flex; flex-wrap: wrap; gap: 0 12px; min-width: 0; }
.msx-evidence a { overflow-wrap: anywhere; }
.msx-also { display: grid; gap: 0 20px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); }
.msx-also li { min-width: 0; }
.msx .msx-also a { display: block; overflow: hidden; color: var(--msx-dim); text-decoration: none; text-overflow: ellipsis; white-space: nowrap; }
.msx .msx-also a:hover { color: var(--msx-text); text-decoration: underline; }
.msx-work { display: grid; flex: 1; gap: 10px; grid-template-columns: minmax(0, 1fr); align-content: start; min-height: 0; }
.msx-side { display: flex; flex-direction: column; gap: 10px; min-width: 0; min-height: 0; }
.msx-graph, .msx-tail, .msx-details {
  display: flex; flex-direction: column; overflow: hidden; min-width: 0; min-height: 0;
  border: 1px solid var(--msx-line); border-radius: 8px; background: var(--msx-panel);
}
.msx-graph { min-height: 320px; max-height: 560px; }
.msx-tail { height: 220px; }
.msx-details { max-height: 340px; }
@container msx (min-width: 900px) {
  .msx-panel { height: 100%; min-height: 480px; }
  .msx-work { grid-template-columns: minmax(0, 1fr) minmax(340px, 32%); grid-template-rows: minmax(0, 1fr); align-content: stretch; }
  .msx-graph { min-height: 0; max-height: none; }
  .msx-tail { flex: 1; height: auto; min-height: 140px; }
  .msx-details { flex: 0 1 auto; max-height: 58%; }
}
@container msx (max-width: 640px) {
  .msx-panel { padding: 10px; }
  .msx-spread { display: none; }
  .msx-numbers { white-space: normal; }
  .msx .msx-head .msx-name { flex-basis: 100%; }
}
`;
