// The graph: agents as lanes, their work as nodes, edges only from evidence. One stop for Tab; arrows walk the nodes,
// Enter selects, Escape lets go. Ctrl and the wheel zoom, the ground can be dragged.

import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useId, useMemo, useState } from "react";

import { plural } from "../model/formats.js";
import { type Box, columnsIn, headOf, type Layout, layOut } from "../model/layout.js";
import { limitGraph } from "../model/limits.js";
import { layOutPlan } from "../model/plan_layout.js";
import { neighbour } from "../model/routes.js";
import { findAwaited } from "../model/step_words.js";
import type { GraphNode, MissionGraphData } from "../wire/types.js";
import { GraphEdges, GraphLane } from "./GraphEdges.js";
import { GraphNodeView } from "./GraphNodeView.js";
import { GraphTools } from "./GraphTools.js";
import { useViewport } from "./useViewport.js";

export interface MissionGraphProps {
  graph: MissionGraphData;
  /** Id of the selected node. */
  selected: string | null;
  onSelect: (id: string | null) => void;
}

const WAYS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};
const STEP = 1.25;

export function MissionGraph({ graph, selected, onSelect }: MissionGraphProps): ReactNode {
  const id = useId();
  const [reached, setReached] = useState<string | null>(null);
  const [drawn, setDrawn] = useState(0);
  const view = useViewport(drawn);
  const shown = useMemo(() => limitGraph(graph), [graph]);
  const room = view.width || 900;
  const columns = columnsIn(room);
  const layout = useMemo(
    () => (graph.has_plan ? layOutPlan(shown.nodes, shown.edges, room) : layOut(shown.nodes, shown.edges, columns)),
    [graph.has_plan, shown, graph.has_plan ? room : columns],
  );
  const awaited = useMemo(() => findAwaited(shown.edges), [shown]);
  const { places } = layout;
  const walked = useMemo(() => new Map<string, Box>([...headsOf(layout, shown.lanes), ...places]), [layout, shown, places]);
  const first = shown.nodes[0]?.id ?? null;
  const reachable = [reached, selected].find((each) => each !== null && places.has(each)) ?? first;

  useEffect(() => setDrawn(layout.width), [layout.width]);

  const place = selected === null ? undefined : walked.get(selected);
  const { box, reveal } = view;
  useEffect(() => {
    if (place) reveal(place);
    // Only a new selection is brought into sight: where one looks at stays while the graph grows.
  }, [selected]);

  const select = useCallback((node: string) => onSelect(node), [onSelect]);
  const onKey = useCallback(
    (event: KeyboardEvent, from: string) => {
      const way = WAYS[event.key];
      const next = way ? neighbour(walked, from, ...way) : null;
      const nextPlace = next === null ? undefined : walked.get(next);
      if (next !== null && nextPlace) {
        box.current?.querySelector<SVGGElement>(`[data-node="${CSS.escape(next)}"]`)?.focus({ preventScroll: true });
        reveal(nextPlace);
      }
      if (event.key === "Enter" || event.key === " ") onSelect(from);
      if (event.key === "Escape") onSelect(null);
      if (way || ["Enter", " ", "Escape"].includes(event.key)) event.preventDefault();
    },
    [walked, onSelect, reveal, box],
  );

  const arrow = `${id}arrow`;
  return (
    <section className="msx-graph" aria-label="Mission graph">
      <GraphTools edges={shown.edges} work={plural(graph.work_count, "piece")} onZoom={(by) => view.zoom(by > 0 ? STEP : 1 / STEP)} onFit={view.fit} />
      {shown.note !== "" && <p className="msx-note">{shown.note}</p>}
      <div className="msx-canvas" ref={view.box} onPointerDown={view.onPointerDown}>
        {shown.nodes.length === 0 ? (
          <p className="msx-empty">No agent, step or call has arrived yet.</p>
        ) : (
          <svg
            width={layout.width * view.scale}
            height={layout.height * view.scale}
            viewBox={`0 0 ${layout.width} ${layout.height}`}
            role="group"
            aria-label={`Graph of ${plural(shown.nodes.length, "node")}; arrow keys walk`}
          >
            <ArrowHead id={arrow} />
            {layout.lanes.map((lane) => (
              <GraphLane
                key={`${lane.id ?? ""} ${lane.y}`} lane={lane} node={lane.id === null ? undefined : shown.lanes.get(lane.id)}
                isSelected={lane.id !== null && lane.id === selected} onSelect={select} onKey={onKey}
              />
            ))}
            <GraphEdges edges={shown.edges} layout={layout} selected={selected} arrow={arrow} />
            {shown.nodes.map((node) => {
              const at = places.get(node.id);
              return at && (
                <GraphNodeView
                  key={node.id} node={node} place={at} awaited={awaited.get(node.id)} isSelected={node.id === selected}
                  isReachable={node.id === reachable} onSelect={select} onKey={onKey} onFocus={setReached}
                />
              );
            })}
          </svg>
        )}
      </div>
    </section>
  );
}

/** Names of lanes are walked to like nodes, the first time that they stand there. */
function headsOf(layout: Layout, lanes: ReadonlyMap<string, GraphNode>): [string, Box][] {
  return [...lanes.keys()].flatMap((id) => {
    const head = headOf(layout, id);
    return head ? [[id, head]] : [];
  });
}

function ArrowHead({ id }: { id: string }): ReactNode {
  return (
    <defs>
      <marker id={id} viewBox="0 0 8 8" refX={7} refY={4} markerWidth={9} markerHeight={9} markerUnits="userSpaceOnUse" orient="auto">
        <path className="msx-arrow" d="M0,.7 7.3,4 0,7.3Z" />
      </marker>
    </defs>
  );
}
