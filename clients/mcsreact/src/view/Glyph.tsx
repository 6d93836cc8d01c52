// Shapes of statuses and kinds: each says by its form what its colour says too.

import type { ReactNode } from "react";

const stroke = { fill: "none", stroke: "currentColor", strokeLinecap: "round", strokeLinejoin: "round" } as const;

const SHAPES: Record<string, ReactNode> = {
  ok: <path {...stroke} strokeWidth={2} d="m3 8.5 3.2 3.2L13 4.6" />,
  failed: <path {...stroke} strokeWidth={2} d="m4 4 8 8m0-8-8 8" />,
  active: (
    <>
      <circle cx={8} cy={8} r={6.2} fill="currentColor" opacity={0.3} />
      <circle cx={8} cy={8} r={3.2} fill="currentColor" />
    </>
  ),
  waiting: <path {...stroke} strokeWidth={1.6} d="M4.5 2.5h7M4.5 13.5h7M5.5 2.5c0 3 2.5 4 2.5 5.5s-2.5 2.5-2.5 5.5m5-11c0 3-2.5 4-2.5 5.5s2.5 2.5 2.5 5.5" />,
  gone: <circle {...stroke} cx={8} cy={8} r={5} strokeWidth={1.6} strokeDasharray="2.4 2.8" />,
  replaced: <path {...stroke} strokeWidth={1.6} d="M4 2.8v10.4M4 5h8M4 12h8m-2.2-9.2L12 5 9.800 7.2m0 2.600L12 12l-2.200 2.200" />,
  agent: <path {...stroke} strokeWidth={1.6} d="m8 2 5.5 6L8 14 2.5 8Z" />,
  run: <path {...stroke} strokeWidth={1.6} d="m8 2 5.5 6L8 14 2.5 8Z" />,
  llm: <path fill="currentColor" d="m8 1.8 5.6 6.2L8 14.2 2.4 8Z" />,
  tool: <rect x={3} y={3} width={10} height={10} rx={1.6} fill="currentColor" />,
  step: <path fill="currentColor" d="M4.5 2.6 12.6 8l-8.1 5.4Z" />,
  human: (
    <>
      <circle {...stroke} cx={8} cy={5} r={2.6} strokeWidth={1.6} />
      <path {...stroke} strokeWidth={1.6} d="M3 13.6c.8-2.7 2.7-4 5-4s4.2 1.3 5 4" />
    </>
  ),
  queue: <path {...stroke} strokeWidth={1.7} d="M3 4.3h10M3 8h10M3 11.7h6" />,
  ghost: <rect {...stroke} x={2.8} y={2.8} width={10.4} height={10.4} rx={1.8} strokeWidth={1.4} strokeDasharray="2.4 2" />,
  log: <path {...stroke} strokeWidth={1.5} d="M3 4h10M3 8h7M3 12h9" />,
  snapshot: <path {...stroke} strokeWidth={1.5} d="M6 2.8c-2 0-1.5 2.2-1.5 3.4S3 8 3 8s1.5.600 1.5 1.8S4 13.2 6 13.2m4-10.4c2 0 1.5 2.2 1.5 3.4S13 8 13 8s-1.5.600-1.5 1.8.500 3.4-1.5 3.4" />,
  plus: <path {...stroke} strokeWidth={1.5} d="M8 3.5v9M3.5 8h9" />,
  minus: <path {...stroke} strokeWidth={1.5} d="M3.5 8h9" />,
  fit: <path {...stroke} strokeWidth={1.5} d="M2.8 6V2.8H6M10 2.8h3.2V6m0 4v3.2H10m-4 0H2.8V10" />,
  close: <path {...stroke} strokeWidth={1.5} d="m4 4 8 8m0-8-8 8" />,
  out: <path {...stroke} strokeWidth={1.5} d="M6.5 3.5h-3v9h9v-3M9 3h4v4m0-4L7.5 8.5" />,
  down: <path {...stroke} strokeWidth={1.5} d="M8 3v9.5M4.2 8.7 8 12.5l3.8-3.8" />,
};

const OTHER = <circle {...stroke} cx={8} cy={8} r={3.2} strokeWidth={1.6} />;

/** A drawing of 16 by 16, for use inside an SVG. */
export const GlyphShape = ({ name }: { name: string }): ReactNode => (Object.hasOwn(SHAPES, name) ? SHAPES[name] : OTHER);

/** The same beside text; those who hear the page are told by the text. */
export function Glyph({ name, className = "" }: { name: string; className?: string }): ReactNode {
  return (
    <svg className={`msx-glyph ${className}`} viewBox="0 0 16 16" width={14} height={14} aria-hidden="true" focusable="false">
      <GlyphShape name={name} />
    </svg>
  );
}
