// The graph: ground, lanes, nodes, edges.

export const GRAPH = `
.msx-canvas {
  flex: 1; overflow: auto; min-height: 0; cursor: grab;
  background: radial-gradient(circle, var(--msx-line) 1px, transparent 1px) 0 0 / 20px 20px local, var(--msx-ground);
}
.msx-canvas:active { cursor: grabbing; }
.msx-canvas > svg { display: block; margin: 0 auto; user-select: none; }
.msx-legend { display: none; gap: 14px; margin-left: auto; padding-right: 6px; color: var(--msx-dim); font-size: 12px; white-space: nowrap; }
.msx-legend > span { display: inline-flex; align-items: center; gap: 6px; }
.msx-graph > .msx-tools > .msx-legend + .msx-icon-button { margin-left: auto; }
@container msx (min-width: 1100px) {
  .msx-legend { display: inline-flex; }
  .msx-graph > .msx-tools > .msx-legend + .msx-icon-button { margin-left: 0; }
}
.msx-lane-box { fill: color-mix(in srgb, var(--msx-panel) 72%, transparent); stroke: var(--msx-line); }
.msx-lane-label { fill: var(--msx-text); font: 600 12px var(--msx-sans); }
.msx-lane-kind { color: var(--msx-agent); }
.msx-lane-about { fill: var(--msx-dim); font-weight: 400; }
.msx-lane-ground { fill: transparent; }
.msx-lane-head { outline: none; }
.msx-lane-head[role] { cursor: pointer; }
.msx-lane-head[role]:hover .msx-lane-ground { fill: var(--msx-hover); }
.msx-lane-head[aria-pressed="true"] .msx-lane-ground { stroke: var(--msx-accent); stroke-width: 2; }
.msx .msx-lane-head:focus-visible { outline: 2px solid var(--msx-accent); outline-offset: -1px; border-radius: 9px; }
.msx-node { cursor: pointer; outline: none; }
.msx-node-box { fill: var(--msx-raised); stroke: var(--msx-strong); }
.msx-node-under { fill: var(--msx-raised); stroke: var(--msx-strong); }
.msx-node :is(.msx-node-label, .msx-node-detail) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.msx-node-label { color: var(--msx-text); font: 550 12.5px/19px var(--msx-sans); }
.msx-planned .msx-node-label { font-size: 12px; font-weight: 700; }
.msx-node-about { margin-left: 7px; color: var(--msx-dim); font-weight: 400; }
.msx-node-detail { color: var(--msx-dim); font: 11.5px/16px var(--msx-sans); font-variant-numeric: tabular-nums; }
.msx-node-kind { color: var(--tint, var(--msx-dim)); }
.msx-node-status { color: var(--hue); }
.msx-glyph[class*="msx-kind-"], .msx-line-kind > .msx-glyph { color: var(--tint, var(--msx-dim)); }
.msx-kind-agent { --tint: var(--msx-agent); } .msx-kind-llm { --tint: var(--msx-llm); } .msx-kind-tool { --tint: var(--msx-tool); }
.msx-kind-step { --tint: var(--msx-step); } .msx-kind-human { --tint: var(--msx-human); } .msx-kind-queue { --tint: var(--msx-queue); }
.msx-node:hover .msx-node-box { stroke: var(--msx-accent); }
.msx-node:is(.msx-is-failed, .msx-is-active, .msx-is-waiting) .msx-node-box { fill: color-mix(in srgb, var(--hue) 8%, var(--msx-raised)); stroke: var(--hue); }
.msx-node.msx-is-active .msx-node-box { stroke-width: 1.8; }
.msx-node.msx-is-gone .msx-node-box { stroke-dasharray: 3 3; }
.msx-node.msx-unbegun:is(.msx-is-gone, .msx-is-waiting) .msx-node-box { fill: var(--msx-ground); }
.msx-node:is(.msx-is-failed, .msx-is-waiting).msx-planned .msx-node-detail { color: var(--hue); }
.msx-node.msx-is-ghost .msx-node-box { fill: color-mix(in srgb, var(--msx-failed) 5%, var(--msx-ground)); stroke: var(--msx-failed); stroke-dasharray: 5 3; stroke-width: 1.4; }
.msx-node.msx-is-ghost :is(.msx-node-label, .msx-node-detail) { color: var(--msx-failed); }
.msx-node.msx-is-ghost .msx-node-kind { color: var(--msx-failed); }
.msx-node[aria-pressed="true"] .msx-node-box { stroke: var(--msx-accent); stroke-width: 2.5; }
.msx .msx-node:focus-visible { outline: 2px solid var(--msx-accent); outline-offset: 3px; border-radius: 8px; }
.msx-edge-line { fill: none; stroke: color-mix(in srgb, var(--msx-dim) 65%, var(--msx-ground)); stroke-width: 1.4; }
.msx-many .msx-edge-line { stroke-opacity: 0.55; }
.msx-arrow { fill: var(--msx-dim); }
.msx-edge-link .msx-edge-line { stroke-dasharray: 1 4; stroke-linecap: round; stroke-width: 2; }
.msx-edge-handoff .msx-edge-line { stroke: var(--msx-agent); stroke-width: 4; }
.msx-edge-reach { fill: none; stroke: transparent; stroke-width: 10; }
.msx-edge-core { fill: none; stroke: var(--msx-ground); stroke-width: 1.6; }
.msx-edge-tool_call .msx-edge-line { stroke: color-mix(in srgb, var(--msx-tool) 70%, var(--msx-ground)); }
.msx-edge:is(.msx-edge-replaced_by, .msx-edge-template) .msx-edge-line { stroke: color-mix(in srgb, var(--msx-dim) 80%, var(--msx-ground)); }
.msx-edge-template .msx-edge-line { stroke-width: 2.4; }
.msx-edge-data .msx-edge-line { stroke: color-mix(in srgb, var(--msx-ok) 75%, var(--msx-ground)); }
.msx-edge-signal .msx-edge-line { stroke: color-mix(in srgb, var(--msx-ok) 75%, var(--msx-ground)); stroke-dasharray: 1 4; stroke-linecap: round; stroke-width: 2; }
.msx-edge-wait_for_all .msx-edge-line { stroke: color-mix(in srgb, var(--msx-ok) 75%, var(--msx-ground)); stroke-width: 4; }
.msx-edge-agent .msx-edge-line { stroke: color-mix(in srgb, var(--msx-agent) 75%, var(--msx-ground)); }
.msx-edge:is(.msx-edge-mention, .msx-edge-nearest) .msx-edge-line { stroke: color-mix(in srgb, var(--msx-human) 70%, var(--msx-ground)); }
.msx-edge.msx-awaited .msx-edge-line { stroke: var(--msx-waiting); }
.msx-edge.msx-circle .msx-edge-line { stroke: var(--msx-failed); }
.msx-edge-retry .msx-edge-line { stroke: var(--msx-waiting); }
.msx-edge.msx-inferred .msx-edge-line { stroke-dasharray: 5 4; }
.msx-edge.msx-near .msx-edge-line { stroke: var(--msx-accent); stroke-opacity: 1; stroke-width: 2; }
`;
