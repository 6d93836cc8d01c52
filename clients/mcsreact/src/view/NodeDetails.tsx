// What is known of the selected node, and what proves its edges.

import { type ReactNode, useMemo } from "react";

import { formatMoment, tookOf, UNKNOWN } from "../model/formats.js";
import { findAwaited, ghostWord, isPlanned, lookOf, stateWords } from "../model/step_words.js";
import { kindTint, kindWord } from "../model/words.js";
import { pageAddress, planKey } from "../wire/addresses.js";
import type { GraphNode, Mission, MissionGraphData, StepDetail } from "../wire/types.js";
import { EdgeList } from "./EdgeList.js";
import { Glyph } from "./Glyph.js";
import { IconButton } from "./GraphTools.js";
import { Out } from "./Out.js";
import { StatusBadge } from "./StatusBadge.js";
import { StepValues } from "./StepValues.js";
import { type SpanSource, useSpan } from "./useSpan.js";
import { useStep } from "./useStep.js";

export interface NodeDetailsProps {
  node: GraphNode;
  graph: MissionGraphData;
  mission: Mission;
  source: SpanSource;
  /** Steps as live records told of them, by id: what is not among them is read. */
  steps?: ReadonlyMap<string, StepDetail>;
  onSelect: (id: string | null) => void;
}

export function NodeDetails({ node, graph, mission, source, steps, onSelect }: NodeDetailsProps): ReactNode {
  const isGhost = node.kind === "ghost";
  const ref = isGhost ? undefined : node.refs.find((each) => each.type === "span");
  const key = planKey(ref);
  const stepKey = isPlanned(node) ? key : null;
  const span = useSpan(source, key === null ? ref : undefined);
  const step = useStep(source, stepKey, stepKey === null ? undefined : steps?.get(stepKey));
  const awaited = useMemo(() => findAwaited(graph.edges).get(node.id), [graph, node.id]);
  return (
    <section className="msx-details" aria-label={`Details of ${node.label}`}>
      <header className="msx-tools">
        <Glyph name={node.kind} className={`msx-kind-${kindTint(node.kind)}`} />
        <h3 className="msx-title msx-cut" title={node.label}>
          <bdi>{node.label}</bdi>
        </h3>
        {!isGhost && <StatusBadge status={lookOf(node)} />}
        <IconButton glyph="close" label="Close the details" onClick={() => onSelect(null)} />
      </header>
      <div className="msx-details-body">
        {isGhost && <p className="msx-ghost-note">{node.detail || "Something refers to this, but no record of it has arrived."}</p>}
        {span?.status_message && <ErrorNote type={span.error_type} message={span.status_message} />}
        {step?.reason && node.effective_status === "failed" && <ErrorNote type={step.reason_code ?? ""} message={step.reason} />}
        {!isGhost && node.detail !== "" && (
          <p className="msx-about" dir="auto">
            {step?.description || node.detail}
          </p>
        )}
        <dl className="msx-facts">
          <Fact name="kind" value={kindWord(node.kind)} />
          {isGhost && <Fact name="why" value={ghostWord(node)} />}
          {isPlanned(node) && <Fact name="state" value={stateWords(node, awaited).join(" · ")} />}
          {step?.reason && node.effective_status !== "failed" && <Fact name="because" value={step.reason} />}
          <Fact name="agent" value={node.parent === null ? "" : node.agent_name} />
          <Fact name="service" value={span?.service_name ?? ""} />
          <Fact name={node.has_begun ? "started" : "made"} value={node.start_ns === null ? "" : formatMoment(node.start_ns)} />
          <Fact name="took" value={tookOf(node.start_ns, node.end_ns) ?? (isGhost || isPlanned(node) ? "" : UNKNOWN)} />
          <Fact name="reported" value={node.status === "UNSET" ? "" : node.status.toLowerCase()} />
          <Fact name="occurrence" value={node.occurrences > 1 ? `${node.occurrence} of ${node.occurrences} with this id` : ""} />
          <Fact name="tried again" value={step !== null && step.retry_count > 0 ? `${step.retry_count} ×` : ""} />
          <Fact name={node.parent === null && !isGhost ? "holds" : "folded"} value={node.count > 1 ? `${node.count} pieces of work` : ""} />
        </dl>
        {ref && (
          <p>
            <Out href={pageAddress(source.baseUrl, mission.url, { span: ref })}>Open in MissionScope</Out>
          </p>
        )}
        {step && <StepValues step={step} />}
        <EdgeList {...{ node, graph, mission, baseUrl: source.baseUrl, onSelect }} />
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
