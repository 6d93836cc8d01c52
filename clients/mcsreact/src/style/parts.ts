// Small things: statuses, buttons, links, notices, details.

export const PARTS = `
.msx-is-ok { --hue: var(--msx-ok); } .msx-is-failed { --hue: var(--msx-failed); } .msx-is-active { --hue: var(--msx-active); }
.msx-is-waiting { --hue: var(--msx-waiting); } .msx-is-gone { --hue: var(--msx-gone); } .msx-is-replaced { --hue: var(--msx-step); } .msx-is-ghost { --hue: var(--msx-failed); }
.msx-dim { color: var(--msx-dim); }
.msx-glyph { flex: none; vertical-align: -2px; }
.msx-badge {
  display: inline-flex; flex: none; align-items: center; gap: 5px; padding: 0 8px 0 6px; border-radius: 10px;
  background: color-mix(in srgb, var(--hue) 13%, var(--msx-panel)); color: var(--hue); font-size: 12px; font-weight: 600;
}
.msx-badge .msx-glyph { width: 12px; height: 12px; }
.msx-live { display: inline-flex; flex: none; align-items: center; gap: 6px; color: var(--msx-dim); font-size: 12px; }
.msx-live::before { width: 8px; height: 8px; border: 2px solid var(--msx-dim); border-radius: 50%; content: ""; }
.msx-live-live { color: var(--msx-ok); }
.msx-live-live::before { border-color: var(--msx-ok); background: var(--msx-ok); }
.msx-live-lost { color: var(--msx-waiting); }
.msx-live-lost::before { border-color: var(--msx-waiting); border-style: dotted; }
.msx button { margin: 0; border: 0; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer; }
.msx .msx-button {
  display: inline-flex; align-items: center; gap: 6px; padding: 2px 10px; border: 1px solid var(--msx-strong); border-radius: 6px;
  background: var(--msx-raised); color: var(--msx-text); text-decoration: none; white-space: nowrap;
}
.msx .msx-button:hover { border-color: var(--msx-accent); }
.msx .msx-icon-button { display: inline-grid; flex: none; width: 26px; height: 26px; padding: 0; border-radius: 6px; color: var(--msx-dim); place-items: center; }
.msx .msx-icon-button:hover { background: var(--msx-hover); color: var(--msx-text); }
.msx .msx-link { padding: 0; color: var(--msx-accent); text-decoration: underline; text-decoration-color: color-mix(in srgb, var(--msx-accent) 40%, transparent); text-underline-offset: 2px; }
.msx .msx-link:hover { text-decoration-color: currentColor; }
.msx :is(a, button, [tabindex]):focus-visible { outline: 2px solid var(--msx-accent); outline-offset: 1px; border-radius: 4px; }
.msx .msx-title { flex: none; font-weight: 650; }
.msx .msx-title.msx-cut { flex: 0 1 auto; min-width: 0; }
.msx .msx-subtitle { margin-top: 10px; color: var(--msx-dim); font-size: 12px; }
.msx-tools { display: flex; flex: none; align-items: center; gap: 8px; min-width: 0; height: 38px; padding: 0 6px 0 14px; border-bottom: 1px solid var(--msx-line); }
.msx-details > .msx-tools > .msx-icon-button { margin-left: auto; }
.msx-details-body { overflow: auto; padding: 10px 14px 12px; }
.msx-facts { display: grid; gap: 2px 14px; grid-template-columns: max-content minmax(0, 1fr); }
.msx-facts dt { color: var(--msx-dim); }
.msx-facts dd { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.msx .msx-error {
  margin-bottom: 8px; padding: 6px 10px; border: 1px solid color-mix(in srgb, var(--msx-failed) 45%, var(--msx-panel)); border-radius: 6px;
  background: color-mix(in srgb, var(--msx-failed) 8%, var(--msx-panel)); font: 12px/18px var(--msx-mono); overflow-wrap: anywhere;
}
.msx-error strong { color: var(--msx-failed); }
.msx .msx-ghost-note { margin-bottom: 8px; color: var(--msx-failed); }
.msx-edge-list { display: grid; gap: 4px; }
.msx-edge-list li { min-width: 0; overflow-wrap: anywhere; }
.msx-edge-list li > .msx-evidence { padding-left: 12px; font-size: 12px; }
.msx-inferred-word { margin-left: 8px; color: var(--msx-waiting); font-size: 12px; }
.msx-why { display: block; padding-left: 12px; color: var(--msx-dim); font-size: 12px; }
.msx .msx-about { margin-bottom: 8px; overflow-wrap: anywhere; }
.msx-values > div { display: contents; }
.msx-values dd { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 4; }
.msx-hued { color: var(--hue); }
.msx-empty { padding: 28px 20px !important; color: var(--msx-dim); text-align: center; }
.msx-note { flex: none; padding: 5px 14px !important; border-bottom: 1px solid var(--msx-line); color: var(--msx-dim); font-size: 12px !important; }
.msx-notice { display: grid; gap: 8px; max-width: 460px; margin: 0 auto; padding: 56px 20px; text-align: center; justify-items: center; }
.msx .msx-notice .msx-title { font-size: 16px; }
.msx-notice p { color: var(--msx-dim); overflow-wrap: anywhere; }
.msx-skeleton { display: grid; gap: 12px; padding: 16px; }
.msx-bone { border-radius: 8px; background: var(--msx-hover); }
.msx-bone-head { width: 40%; height: 26px; } .msx-bone-verdict { height: 66px; } .msx-bone-graph { height: 320px; }
@media (prefers-reduced-motion: no-preference) {
  .msx-bone, .msx-live-live::before, .msx-node.msx-is-active .msx-node-status { animation: msx-breathe 1.8s ease-in-out infinite; }
}
@keyframes msx-breathe { 50% { opacity: 0.45; } }
`;
