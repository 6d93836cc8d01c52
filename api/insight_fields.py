"""Shapes of what a mission means, for the schema: findings, agents, steps, questions, graph, critical path."""

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from api.fields import STATUSES, anything, count, flag, number, text, texts
from api.record_fields import RefSerializer

FindingSerializer = inline_serializer(
    "Finding",
    {
        "id": text(),
        "detector": text(),
        "severity": text(),
        "title": text(),
        "detail": text(),
        "opened_ns": number(),
        "closed_ns": number(),
        "is_root": flag(),
        "caused_by": text(null=True),
        "refs": RefSerializer(many=True),
    },
)
AgentSerializer = inline_serializer(
    "Agent",
    {
        "id": text(),
        "name": text(),
        "role": text(),
        "class": text(),
        "status": text(),
        "status_class": text(),
        "started_ns": number(),
        "ended_ns": number(),
    },
)
StepSerializer = inline_serializer(
    "Step",
    {
        "id": text(),
        "step_id": text("The sender's own text."),
        "agent_id": text(),
        "is_agent_inferred": flag("Taken from what it is part of."),
        "parent": text("Id of the step it is part of.", null=True),
        "parent_by": text("How that is known: stated, id or text.", null=True),
        "occurrence": count(),
        "depth": count("Steps it is part of."),
        "number": count("Its place in the plan that made it.", null=True),
        "verb": text(null=True),
        "description": text(null=True),
        "role": text("That was asked for.", null=True),
        "status": text("The sender's word; where only spans tell of it UNSET, OK or ERROR."),
        "effective_status": serializers.ChoiceField(STATUSES),
        "reason": text("Why it failed, waits or was given up.", null=True),
        "reason_code": text(null=True),
        "is_replaced": flag("Its result was a plan."),
        "created_ns": number(),
        "started_ns": number(),
        "ended_ns": number(),
        "dependencies": inline_serializer(
            "StepDependency",
            {
                "source": text("Id of a step, or of what nobody has."),
                "output_name": text(null=True),
                "input_name": text(null=True),
                "kind": text(),
                "satisfied": flag(),
                "is_inferred": flag(),
                "ghost": text("What was asked for, where no step has it.", null=True),
            },
            many=True,
        ),
        "inputs": anything(),
        "outputs_declared": texts(),
        "result": anything(),
        "retry_count": count(),
    },
)
HumanRequestSerializer = inline_serializer(
    "HumanRequest",
    {
        "id": text(),
        "agent_id": text(),
        "step_id": text(),
        "question": text(null=True),
        "asked_ns": number(),
        "answered_ns": number(),
        "answer": text(null=True),
        "status": serializers.ChoiceField(STATUSES),
    },
)
GraphSerializer = inline_serializer(
    "Graph",
    {
        "nodes": inline_serializer(
            "GraphNode",
            {
                "id": text(),
                "kind": text(),
                "label": text(),
                "agent_name": text(),
                "status": text("As reported; empty for lanes and ghosts."),
                "effective_status": text(),
                "start_ns": number(),
                "end_ns": number(),
                "parent": text("The lane it lies in.", null=True),
                "refs": RefSerializer(many=True),
                "called_by": text("The node whose work it is part of.", null=True),
                "count": count(),
                "detail": text("What a step is for, what an agent is after, why a ghost is one."),
                "ghost": text("unknown_step, undeclared_output, never_created or not_received; empty for others."),
                "step_id": text(),
                "occurrence": count("1 for the first step of that id; 0 for what is no step of a plan."),
                "occurrences": count("Steps of that id."),
                "depth": count("Plans above a step."),
                "plan_size": count("Steps that its plan made."),
                "hidden_count": count("Pieces of work below it that are folded away."),
                "hidden_failed": count(),
                "llm_calls": count(),
                "tool_calls": count(),
                "has_begun": flag(),
                "is_silent": flag("It failed and was reported as completed."),
                "is_replaced": flag("Its result was a plan."),
                "in_cycle": flag("It waits, by way of others, for itself."),
                "group": text("The fold it would lie in."),
                "is_expandable": flag(),
                "is_expanded": flag(),
            },
            many=True,
        ),
        "edges": inline_serializer(
            "GraphEdge",
            {
                "id": text(),
                "source": text(),
                "target": text(),
                "kind": text(),
                "label": text("Outputs that are taken, by name, or what led from one to the other."),
                "evidence": RefSerializer(many=True),
                "is_inferred": flag(),
                "count": count(),
                "why": text("What a tie of a plan rests on."),
                "satisfied": flag("What the target waits for is there; null where it waits for nothing.", null=True),
                "in_cycle": flag(),
            },
            many=True,
        ),
        "work_count": count(),
        "is_folded": flag(),
        "hidden_edge_count": count(),
        "has_plan": flag(),
    },
)
PathSerializer = inline_serializer(
    "CriticalPath",
    {
        "segments": inline_serializer(
            "PathSegment",
            {
                "span": inline_serializer("SpanKey", {"trace_id": text(), "span_id": text()}, allow_null=True),
                "start_ns": number(),
                "end_ns": number(),
                "class": text("llm, tool, queue, human, retry, agent or idle."),
            },
            many=True,
        ),
        "totals": serializers.DictField(child=serializers.CharField(), help_text="Class to nanoseconds."),
    },
)
