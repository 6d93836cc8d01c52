// What happened, in the mission's own colour, with links to the records that prove it.

import { type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";

import { refName, spanOfRef } from "../model/naming.js";
import { statusOf, verdictOf } from "../model/words.js";
import { pageAddress } from "../wire/addresses.js";
import type { Finding, Mission, MissionGraphData, Ref } from "../wire/types.js";
import { Out } from "./Out.js";

export interface VerdictBannerProps {
  baseUrl: string;
  mission: Mission;
  findings: readonly Finding[];
  /** Gives evidence its names ... */
  graph?: MissionGraphData | null;
  /** ... where the graph has none: of a span, by `trace_id/span_id`. */
  nameOfSpan?: (id: string) => string | undefined;
}

const EVIDENCE = 4;
const ALSO = 2;

export function VerdictBanner({ baseUrl, mission, findings, graph = null, nameOfSpan }: VerdictBannerProps): ReactNode {
  const verdict = verdictOf(mission);
  const root = findings.find((finding) => finding.is_root) ?? findings[0];
  const others = findings.filter((finding) => finding !== root && !verdict.includes(finding.title)).slice(0, ALSO);
  const href = (pane: string, span?: Ref): string => pageAddress(baseUrl, mission.url, { pane, span });
  return (
    <section className={`msx-verdict msx-is-${toneOf(mission, root)}`} aria-label="Verdict">
      <Sentence text={verdict} />
      {root && <Evidence refs={root.refs} graph={graph} href={href} nameOfSpan={nameOfSpan} />}
      {others.length > 0 && (
        <ul className="msx-also" aria-label="Also found">
          {others.map((finding) => (
            <li key={finding.id}>
              <Out href={href("findings")} title={finding.title}>
                {finding.title}
              </Out>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** A mission that goes on may have failed in part. */
function toneOf(mission: Mission, root: Finding | undefined): string {
  const status = statusOf(mission.status);
  if (status === "failed" || root === undefined) return status;
  return root.severity === "error" ? "failed" : root.severity === "warning" ? "waiting" : status;
}

/** Three lines until asked for all. */
function Sentence({ text }: { text: string }): ReactNode {
  const [isWhole, setWhole] = useState(false);
  const [isCut, setCut] = useState(false);
  const line = useRef<HTMLParagraphElement | null>(null);
  const id = useId();
  useLayoutEffect(() => {
    const shown = line.current;
    if (!shown || isWhole) return undefined;
    const observer = new ResizeObserver(() => setCut(shown.scrollHeight > shown.clientHeight + 1));
    observer.observe(shown);
    return () => observer.disconnect();
  }, [text, isWhole]);
  return (
    <>
      <p id={id} ref={line} className={`msx-sentence ${isWhole ? "" : "msx-clamped"}`} dir="auto">
        {text}
      </p>
      {(isCut || isWhole) && (
        <button type="button" className="msx-link" aria-expanded={isWhole} aria-controls={id} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Less" : "All of it"}
        </button>
      )}
    </>
  );
}

interface EvidenceProps {
  refs: readonly Ref[];
  graph: MissionGraphData | null;
  href: (pane: string, span?: Ref) => string;
  nameOfSpan: VerdictBannerProps["nameOfSpan"];
}

function Evidence({ refs, graph, href, nameOfSpan }: EvidenceProps): ReactNode {
  const links = refs.flatMap((ref) => linkOf(ref, graph));
  if (links.length === 0) return null;
  return (
    <p className="msx-evidence">
      <span className="msx-dim">evidence</span>
      {links.slice(0, EVIDENCE).map(({ ref, pane, span }) => (
        <Out key={`${ref.type} ${ref.id}`} href={href(pane, span)}>
          {refName(ref, graph, nameOfSpan?.(ref.id))}
        </Out>
      ))}
      {links.length > EVIDENCE && <Out href={href("findings")}>{`${links.length - EVIDENCE} more`}</Out>}
    </p>
  );
}

/** Where a reference is shown: work and agents by their rows, ghosts in the graph. What has no place there is left out. */
function linkOf(ref: Ref, graph: MissionGraphData | null): { ref: Ref; pane: string; span?: Ref }[] {
  if (ref.type === "ghost") return [{ ref, pane: "graph" }];
  const span = ["span", "step", "agent"].includes(ref.type) ? spanOfRef(ref, graph) : undefined;
  return span ? [{ ref, pane: "timeline", span }] : [];
}
