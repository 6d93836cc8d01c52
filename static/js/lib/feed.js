// A live feed over WebSocket that loses nothing: it resumes after the last cursor it saw, and waits longer each time.

/** Milliseconds until the next attempt: 0.5 s doubling to 30 s, spread so that pages do not come back all at once. */
export function backoff(attempt, random = Math.random) {
  const most = Math.min(30_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(most / 2 + (most / 2) * random());
}

/** The address with the cursor to resume from. */
export function feedAddress(path, cursor, page = location) {
  const address = new URL(path, page.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  if (cursor !== null && cursor !== "") address.searchParams.set("after", cursor);
  return address.href;
}

const FINAL_CODES = new Set([4401, 4404]);

/**
 * Feed({path, cursor, onRecords(records, cursor), onResync(cursor), onState(state)})
 * state: "connecting", "live", "offline" (will try again) or "ended" (no access, or gone).
 */
export class Feed {
  constructor({ path, cursor = null, onRecords, onResync, onState, makeSocket, schedule, cancel, silenceMs = 75_000 }) {
    this.path = path;
    this.cursor = cursor;
    this.handlers = { onRecords, onResync, onState };
    this.makeSocket = makeSocket ?? ((path, cursor) => new WebSocket(feedAddress(path, cursor)));
    this.schedule = schedule ?? ((run, ms) => setTimeout(run, ms));
    this.cancel = cancel ?? ((timer) => clearTimeout(timer));
    this.silenceMs = silenceMs;
    this.attempt = 0;
    this.socket = null;
    this.retry = null;
    this.watchdog = null;
    this.isStopped = false;
  }

  start() {
    this.isStopped = false;
    this.open();
  }

  stop() {
    this.isStopped = true;
    this.clearTimers();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** Try now: the network came back, or the page is seen again. */
  hurry() {
    if (this.isStopped || this.socket || this.retry === null) return;
    this.clearTimers();
    this.open();
  }

  open() {
    this.retry = null;
    this.handlers.onState("connecting");
    const socket = this.makeSocket(this.path, this.cursor);
    this.socket = socket;
    socket.addEventListener("message", (event) => this.socket === socket && this.receive(event.data));
    socket.addEventListener("close", (event) => this.socket === socket && this.closed(event));
    this.listen();
  }

  receive(text) {
    this.listen();
    const frame = JSON.parse(text);
    if (frame.type === "ping") {
      this.socket.send('{"type":"pong"}');
    } else if (frame.type === "hello") {
      this.attempt = 0;
      this.cursor = frame.cursor;
      this.handlers.onState("live");
    } else if (frame.type === "delta") {
      this.cursor = frame.cursor;
      this.handlers.onRecords(frame.records, frame.cursor);
    } else if (frame.type === "resync") {
      this.cursor = frame.cursor;
      this.handlers.onResync(frame.cursor);
    }
  }

  closed(event) {
    this.socket = null;
    this.clearTimers();
    if (this.isStopped) return;
    if (FINAL_CODES.has(event.code)) {
      this.handlers.onState("ended");
      return;
    }
    this.handlers.onState("offline");
    this.retry = this.schedule(() => this.open(), backoff(this.attempt));
    this.attempt += 1;
  }

  // A connection that died without a word is found by its silence: the server pings.
  listen() {
    if (this.watchdog !== null) this.cancel(this.watchdog);
    const socket = this.socket;
    this.watchdog = this.schedule(() => {
      if (this.socket !== socket) return;
      socket.close();
      this.closed({ code: 1006 });
    }, this.silenceMs);
  }

  clearTimers() {
    for (const timer of [this.retry, this.watchdog]) if (timer !== null) this.cancel(timer);
    this.retry = this.watchdog = null;
  }
}
