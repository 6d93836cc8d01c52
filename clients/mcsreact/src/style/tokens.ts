// Every colour and size. Texts keep 4.5:1 on the ground, on panels and on their own tint.

export const LIGHT = `
  color-scheme: light;
  --msx-ground: #f6f7f9; --msx-panel: #ffffff; --msx-raised: #ffffff; --msx-hover: #eef1f5;
  --msx-line: #dfe3e9; --msx-strong: #c3cad5; --msx-text: #1a202b; --msx-dim: #566071;
  --msx-accent: #2757d6; --msx-waiting: #8a5600; --msx-active: #2757d6; --msx-ok: #0e6e4f; --msx-failed: #b82435;
  --msx-gone: #566071; --msx-llm: #6c40cf; --msx-tool: #984f0c; --msx-agent: #0a64a8; --msx-step: #0b6d63;
  --msx-human: #ab326c; --msx-queue: #705c11;
`;

export const DARK = `
  color-scheme: dark;
  --msx-ground: #0e1116; --msx-panel: #141920; --msx-raised: #1a202a; --msx-hover: #1b222d;
  --msx-line: #252c37; --msx-strong: #3a4556; --msx-text: #dfe5ee; --msx-dim: #97a2b3;
  --msx-accent: #7aa2ff; --msx-waiting: #f2b84b; --msx-active: #7aa2ff; --msx-ok: #4cc38a; --msx-failed: #ff7b7b;
  --msx-gone: #97a2b3; --msx-llm: #b59cff; --msx-tool: #f0a35e; --msx-agent: #5cb8ff; --msx-step: #58c6b8;
  --msx-human: #f286b5; --msx-queue: #d3b86b;
`;

export const TOKENS = `
  --msx-sans: -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  --msx-mono: ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
`;
