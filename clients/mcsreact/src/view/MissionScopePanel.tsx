// All of it in one element: what happened, the graph with details of what is selected, and what is arriving now.

import { type CSSProperties, type ReactNode, useCallback, useMemo, useState } from "react";

import { agentName, nodesByRef } from "../model/naming.js";
import { isOver } from "../model/words.js";
import type { GraphNode } from "../wire/types.js";
import { STYLES } from "../style/index.js";
import { LiveTail } from "./LiveTail.js";
import { MissionGraph } from "./MissionGraph.js";
import { NodeDetails } from "./NodeDetails.js";
import { Notice } from "./Notice.js";
import { PanelHead } from "./PanelHead.js";
import { type FollowedMission, type MissionOptions, useMission } from "./useMission.js";
import { VerdictBanner } from "./VerdictBanner.js";

export type Theme = "light" | "dark" | "auto";

export interface MissionScopePanelProps extends MissionOptions {
  /** auto: as the system. */
  theme?: Theme;
  /** The node that was selected; null when none is any more. */
  onSelect?: (node: GraphNode | null) => void;
  className?: string;
  /** Also takes custom properties, e.g. `--msx-accent`. */
  style?: CSSProperties;
}

export function MissionScopePanel(props: MissionScopePanelProps): ReactNode {
  const { theme = "auto", onSelect, className = "", style, ...options } = props;
  const followed = useMission(options);
  const isReady = followed.phase === "ready" && followed.mission !== null;
  return (
    <MissionScopeFrame theme={theme} className={className} {...(style && { style })}>
      {isReady ? (
        <Contents key={`${options.baseUrl} ${options.missionId}`} options={options} followed={followed} onSelect={onSelect} />
      ) : (
        <Notice missionId={options.missionId} followed={followed} />
      )}
    </MissionScopeFrame>
  );
}

interface FrameProps {
  theme?: Theme;
  className?: string;
  style?: CSSProperties;
  children: ReactNode;
}

/** Colours and styles: what the smaller parts need around them when they are used alone. */
export function MissionScopeFrame({ theme = "auto", className = "", style, children }: FrameProps): ReactNode {
  return (
    <>
      <style href="missionscope-panel" precedence="medium">
        {STYLES}
      </style>
      <div className={`msx ${className}`} data-theme={theme} style={style}>
        {children}
      </div>
    </>
  );
}

interface ContentsProps {
  options: MissionOptions;
  followed: FollowedMission;
  onSelect: MissionScopePanelProps["onSelect"];
}

function Contents({ options, followed, onSelect }: ContentsProps): ReactNode {
  const { mission, graph, findings, connection, heardMs, tail, steps, retry } = followed;
  const [selected, setSelected] = useState<string | null>(null);
  const byRef = useMemo(() => nodesByRef(graph?.nodes ?? []), [graph]);
  const node = graph?.nodes.find((each) => each.id === selected) ?? null;
  const select = useCallback(
    (id: string | null) => {
      setSelected(id);
      onSelect?.(graph?.nodes.find((each) => each.id === id) ?? null);
    },
    [graph, onSelect],
  );
  if (mission === null || graph === null) return null;
  const nodeOf = (span: string): GraphNode | undefined => byRef.get(`span ${span}`);
  const nameOfSpan = (span: string): string | undefined => tail.lines.find((line) => line.span === span)?.name;
  const source = { baseUrl: options.baseUrl, missionId: options.missionId, tokens: followed.tokens };
  return (
    <div className="msx-panel">
      <PanelHead {...{ baseUrl: options.baseUrl, mission, connection, heardMs, onRetry: retry }} />
      <VerdictBanner {...{ baseUrl: options.baseUrl, mission, findings, graph, nameOfSpan }} />
      <div className="msx-work">
        <MissionGraph {...{ graph, selected, onSelect: select }} />
        <div className="msx-side">
          {node && <NodeDetails {...{ node, graph, mission, source, steps, onSelect: select }} />}
          <LiveTail
            tail={tail}
            isOver={isOver(mission)}
            nameAgent={(agent) => agentName(agent, graph)}
            canShow={(span) => nodeOf(span) !== undefined}
            onSpan={(span) => select(nodeOf(span)?.id ?? null)}
          />
        </div>
      </div>
    </div>
  );
}
