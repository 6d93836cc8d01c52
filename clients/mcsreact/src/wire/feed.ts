// The live socket of one mission. It resumes after the last cursor it saw, so nothing is lost and nothing comes twice;
// it waits longer before each attempt, and asks for a new token once when the one it has is refused.

import { socketAddress } from "./addresses.js";
import { readFrame } from "./frames.js";
import type { Tokens } from "./tokens.js";
import type { LiveRecord } from "./types.js";

/** connecting; live; lost: it will try again; refused and missing: it will not. */
export type Connection = "connecting" | "live" | "lost" | "refused" | "missing";

export interface FeedHandlers {
  onRecords: (records: LiveRecord[]) => void;
  onResync: () => void;
  onConnection: (connection: Connection) => void;
}

export interface FeedOptions extends FeedHandlers {
  baseUrl: string;
  missionId: string;
  clientId: string;
  after: string;
  tokens: Tokens;
  makeSocket?: (address: string) => WebSocket;
  random?: () => number;
}

const REFUSED = 4401;
const MISSING = 4404;
const SILENCE_MS = 75_000;
const MOST_MS = 30_000;

/** Milliseconds before an attempt: half a second doubling to 30 s, spread so that pages do not come back at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const most = Math.min(MOST_MS, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(most / 2 + (most / 2) * random());
}

type Timer = ReturnType<typeof setTimeout>;

export class Feed {
  private cursor: string;
  private attempt = 0;
  private token: string | null = null;
  private isRefused = false;
  private isStopped = false;
  private socket: WebSocket | null = null;
  private retry: Timer | undefined;
  private watchdog: Timer | undefined;

  constructor(private readonly options: FeedOptions) {
    this.cursor = options.after;
  }

  start(): void {
    void this.open();
  }

  stop(): void {
    this.isStopped = true;
    this.clearTimers();
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  /** Try now: the network came back, or the page is seen again. */
  hurry(): void {
    if (this.retry === undefined || this.isStopped) return;
    this.clearTimers();
    void this.open();
  }

  private async open(): Promise<void> {
    this.retry = undefined;
    const { baseUrl, missionId, clientId, tokens, makeSocket = (address) => new WebSocket(address) } = this.options;
    this.options.onConnection("connecting");
    const hasToken = await this.takeToken(tokens);
    if (this.isStopped) return;
    if (!hasToken) {
      this.ended(0);
      return;
    }
    const { cursor: after, token } = this;
    const socket = makeSocket(socketAddress(baseUrl, missionId, { after, clientId, token }));
    this.socket = socket;
    socket.addEventListener("message", (event) => this.socket === socket && this.receive(event.data));
    socket.addEventListener("close", (event) => this.socket === socket && this.ended(event.code));
    this.listen();
  }

  /** False when the host could not give a token now. */
  private async takeToken(tokens: Tokens): Promise<boolean> {
    try {
      this.token = await (this.isRefused ? tokens.renew(this.token) : tokens.take());
      return true;
    } catch {
      return false;
    }
  }

  private receive(text: unknown): void {
    this.listen();
    const frame = readFrame(text);
    if (frame === null) return;
    if (frame.type === "ping") {
      this.socket?.send('{"type":"pong"}');
      return;
    }
    this.cursor = frame.cursor;
    if (frame.type === "hello") {
      this.attempt = 0;
      this.isRefused = false;
      this.options.onConnection("live");
    } else if (frame.type === "delta") {
      this.options.onRecords(frame.records);
    } else {
      this.options.onResync();
    }
  }

  private ended(code: number): void {
    this.socket = null;
    this.clearTimers();
    if (code === MISSING || (code === REFUSED && this.isRefused)) {
      this.options.onConnection(code === MISSING ? "missing" : "refused");
      return;
    }
    this.isRefused = code === REFUSED;
    this.options.onConnection("lost");
    const delay = this.isRefused ? 0 : backoff(this.attempt, this.options.random);
    this.retry = setTimeout(() => void this.open(), delay);
    this.attempt += 1;
  }

  /** A connection that died without a word is found by its silence: the server pings. */
  private listen(): void {
    clearTimeout(this.watchdog);
    const { socket } = this;
    this.watchdog = setTimeout(() => {
      if (this.socket !== socket) return;
      socket?.close();
      this.ended(0);
    }, SILENCE_MS);
  }

  private clearTimers(): void {
    clearTimeout(this.retry);
    clearTimeout(this.watchdog);
    this.retry = this.watchdog = undefined;
  }
}
