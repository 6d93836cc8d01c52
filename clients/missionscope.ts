/**
 * Sends what an agent program does to MissionScope, in the background. One file, no dependencies, Node 18+ and browsers.
 *
 *     import * as missionscope from "./missionscope";      // Node reads MISSIONSCOPE_URL and MISSIONSCOPE_KEY
 *     missionscope.configure({ url, key });                // browsers are told
 *     missionscope.mission("m-1", { name: "Write the weekly report" });
 *     missionscope.llmCall({ mission_id: "m-1", id: "call-1", model: "gpt-4o", input_messages, start_ns: missionscope.now() });
 *     missionscope.llmCall({ mission_id: "m-1", id: "call-1", output_messages, end_ns: missionscope.now() });
 *
 * Without url and key every function does nothing. No function throws or waits for the network. What does not fit the
 * queue is left out, counted (`droppedCount`) and told to MissionScope. All fields: GET /api/v1/ingest/schema.
 * Before `process.exit()`, which leaves no time to send: `await missionscope.close()`.
 */

export type Id = string | number;
export type Fields = Record<string, unknown>;
export type Stage7Door = "storeData" | "statistics" | "brain" | "plugins" | "messages";

export interface Options {
  /** Of the server, e.g. http://127.0.0.1:8700. Default in Node: MISSIONSCOPE_URL. */
  url?: string;
  /** API key of the project, with the scope to send. Default in Node: MISSIONSCOPE_KEY. */
  key?: string;
  /** The program that sends. Default in Node: MISSIONSCOPE_SERVICE. */
  serviceName?: string;
  flushEveryMs?: number;
  timeoutMs?: number;
  exitTimeoutMs?: number;
  mostRecords?: number;
  /** Characters of JSON that may wait. */
  mostCharacters?: number;
}

interface Line {
  path: string;
  text: string;
}

interface Outcome {
  /** 0: no answer. */
  status: number;
  retryAfterMs: number;
}

const NATIVE_PATH = "/api/v1/ingest";
const STAGE7_PATH = "/api/v1/stage7/";
const BATCH_RECORDS = 500;
const BATCH_CHARACTERS = 4_000_000;
const COMPRESS_FROM = 2_000;
/** Browsers let a page that is being closed send so many bytes. */
const LAST_BYTES = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const TOO_LARGE = 413;
const TRY_AGAIN = new Set([0, 408, 425, 429, 500, 502, 503, 504]);
/** Records that tell their own beginning and end; the others get the time at which they were made. */
const WORK = new Set(["span", "llm_call", "llm_attempt", "tool_call"]);

interface NodeProcess {
  env?: Record<string, string | undefined>;
  on?: (event: string, listener: () => void) => void;
}
const node: NodeProcess | undefined = (globalThis as { process?: NodeProcess }).process;

/** What OpenTelemetry's API leaves where every copy of it finds it. */
interface Telemetry {
  context?: { active(): unknown };
  propagation?: { inject(context: unknown, into: Fields, setter: { set: typeof setField }): void };
}

function setField(into: Fields, name: string, value: string): void {
  into[name] = value;
}

/** The `traceparent` of what is going on, where OpenTelemetry is: it ties that trace to the mission of what is told. */
function findTraceparent(): unknown {
  try {
    const api = (globalThis as Record<symbol, Telemetry | undefined>)[Symbol.for("opentelemetry.js.api.1")];
    const found: Fields = {};
    if (api?.context) api.propagation?.inject(api.context.active(), found, { set: setField });
    return found.traceparent;
  } catch {
    return undefined; // the record matters more
  }
}

function withTrace(item: unknown): unknown {
  if (typeof item !== "object" || item === null || Object.getPrototypeOf(item) !== Object.prototype) return item;
  const traceparent = findTraceparent();
  return traceparent === undefined ? item : { traceparent, ...item };
}

/** The time as records want it. */
export function now(): string {
  return new Date().toISOString();
}

/** A bounded queue that is sent in the background. */
export class Client {
  readonly isEnabled: boolean;
  /** Records that were left out: the queue was full, or they could not be sent or written as JSON. */
  droppedCount = 0;
  /** Records that MissionScope refused; the console says why. */
  rejectedCount = 0;

  private readonly options: Required<Options>;
  private queue: Line[] = [];
  private queuedCharacters = 0;
  private untold = 0;
  private isClosing = false;
  private sending: Promise<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private skipPause: (() => void) | undefined;

  constructor(options: Options = {}) {
    this.options = {
      url: (options.url ?? node?.env?.MISSIONSCOPE_URL ?? "").replace(/\/+$/, ""),
      key: options.key ?? node?.env?.MISSIONSCOPE_KEY ?? "",
      serviceName: options.serviceName ?? node?.env?.MISSIONSCOPE_SERVICE ?? "",
      flushEveryMs: options.flushEveryMs ?? 1_000,
      timeoutMs: options.timeoutMs ?? 5_000,
      exitTimeoutMs: options.exitTimeoutMs ?? 3_000,
      mostRecords: options.mostRecords ?? 10_000,
      mostCharacters: options.mostCharacters ?? 64_000_000,
    };
    this.isEnabled = Boolean(this.options.url && this.options.key);
    if (this.isEnabled) this.sendAtExit();
  }

  /** A typed record; fields that are undefined are left out. */
  record(type: string, fields: Fields): void {
    if (!this.isEnabled) return;
    const whole: Fields = { type, ...(this.options.serviceName ? { service_name: this.options.serviceName } : {}) };
    if (!WORK.has(type)) whole.time_ns = now();
    for (const name in fields) if (fields[name] !== undefined) whole[name] = fields[name];
    this.put(NATIVE_PATH, whole);
  }

  /** An object in stage7's own shape. */
  stage7(door: Stage7Door, item: unknown): void {
    if (this.isEnabled) this.put(STAGE7_PATH + door, item);
  }

  /** Resolves once all is sent, at the latest after so long: to whether it is. Never rejects. */
  async flush(timeoutMs = 5_000): Promise<boolean> {
    let isLate = false;
    let stop = (): void => undefined;
    const late = new Promise<void>((resolve) => (stop = resolve));
    const timer = setTimeout(() => ((isLate = true), stop()), timeoutMs);
    this.skipPause?.();
    while (!isLate && (this.queue.length || this.sending)) {
      this.start();
      await Promise.race([this.sending, late]);
    }
    clearTimeout(timer);
    return !this.queue.length && !this.sending;
  }

  /** Send what waits, and take no more. */
  async close(timeoutMs = this.options.exitTimeoutMs): Promise<boolean> {
    this.isClosing = true;
    return this.flush(timeoutMs);
  }

  private put(path: string, item: unknown): void {
    try {
      const text = encode(withTrace(item));
      const isFull =
        this.queue.length >= this.options.mostRecords ||
        this.queuedCharacters + text.length > this.options.mostCharacters;
      if (isFull || this.isClosing) return this.drop(1);
      this.queue.push({ path, text });
      this.queuedCharacters += text.length;
      if (this.queue.length >= BATCH_RECORDS) this.start();
      else this.startLater();
    } catch {
      this.drop(1); // the program that is watched must not notice
    }
  }

  private drop(count: number): void {
    this.droppedCount += count;
    this.untold += count;
  }

  private startLater(): void {
    if (this.timer !== undefined || this.sending) return;
    this.timer = setTimeout(() => this.start(), this.options.flushEveryMs);
    letExit(this.timer);
  }

  private start(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    if (this.sending || !this.queue.length) return;
    this.sending = this.sendAll().finally(() => {
      this.sending = undefined;
    });
  }

  private async sendAll(): Promise<void> {
    while (this.queue.length) {
      const lines = this.take(BATCH_RECORDS, BATCH_CHARACTERS);
      try {
        await this.deliver(lines);
      } catch {
        this.drop(lines.length);
      }
    }
  }

  /** The next lines for one path; the first alone may be larger than a batch. */
  private take(most: number, mostCharacters: number): Line[] {
    const path = this.queue[0].path;
    let count = 0;
    let size = 0;
    for (const line of this.queue) {
      if (count === most || line.path !== path || (count && size + line.text.length > mostCharacters)) break;
      count += 1;
      size += line.text.length;
    }
    this.queuedCharacters -= size;
    const lines = this.queue.splice(0, count);
    if (this.untold && path === NATIVE_PATH) lines.push({ path, text: this.tellDropped() });
    return lines;
  }

  private tellDropped(): string {
    const body = `The sender left out ${this.untold} record(s): more came than could be sent.`;
    this.untold = 0;
    const service = this.options.serviceName ? { service_name: this.options.serviceName } : {};
    return encode({ type: "log", severity: "warn", body, time_ns: now(), ...service });
  }

  /** Send until it is taken or refused for good. */
  private async deliver(lines: Line[]): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const { status, retryAfterMs } = await this.post(lines);
      if (status === TOO_LARGE && lines.length > 1) {
        const half = lines.length >> 1;
        await this.deliver(lines.slice(0, half));
        return this.deliver(lines.slice(half));
      }
      if (!TRY_AGAIN.has(status)) {
        if (status >= 300) this.lose(lines.length, `status ${status}`);
        return;
      }
      const wanted = Math.max(retryAfterMs, pauseMs * (0.7 + 0.6 * Math.random()));
      await this.pause(Math.min(wanted, this.isClosing ? this.options.exitTimeoutMs / 4 : LONGEST_PAUSE_MS));
    }
  }

  private async pause(ms: number): Promise<void> {
    await Promise.race([sleep(ms), new Promise<void>((resolve) => (this.skipPause = resolve))]);
    this.skipPause = undefined;
  }

  private async post(lines: Line[]): Promise<Outcome> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), this.options.timeoutMs);
    try {
      const text = lines.map((line) => line.text).join("\n");
      const body = text.length < COMPRESS_FROM ? undefined : await compress(text);
      const answer = await fetch(this.options.url + lines[0].path, {
        method: "POST",
        headers: this.headers(body !== undefined),
        body: body ?? text,
        signal: stop.signal,
      });
      await this.readAnswer(answer);
      return { status: answer.status, retryAfterMs: 1_000 * (Number(answer.headers.get("retry-after")) || 0) };
    } catch {
      return { status: 0, retryAfterMs: 0 };
    } finally {
      clearTimeout(timer);
    }
  }

  private headers(isCompressed: boolean): Record<string, string> {
    return {
      Authorization: `Bearer ${this.options.key}`,
      "Content-Type": "application/x-ndjson",
      ...(isCompressed ? { "Content-Encoding": "gzip" } : {}),
    };
  }

  /** Tell the developer which records were refused, and why. */
  private async readAnswer(answer: Response): Promise<void> {
    const told = (await answer.json().catch(() => undefined)) as { rejected?: { detail?: string }[] } | undefined;
    const rejected = (answer.status === 200 && told?.rejected) || [];
    if (!rejected.length) return;
    this.rejectedCount += rejected.length;
    console.warn(`missionscope: ${rejected.length} record(s) were refused, e.g.: ${rejected[0].detail}`);
  }

  private lose(count: number, reason: string): void {
    this.drop(count);
    console.warn(`missionscope: ${count} record(s) were not taken: ${reason}`);
  }

  private sendAtExit(): void {
    if (node?.on) {
      let isOver = false;
      node.on("beforeExit", () => {
        if (isOver || !(this.queue.length || this.sending)) return;
        isOver = true;
        void this.close();
      });
    } else if (typeof addEventListener === "function") {
      addEventListener("pagehide", () => this.sendLast());
    }
  }

  /** What fits into the last bytes that a browser sends for a page that is gone. */
  private sendLast(): void {
    while (this.queue.length) {
      const lines = this.take(BATCH_RECORDS, LAST_BYTES / 4);
      const body = lines.map((line) => line.text).join("\n");
      const request = { method: "POST", headers: this.headers(false), body, keepalive: true };
      void fetch(this.options.url + lines[0].path, request).catch(() => this.drop(lines.length));
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => letExit(setTimeout(resolve, ms)));
}

/** In Node: a timer that does not keep the program running. */
function letExit(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}

/** JSON on one line. What JSON cannot hold is written as text; of a circular record its own plain fields are kept. */
function encode(item: unknown): string {
  try {
    return JSON.stringify(item, plain) ?? "null";
  } catch {
    const ancestors = new Set<unknown>();
    return JSON.stringify(item, (name, value) => {
      const known = plain(name, value);
      if (typeof known !== "object" || known === null) return known;
      if (ancestors.has(known)) return "[seen before]";
      ancestors.add(known);
      return known;
    });
  }
}

function plain(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return String(value).slice(0, 200);
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  return value;
}

async function compress(text: string): Promise<ArrayBuffer | undefined> {
  if (typeof CompressionStream === "undefined") return undefined;
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

let client: Client | undefined;

/** Make the client that the functions below use; what the one before held is sent. */
export function configure(options: Options = {}): Client {
  void client?.close();
  return (client = new Client(options));
}

function current(): Client {
  return (client ??= new Client());
}

/** A record of any type. */
export const record = (type: string, fields: Fields): void => current().record(type, fields);
/** What is known of a mission now: name, goal, status, user_id. */
export const mission = (mission_id: Id, fields: Fields = {}): void => record("mission", { mission_id, ...fields });
/** What is known of an agent now: mission_id, agent_name, role, status, parent_agent_id. */
export const agent = (agent_id: Id, fields: Fields = {}): void => record("agent", { agent_id, ...fields });
/** What is known of a step now: mission_id, agent_id, verb, description, status, dependencies, inputs, result. */
export const step = (step_id: Id, fields: Fields = {}): void => record("step", { step_id, ...fields });
/** A connection of two steps: mission_id, kind, output_name, input_name. */
export const stepEdge = (source_step_id: Id, target_step_id: Id, fields: Fields = {}): void =>
  record("step_edge", { source_step_id, target_step_id, ...fields });
/** A plan at one stage: mission_id, agent_id, step_id, stage, errors, warnings, transformations. */
export const planRevision = (plan: unknown, fields: Fields = {}): void => record("plan_revision", { plan, ...fields });
/** A model call, or its start or end: mission_id, id, model, input_messages, output_messages, input_tokens ... */
export const llmCall = (fields: Fields): void => record("llm_call", fields);
/** One try at a model call: call_id, attempt, and what a model call has. */
export const llmAttempt = (fields: Fields): void => record("llm_attempt", fields);
/** A run of a tool, or its start or end: mission_id, id, tool_name, tool_call_id, arguments, result, error. */
export const toolCall = (fields: Fields): void => record("tool_call", fields);
/** Any other work, or its start or end: mission_id, id, parent_id, name, kind, start_ns, end_ns, error. */
export const span = (fields: Fields): void => record("span", fields);
/** The whole state of an agent now: mission_id, agent_name, step_id. */
export const snapshot = (state: unknown, fields: Fields = {}): void => record("snapshot", { state, ...fields });
/** What changed in it, as RFC 6902 operations. */
export const snapshotPatch = (operations: unknown[], fields: Fields = {}): void =>
  record("snapshot_patch", { operations, ...fields });
/** A log line: mission_id, severity, parent_id. */
export const log = (body: unknown, fields: Fields = {}): void => record("log", { body, ...fields });
/** Something that went wrong: mission_id, error_type, stacktrace, parent_id. An Error tells its own type and stack. */
export const error = (problem: unknown, fields: Fields = {}): void => {
  const own = problem instanceof Error ? { error_type: problem.name, stacktrace: problem.stack } : {};
  record("error", { message: problem instanceof Error ? problem.message : String(problem), ...own, ...fields });
};
/** A question to a person, or its answer: mission_id, step_id, question, answer, asked_ns, answered_ns. */
export const humanRequest = (id: Id, fields: Fields = {}): void => record("human_request", { id, ...fields });
/** An object in stage7's own shape. */
export const stage7 = (door: Stage7Door, item: unknown): void => current().stage7(door, item);
/** Resolves once all is sent, at the latest after so long: to whether it is. */
export const flush = (timeoutMs?: number): Promise<boolean> => current().flush(timeoutMs);
/** Send what waits, and take no more. */
export const close = (timeoutMs?: number): Promise<boolean> => current().close(timeoutMs);
