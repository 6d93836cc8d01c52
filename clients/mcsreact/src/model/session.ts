// One mission followed: read over REST, then live. It calls back with events; whoever listens keeps the state.

import { apiAddress } from "../wire/addresses.js";
import { backoff, type Connection, Feed, type FeedOptions } from "../wire/feed.js";
import { ReadError, readJson } from "../wire/rest.js";
import type { Tokens } from "../wire/tokens.js";
import type { Finding, LiveRecord, Mission, MissionGraphData } from "../wire/types.js";
import type { MissionEvent } from "./state.js";

export interface SessionOptions {
  baseUrl: string;
  missionId: string;
  tokens: Tokens;
  /** How many of the last changes the tail begins with. */
  history: number;
  onEvent: (event: MissionEvent) => void;
  fetch?: typeof fetch;
  makeSocket?: FeedOptions["makeSocket"];
}

const RENEW_MS = 1_200;
const MISSING_MS = 5_000;
/** Records that change graph or findings. */
const RENEWS = new Set(["span", "llm_call", "tool_call", "step", "finding", "mission"]);

type Timer = ReturnType<typeof setTimeout>;

export class MissionSession {
  private readonly abort = new AbortController();
  private feed: Feed | null = null;
  private retry: Timer | undefined;
  private renewal: Timer | undefined;
  private attempt = 0;
  private missionsHeard = 0;
  private isRenewing = false;
  private isStale = false;

  constructor(private readonly options: SessionOptions) {}

  start(): void {
    void this.begin();
  }

  stop(): void {
    this.abort.abort();
    clearTimeout(this.retry);
    clearTimeout(this.renewal);
    this.feed?.stop();
  }

  /** Try now whatever is being waited for. */
  hurry(): void {
    this.feed?.hurry();
    if (this.retry === undefined) return;
    clearTimeout(this.retry);
    void this.begin();
  }

  private async begin(): Promise<void> {
    this.retry = undefined;
    try {
      const mission = await this.readAll();
      this.attempt = 0;
      this.follow(mission);
    } catch (error) {
      this.failed(error);
    }
  }

  private async readAll(): Promise<Mission> {
    const heard = this.missionsHeard;
    const [mission, graph, page] = await Promise.all([
      this.read<Mission>(""),
      this.read<MissionGraphData>("graph/"),
      this.read<{ results: Finding[] }>("findings/"),
    ]);
    const isNewest = heard === this.missionsHeard;
    const { results: findings } = page;
    this.options.onEvent({ type: "read", mission: isNewest ? mission : null, graph, findings, nowMs: Date.now() });
    return mission;
  }

  private read<T>(part: string): Promise<T> {
    const { baseUrl, missionId, tokens, fetch: send } = this.options;
    const reader = { tokens, signal: this.abort.signal, ...(send && { fetch: send }) };
    return readJson<T>(apiAddress(baseUrl, missionId, part), reader);
  }

  /** A stopped session says nothing; what cannot be helped by waiting is not tried again. */
  private failed(error: unknown): void {
    if (this.abort.signal.aborted) return;
    const known = error instanceof ReadError ? error : new ReadError("unreachable", String((error as Error).message ?? error));
    this.options.onEvent({ type: "trouble", trouble: known.trouble, reason: known.message });
    if (known.trouble === "unauthorised" || error instanceof RangeError) return;
    const delay = known.trouble === "missing" ? MISSING_MS : backoff(this.attempt);
    this.attempt += 1;
    this.retry = setTimeout(() => void this.begin(), delay);
  }

  /** The socket begins a little in the past: the tail is not empty when one comes. */
  private follow(mission: Mission): void {
    if (this.abort.signal.aborted) return;
    const { baseUrl, missionId, tokens, history, makeSocket } = this.options;
    const begin = BigInt(mission.change_seq) - BigInt(history);
    this.feed?.stop();
    this.feed = new Feed({
      baseUrl, missionId, tokens,
      clientId: newClientId(),
      after: String(begin > 0n ? begin : 0n),
      onRecords: (records) => this.received(records, mission.change_seq),
      onResync: () => this.resync(),
      onConnection: (connection) => this.connection(connection),
      ...(makeSocket && { makeSocket }),
    });
    this.feed.start();
  }

  private connection(connection: Connection): void {
    this.options.onEvent({ type: "connection", connection });
    if (connection === "refused") this.failed(new ReadError("unauthorised", "MissionScope does not accept this token."));
    if (connection === "missing") this.failed(new ReadError("missing", "There is no such mission any more."));
  }

  private received(records: LiveRecord[], readTo: string): void {
    this.missionsHeard += records.filter((record) => record.type === "mission").length;
    this.options.onEvent({ type: "records", records, nowMs: Date.now() });
    const isNews = records.some((record) => RENEWS.has(record.type) && BigInt(record.change_seq) > BigInt(readTo));
    if (isNews) this.renewSoon(RENEW_MS / 4);
  }

  private resync(): void {
    this.options.onEvent({ type: "resync" });
    this.renewSoon(0);
  }

  /** Graph and findings are made anew for each answer: they are read again, not often, once more if news came since. */
  private renewSoon(delay: number): void {
    this.isStale = true;
    if (this.isRenewing || this.renewal !== undefined) return;
    this.renewal = setTimeout(() => void this.renew(), delay);
  }

  private async renew(): Promise<void> {
    this.renewal = undefined;
    this.isRenewing = true;
    this.isStale = false;
    const beganMs = Date.now();
    let delay = RENEW_MS;
    try {
      await this.readAll();
      this.attempt = 0;
      delay = Math.max(RENEW_MS, 3 * (Date.now() - beganMs));
    } catch (error) {
      delay = this.failedRenewal(error);
    }
    this.isRenewing = false;
    if (this.isStale && !this.abort.signal.aborted) this.renewSoon(delay);
  }

  /** What was shown stays while there is no answer; what is refused for good ends the feed. Gives when to try again. */
  private failedRenewal(error: unknown): number {
    const isPassing = error instanceof ReadError && error.trouble === "unreachable";
    this.isStale = isPassing;
    if (!isPassing) {
      this.feed?.stop();
      this.failed(error);
    }
    return backoff(this.attempt++);
  }
}

/** A random id; `crypto.randomUUID` is there on secure pages only. */
function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
