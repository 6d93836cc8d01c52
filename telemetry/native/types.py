"""All native records: the one source of validation and of the published schema."""

from telemetry.native.plan_records import Agent, HumanRequest, Mission, PlanRevision, Step, StepEdge
from telemetry.native.told_records import Error, Log, Snapshot, SnapshotPatch
from telemetry.native.work_records import LlmAttempt, LlmCall, Span, ToolCall

WorkRecord = Span | LlmCall | LlmAttempt | ToolCall
"""Become spans."""
ToldRecord = Log | Error
StateRecord = Snapshot | SnapshotPatch
PlanRecord = Mission | Agent | Step | StepEdge | PlanRevision | HumanRequest
"""Become log records that carry the record whole."""
AnyRecord = WorkRecord | ToldRecord | StateRecord | PlanRecord
TYPES: tuple[type, ...] = (
    Mission, Agent, Step, StepEdge, PlanRevision, LlmCall, LlmAttempt, ToolCall, Snapshot, SnapshotPatch, Log, Error,
    HumanRequest, Span,
)  # fmt: skip
