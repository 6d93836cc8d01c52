import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { backoff, type Connection, Feed } from "../src/wire/feed.js";
import { Tokens } from "../src/wire/tokens.js";
import { Clock, settle } from "./clock.js";
import { FakeSocket } from "./making.js";

class Watched {
  sockets: FakeSocket[] = [];
  states: Connection[] = [];
  seen: string[] = [];
  refusals: boolean[] = [];
  token: string | Error = "old";
  readonly feed = new Feed({
    baseUrl: "http://h", missionId: "m", clientId: "c", after: "5", random: () => 0,
    tokens: new Tokens(async (isRefused) => {
      this.refusals.push(isRefused);
      if (this.token instanceof Error) throw this.token;
      return isRefused ? "new" : this.token;
    }),
    makeSocket: (address) => {
      const socket = new FakeSocket(new URL(address));
      this.sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    onConnection: (state) => this.states.push(state),
    onRecords: (records) => this.seen.push(...records.map((record) => record.change_seq)),
    onResync: () => this.seen.push("resync"),
  });
  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }
  async start(): Promise<this> {
    this.feed.start();
    await settle();
    return this;
  }
}

const clock = new Clock();
const pass = (ms: number): Promise<void> => clock.pass(ms);
const delta = (cursor: string): object => ({ type: "delta", cursor, records: [{ type: "span", change_seq: cursor }] });

beforeEach(() => clock.install());
afterEach(() => clock.uninstall());

test("it resumes after the last cursor it saw", async () => {
  const watched = await new Watched().start();
  assert.equal(watched.socket.address.searchParams.get("after"), "5");
  watched.socket.say({ type: "hello", cursor: "5" });
  watched.socket.say(delta("6"));
  watched.socket.say(delta("9"));
  watched.socket.end(1006);
  await pass(500);
  assert.equal(watched.socket.address.searchParams.get("after"), "9");
  watched.socket.say({ type: "hello", cursor: "9" });
  watched.socket.say(delta("10"));
  assert.deepEqual(watched.seen, ["6", "9", "10"]);
  assert.deepEqual(watched.states, ["connecting", "live", "lost", "connecting", "live"]);
});

test("each attempt waits longer, until one succeeds", async () => {
  const watched = await new Watched().start();
  for (const wait of [250, 500, 1_000, 2_000]) {
    const count = watched.sockets.length;
    watched.socket.end(1006);
    await pass(wait - 1);
    assert.equal(watched.sockets.length, count);
    await pass(1);
    assert.equal(watched.sockets.length, count + 1);
  }
  watched.socket.say({ type: "hello", cursor: "5" });
  watched.socket.end(1006);
  await pass(250);
  assert.equal(watched.sockets.length, 6);
  assert.equal(backoff(50, () => 1), 30_000);
});

test("a refused token is taken anew once, then it is over", async () => {
  const watched = await new Watched().start();
  watched.socket.end(4401);
  await pass(0);
  assert.deepEqual(watched.sockets.map((socket) => socket.address.searchParams.get("token")), ["old", "new"]);
  watched.socket.end(4401);
  await pass(60_000);
  assert.deepEqual([watched.states.at(-1), watched.sockets.length, watched.refusals.length], ["refused", 2, 2]);
});

test("a right taken away later is asked for anew as well", async () => {
  const watched = await new Watched().start();
  watched.socket.end(4401);
  await pass(0);
  watched.socket.say({ type: "hello", cursor: "5" });
  watched.socket.end(4401);
  await pass(0);
  assert.deepEqual(watched.refusals, [false, true, true]);
});

test("an unknown mission ends it; a host without a token for now does not", async () => {
  const gone = await new Watched().start();
  gone.socket.end(4404);
  await pass(60_000);
  assert.deepEqual([gone.states.at(-1), gone.sockets.length], ["missing", 1]);
  const waiting = new Watched();
  waiting.token = new Error("not logged in");
  await waiting.start();
  assert.deepEqual([waiting.sockets.length, waiting.states.at(-1)], [0, "lost"]);
  waiting.token = "old";
  await pass(250);
  assert.equal(waiting.sockets.length, 1);
});

test("pings are answered, and silence is taken for an end", async () => {
  const watched = await new Watched().start();
  watched.socket.say({ type: "ping" });
  assert.deepEqual(watched.socket.sent, ['{"type":"pong"}']);
  const silent = watched.socket;
  await pass(75_000);
  assert.ok(silent.isClosed);
  await pass(250);
  assert.equal(watched.sockets.length, 2);
});

test("a resync is passed on with its cursor kept; what a stopped feed hears is nothing", async () => {
  const watched = await new Watched().start();
  watched.socket.say({ type: "hello", cursor: "5" });
  watched.socket.say({ type: "resync", cursor: "3" });
  watched.socket.end(1006);
  await pass(250);
  assert.equal(watched.socket.address.searchParams.get("after"), "3");
  watched.feed.stop();
  watched.socket.say(delta("4"));
  watched.socket.end(1006);
  await pass(60_000);
  assert.deepEqual([watched.seen, watched.sockets.length], [["resync"], 2]);
});

test("it tries at once when told to hurry, and only then", async () => {
  const watched = await new Watched().start();
  watched.feed.hurry();
  await settle();
  assert.equal(watched.sockets.length, 1);
  watched.socket.end(1006);
  watched.feed.hurry();
  await settle();
  assert.equal(watched.sockets.length, 2);
});
