// The live tail: columns that line up, one line a record.

export const TAIL = `
.msx-tail { container: msx-tail / inline-size; }
.msx-tail-box { flex: 1; overflow: auto; overflow-anchor: none; min-height: 0; padding: 4px 0; }
.msx-line {
  display: grid; gap: 0 10px; align-items: center; padding: 1px 14px; line-height: 21px;
  grid-template-columns: 88px 100px minmax(0, 0.7fr) minmax(0, 1.6fr) 74px;
}
.msx-line:hover { background: var(--msx-hover); }
.msx-line > time { color: var(--msx-dim); font: 11.5px/21px var(--msx-mono); }
.msx-line-kind { display: inline-flex; align-items: center; gap: 6px; color: var(--msx-dim); white-space: nowrap; }
.msx-line-kind .msx-glyph { width: 12px; height: 12px; }
.msx-line-agent, .msx .msx-line .msx-line-name { overflow: hidden; min-width: 0; padding: 0; text-overflow: ellipsis; white-space: nowrap; }
.msx-line-verb { font-weight: 600; }
.msx-line-agent { color: var(--msx-dim); }
.msx button.msx-line-name:hover { text-decoration: underline; }
.msx-line-status { display: inline-flex; align-items: center; gap: 5px; color: var(--hue); font-size: 12px; white-space: nowrap; }
.msx-line-status .msx-glyph { width: 12px; height: 12px; }
@container msx-tail (max-width: 640px) {
  .msx-line { gap: 0 9px; grid-template-columns: 84px 12px minmax(0, 0.6fr) minmax(0, 1.6fr) 70px; }
  .msx-line-kind { width: 12px; overflow: hidden; }
}
@container msx-tail (max-width: 460px) {
  .msx-line { grid-template-columns: 58px 12px minmax(0, 0.6fr) minmax(0, 1.6fr) 66px; }
  .msx-line > time { overflow: hidden; width: 8ch; }
}
@container msx-tail (max-width: 380px) {
  .msx-line { gap: 0 8px; grid-template-columns: 58px 12px minmax(0, 1fr) 64px; }
  .msx-line-agent { display: none; }
}
`;
