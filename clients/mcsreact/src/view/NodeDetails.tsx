// What is known of the selected node, and what proves its edges.

import { type ReactNode, useMemo } from "react";

import { formatMoment, tookOf, UNKNOWN } from "../model/formats.js";
import { nodesByRef, refName, spanOfRef } from "../model/naming.js";
import { edgeWords, kindTint, kindWord } from "../model/words.js";
import { pageAddress } from "../wire/addresses.js";
import type { GraphEdge, GraphNode, Mission, MissionGraphData } from "../wire/types.js";
import { Glyph } from "./Glyph.js";
import { IconButton } from "./GraphTools.js";
import { Out } from "./Out.js";
import { StatusBadge } from "./StatusBadge.js";
import { type SpanSource, useSpan } from "./useSpan.js";

export interface NodeDetailsProps {
  node: GraphNode;
  graph: MissionGraphData;
  mission: Mission;
  source: SpanSource;
  onSelect: (id: string | null) => void;
}

const MOST_EDGES = 12;
const MOST_EVIDENCE = 3;

export function NodeDetails({ node, graph, mission, source, onSelect }: NodeDetailsProps): ReactNode {
  const ref = node.refs.find((each) => each.type === "span");
  const span = useSpan(source, ref);
  const isGhost = node.kind === "ghost";
  return (
    <section className="msx-details" aria-label={`Details of ${node.label}`}>
      <header className="msx-tools">
        <Glyph name={node.kind} className={`msx-kind-${kindTint(node.kind)}`} />
        <h3 className="msx-title msx-cut" title={node.label}>
          <bdi>{node.label}</bdi>
        </h3>
        {!isGhost && <StatusBadge status={node.effective_status} />}
        <IconButton glyph="close" label="Close the details" onClick={() => onSelect(null)} />
      </header>
      <div className="msx-details-body">
        {isGhost && <p className="msx-ghost-note">Something refers to this, but no record of it has arrived.</p>}
        {span?.status_message && <ErrorNote type={span.error_type} message={span.status_message} />}
        <dl className="msx-facts">
          <Fact name="kind" value={kindWord(node.kind)} />
          <Fact name="agent" value={node.agent_name} />
          <Fact name="service" value={span?.service_name ?? ""} />
          <Fact name="started" value={node.start_ns === null ? "" : formatMoment(node.start_ns)} />
          <Fact name="took" value={tookOf(node.start_ns, node.end_ns) ?? (isGhost ? "" : UNKNOWN)} />
          <Fact name="reported" value={node.status === "UNSET" ? "" : node.status.toLowerCase()} />
          <Fact name="folded" value={node.count > 1 ? `${node.count} pieces of work` : ""} />
        </dl>
        {ref && (
          <p>
            <Out href={pageAddress(source.baseUrl, mission.url, { span: ref })}>Open in MissionScope</Out>
          </p>
        )}
        <Edges {...{ node, graph, mission, source, onSelect }} />
      </div>
    </section>
  );
}

function ErrorNote({ type, message }: { type: string; message: string }): ReactNode {
  return (
    <p className="msx-error" dir="auto">
      {type && <strong>{type} </strong>}
      {message}
    </p>
  );
}

function Fact({ name, value }: { name: string; value: string }): ReactNode {
  if (value === "") return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </>
  );
}

function Edges(props: NodeDetailsProps): ReactNode {
  const { node, graph } = props;
  const edges = graph.edges.filter((edge) => edge.source === node.id || edge.target === node.id);
  if (edges.length === 0) return null;
  return (
    <>
      <h4 className="msx-subtitle">Edges and what proves them</h4>
      <ul className="msx-edge-list">
        {edges.slice(0, MOST_EDGES).map((edge) => (
          <EdgeLine key={`${edge.source} ${edge.target} ${edge.kind}`} edge={edge} {...props} />
        ))}
      </ul>
      {edges.length > MOST_EDGES && <p className="msx-dim">{`and ${edges.length - MOST_EDGES} more`}</p>}
    </>
  );
}

function EdgeLine({ edge, node, graph, mission, source, onSelect }: NodeDetailsProps & { edge: GraphEdge }): ReactNode {
  const byRef = useMemo(() => nodesByRef(graph.nodes), [graph]);
  const isOutgoing = edge.source === node.id;
  const otherId = isOutgoing ? edge.target : edge.source;
  const other = graph.nodes.find((each) => each.id === otherId);
  return (
    <li>
      <span className="msx-dim">{edgeWords(edge.kind, isOutgoing)}</span>{" "}
      <button type="button" className="msx-link" onClick={() => onSelect(otherId)}>
        <bdi>{other?.label ?? otherId}</bdi>
      </button>
      {edge.is_inferred && <span className="msx-inferred-word">inferred; no record says it</span>}
      {edge.evidence.length > 0 && (
        <span className="msx-evidence">
          <span className="msx-dim">evidence</span>
          {edge.evidence.slice(0, MOST_EVIDENCE).map((ref) => (
            <Out key={`${ref.type} ${ref.id}`} href={pageAddress(source.baseUrl, mission.url, { span: spanOfRef(ref, byRef) })}>
              {`${ref.type.replace("_", " ")} ${refName(ref, graph)}`}
            </Out>
          ))}
        </span>
      )}
    </li>
  );
}
