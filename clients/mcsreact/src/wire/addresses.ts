// Addresses of MissionScope. Pure. The token stands in none of them but the socket's, where a browser leaves no other way.

import type { Ref } from "./types.js";

const OTHER_NAMES: Record<string, string> = { ".": "~2e", "..": "~2e2e", summary: "~summary" };
const SPAN = /^([0-9a-f]{32})\/([0-9a-f]{16})$/;
const STEP = /^[0-9a-f]{16}$/;
/** The trace in which steps and agents of plans lie. */
const PLAN_TRACE = "0".repeat(32);

/** The base without a slash at its end. Throws a RangeError when it is no http(s) address. */
export function checkBase(base: string): string {
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    throw new RangeError("The address of MissionScope must begin with http:// or https://.");
  }
  const { origin, pathname } = new URL(base);
  return origin + pathname.replace(/\/+$/, "");
}

/** A mission's id as one segment of a path; ids that no path can hold have another name. */
export function missionSegment(id: string): string {
  return encodeURIComponent(Object.hasOwn(OTHER_NAMES, id) ? (OTHER_NAMES[id] as string) : id);
}

/** `part` is "", "graph/", "findings/" or the like. */
export function apiAddress(base: string, id: string, part = ""): string {
  return `${checkBase(base)}/api/v1/missions/${missionSegment(id)}/${part}`;
}

export interface SocketQuery {
  after: string;
  clientId: string;
  token: string | null;
}

export function socketAddress(base: string, id: string, { after, clientId, token }: SocketQuery): string {
  const address = new URL(`${checkBase(base)}/ws/missions/${missionSegment(id)}/`);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("after", after);
  address.searchParams.set("clientId", clientId);
  if (token) address.searchParams.set("token", token);
  return address.href;
}

export interface PageQuery {
  pane?: string;
  span?: Ref | undefined;
}

/** A mission's page in MissionScope: `url` is the path it gave; what leads elsewhere becomes its start page. */
export function pageAddress(base: string, url: string, { pane, span }: PageQuery = {}): string {
  const start = checkBase(base);
  const isPath = /^\/(?![/\\])/.test(url);
  const address = new URL(isPath ? start + url : `${start}/`);
  if (pane) address.searchParams.set("pane", pane);
  const key = span && spanKey(span);
  if (key) address.searchParams.set("span", key);
  return address.href;
}

/** A step of a plan as the row that it is among spans; null for what is no step's key. */
export const stepSpan = (key: string): Ref | null => (STEP.test(key) ? { type: "span", id: `${PLAN_TRACE}/${key}` } : null);

/** The key of the step or agent that a span stands for; null for spans that were sent. */
export function planKey(span: Ref | undefined): string | null {
  const match = span?.type === "span" ? SPAN.exec(span.id) : null;
  return match?.[1] === PLAN_TRACE ? (match[2] as string) : null;
}

/** The span of a reference as pages name it; null for what is no span. */
export function spanKey(ref: Ref): string | null {
  const match = ref.type === "span" ? SPAN.exec(ref.id) : null;
  return match ? `${match[1]}.${match[2]}` : null;
}
