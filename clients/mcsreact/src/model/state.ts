// What the panel knows of a mission, and how events change it. Pure.

import type { Connection } from "../wire/feed.js";
import type { Trouble } from "../wire/rest.js";
import type { Finding, LiveRecord, Mission, MissionGraphData, StepDetail } from "../wire/types.js";
import { addToTail, EMPTY_TAIL, type Tail } from "./tail.js";

export interface MissionState {
  /** loading until the first answer; ready from then on, also while the connection is lost. */
  phase: "loading" | "ready" | Trouble;
  /** Why there is nothing to show, when it is a Trouble. */
  reason: string;
  connection: Connection;
  mission: Mission | null;
  graph: MissionGraphData | null;
  findings: readonly Finding[];
  tail: Tail;
  /** Steps as live records told of them last, by id; a bounded number. */
  steps: ReadonlyMap<string, StepDetail>;
  /** Milliseconds since 1970 of what arrived last; null before. */
  heardMs: number | null;
}

export type MissionEvent =
  /** Read over REST; without the mission when a live record has brought a newer one meanwhile. */
  | { type: "read"; mission: Mission | null; graph: MissionGraphData; findings: Finding[]; nowMs: number }
  | { type: "records"; records: LiveRecord[]; nowMs: number }
  | { type: "resync" }
  | { type: "connection"; connection: Connection }
  | { type: "trouble"; trouble: Trouble; reason: string };

const MOST_STEPS = 500;

export const INITIAL: MissionState = {
  phase: "loading", reason: "", connection: "connecting", mission: null, graph: null, findings: [], tail: EMPTY_TAIL, steps: new Map(), heardMs: null,
};

export function reduce(state: MissionState, event: MissionEvent, tailLength: number): MissionState {
  switch (event.type) {
    case "read": {
      const { graph, findings, nowMs } = event;
      const mission = event.mission ?? state.mission;
      return { ...state, phase: "ready", reason: "", mission, graph, findings, heardMs: nowMs };
    }
    case "records":
      return {
        ...state, mission: lastMission(event.records) ?? state.mission, tail: addToTail(state.tail, event.records, tailLength),
        steps: keepSteps(state.steps, event.records), heardMs: event.nowMs,
      };
    case "resync":
      return { ...state, tail: EMPTY_TAIL, steps: INITIAL.steps };
    case "connection":
      return connected(state, event.connection);
    case "trouble":
      return troubled(state, event.trouble, event.reason);
  }
}

function connected(state: MissionState, connection: Connection): MissionState {
  // Lost stays lost while attempts are made: a sentence that comes and goes with each would only flicker.
  const shown = connection === "connecting" && state.connection === "lost" ? "lost" : connection;
  return { ...state, connection: shown };
}

/** What was read stays in sight while MissionScope only does not answer. */
function troubled(state: MissionState, trouble: Trouble, reason: string): MissionState {
  if (trouble === "unreachable" && state.phase === "ready") return { ...state, connection: "lost" };
  return { ...state, phase: trouble, reason };
}

function lastMission(records: readonly LiveRecord[]): Mission | undefined {
  return records.findLast((record) => record.type === "mission") as unknown as Mission | undefined;
}

/** The last of the steps that were told of, the one told of last at the end. */
function keepSteps(known: ReadonlyMap<string, StepDetail>, records: readonly LiveRecord[]): ReadonlyMap<string, StepDetail> {
  const told = records.filter((record) => record.type === "step" && typeof record.id === "string") as unknown as StepDetail[];
  if (told.length === 0) return known;
  const ids = new Set(told.map((step) => step.id));
  const before = [...known].filter(([id]) => !ids.has(id));
  const steps = new Map([...before, ...told.map((step) => [step.id, step] as const)]);
  return new Map([...steps].slice(-MOST_STEPS));
}
