// The last records that arrived, newest below. Who scrolls up reads in peace: nothing moves until they come back down.

import { type ReactNode, useLayoutEffect, useRef, useState } from "react";

import { formatClock, formatMoment } from "../model/formats.js";
import type { Tail, TailLine } from "../model/tail.js";
import { kindWord, statusWord } from "../model/words.js";
import { Glyph } from "./Glyph.js";

export interface LiveTailProps {
  tail: Tail;
  /** Nothing more will come. */
  isOver: boolean;
  /** Called with `trace_id/span_id` of a line that is pressed. */
  onSpan?: (span: string) => void;
  /** What an agent is called that is known by its id. */
  nameAgent?: (agent: string) => string;
  /** Which lines can be pressed; without it all of spans. */
  canShow?: (span: string) => boolean;
}

const NEAR_PX = 12;
const SEVERITIES: Record<string, string> = { failed: "error", waiting: "warning" };

export function LiveTail({ tail, isOver, onSpan, canShow = () => true, nameAgent = (agent) => agent }: LiveTailProps): ReactNode {
  const box = useRef<HTMLDivElement | null>(null);
  const lastTop = useRef(0);
  const [held, setHeld] = useState<Tail | null>(null);
  const { lines } = held ?? tail;
  const newCount = held === null ? 0 : tail.lines.filter((line) => line.arrival > held.arrivals).length;

  useLayoutEffect(() => {
    if (held === null && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [held, lines]);

  const scrolled = (): void => {
    const view = box.current;
    if (!view) return;
    const isAtEnd = view.scrollTop + view.clientHeight >= view.scrollHeight - NEAR_PX;
    const isUpwards = view.scrollTop < lastTop.current;
    lastTop.current = view.scrollTop;
    if (isAtEnd) setHeld(null);
    else if (isUpwards) setHeld((known) => known ?? tail);
  };

  return (
    <section className="msx-tail" aria-label="Live tail">
      <div className="msx-tools">
        <h3 className="msx-title">Live tail</h3>
        <span className="msx-dim">{held === null ? (isOver ? "over" : "following") : "paused"}</span>
        <span className="msx-spread" />
        {held !== null && (
          <button type="button" className="msx-button" onClick={() => setHeld(null)}>
            <Glyph name="down" />
            {newCount > 0 ? `${newCount} new` : "Follow"}
          </button>
        )}
      </div>
      <div className="msx-tail-box" ref={box} onScroll={scrolled} role="log" aria-live="off" aria-label="Records that arrived" tabIndex={0}>
        {lines.length === 0 && (
          <p className="msx-empty">{isOver ? "The mission is over; nothing more is coming." : "Waiting for the first record."}</p>
        )}
        {lines.map((line) => (
          <Line key={line.key} line={line} agent={nameAgent(line.agent)} onSpan={line.span !== null && canShow(line.span) ? onSpan : undefined} />
        ))}
      </div>
    </section>
  );
}

interface LineProps {
  line: TailLine;
  agent: string;
  onSpan: LiveTailProps["onSpan"];
}

function Line({ line, agent, onSpan }: LineProps): ReactNode {
  const { span } = line;
  const [look, word] = statusWord(line.status);
  const name = (
    <span title={[line.name, line.about].filter(Boolean).join(": ")}>
      <bdi className={line.kind === "step" ? "msx-line-verb" : ""}>{line.name || kindWord(line.kind)}</bdi>
      {line.about !== "" && <bdi className="msx-dim"> {line.about}</bdi>}
    </span>
  );
  return (
    <div className={`msx-line ${line.status === "" ? "" : `msx-is-${look}`}`} data-key={line.key}>
      <time title={formatMoment(line.timeNs)}>{formatClock(line.timeNs)}</time>
      <span className={`msx-line-kind msx-kind-${line.kind}`}>
        <Glyph name={line.kind} />
        {kindWord(line.kind)}
      </span>
      <bdi className="msx-line-agent" title={line.agent}>
        {agent}
      </bdi>
      {span !== null && onSpan ? (
        <button type="button" className="msx-line-name" onClick={() => onSpan(span)}>
          {name}
        </button>
      ) : (
        <span className="msx-line-name">{name}</span>
      )}
      <span className="msx-line-status">
        {line.status !== "" && (
          <>
            <Glyph name={look} />
            {line.kind === "log" ? SEVERITIES[line.status] : word}
          </>
        )}
      </span>
    </div>
  );
}
