import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { MissionSession } from "../src/model/session.js";
import { INITIAL, type MissionState, reduce } from "../src/model/state.js";
import { Tokens } from "../src/wire/tokens.js";
import { Clock, settle } from "./clock.js";
import { FakeSocket, makeGraph, makeMission, makeNode, makeSpan } from "./making.js";

const clock = new Clock();
beforeEach(() => clock.install());
afterEach(() => clock.uninstall());

/** A session against answers that a test changes as it goes. */
class Watched {
  state: MissionState = INITIAL;
  asked: string[] = [];
  sockets: FakeSocket[] = [];
  status = 200;
  nodes = [makeNode("x")];
  changeSeq = "500";
  readonly session = new MissionSession({
    baseUrl: "http://h", missionId: "m", history: 100, tokens: new Tokens(() => "key"),
    onEvent: (event) => {
      this.state = reduce(this.state, event, 100);
    },
    fetch: (async (address: string) => this.answer(new URL(address).pathname)) as unknown as typeof fetch,
    makeSocket: (address) => {
      this.sockets.push(new FakeSocket(new URL(address)));
      return this.sockets.at(-1) as unknown as WebSocket;
    },
  });

  private answer(path: string): Response {
    this.asked.push(path);
    const graph = makeGraph(this.nodes);
    const body = path.endsWith("graph/") ? graph : path.endsWith("findings/") ? { results: [] } : makeMission({ change_seq: this.changeSeq });
    return { ok: this.status === 200, status: this.status, json: async () => body } as unknown as Response;
  }

  async start(): Promise<this> {
    this.session.start();
    await settle();
    return this;
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }

  say(...seqs: string[]): void {
    const records = seqs.map((seq) => ({ ...makeSpan(`s${seq}`), change_seq: seq }));
    this.socket.say({ type: "delta", cursor: seqs.at(-1), records });
  }
}

test("it reads all, then follows from a little in the past", async () => {
  const watched = await new Watched().start();
  assert.deepEqual([watched.state.phase, watched.asked.length], ["ready", 3]);
  assert.equal(watched.socket.address.searchParams.get("after"), "400");
  const young = new Watched();
  young.changeSeq = "7";
  await young.start();
  assert.equal(young.socket.address.searchParams.get("after"), "0");
});

test("what is older than what was read fills the tail and reads nothing again", async () => {
  const watched = await new Watched().start();
  watched.say("450", "500");
  await clock.pass(10_000);
  assert.deepEqual([watched.asked.length, watched.state.tail.lines.length], [3, 2]);
});

test("news reads the graph again, many at once only once, and those that come meanwhile once more", async () => {
  const watched = await new Watched().start();
  watched.nodes = [makeNode("x"), makeNode("y")];
  for (const seq of ["501", "502", "503"]) watched.say(seq);
  await clock.pass(300);
  assert.deepEqual([watched.asked.length, watched.state.graph?.nodes.length], [6, 2]);
  watched.say("504");
  await clock.pass(10_000);
  assert.equal(watched.asked.length, 9);
});

test("while MissionScope does not answer, what was read stays and is read again later", async () => {
  const watched = await new Watched().start();
  watched.status = 503;
  watched.say("501");
  await clock.pass(400);
  assert.deepEqual([watched.state.phase, watched.state.graph?.nodes.length], ["ready", 1]);
  watched.status = 200;
  watched.nodes = [];
  await clock.pass(60_000);
  assert.equal(watched.state.graph?.nodes.length, 0);
});

test("a mission that is not there yet is looked for again", async () => {
  const watched = new Watched();
  watched.status = 404;
  await watched.start();
  assert.deepEqual([watched.state.phase, watched.sockets.length], ["missing", 0]);
  watched.status = 200;
  await clock.pass(5_000);
  assert.deepEqual([watched.state.phase, watched.sockets.length], ["ready", 1]);
});

test("a refused token is final until somebody asks", async () => {
  const watched = new Watched();
  watched.status = 401;
  await watched.start();
  await clock.pass(600_000);
  assert.deepEqual([watched.state.phase, watched.asked.length], ["unauthorised", 6]);
});

test("a mission that goes away is looked for again; a resync reads all anew", async () => {
  const watched = await new Watched().start();
  watched.socket.say({ type: "resync", cursor: "90" });
  await clock.pass(1);
  assert.equal(watched.asked.length, 6);
  watched.socket.end(4404);
  assert.equal(watched.state.phase, "missing");
  await clock.pass(5_000);
  assert.deepEqual([watched.state.phase, watched.sockets.length], ["ready", 2]);
});

test("a base that is no address is said, and not tried again", async () => {
  const asked: string[] = [];
  const events: string[] = [];
  const session = new MissionSession({
    baseUrl: "javascript:1", missionId: "m", history: 1, tokens: new Tokens(() => null),
    onEvent: (event) => events.push(event.type === "trouble" ? event.reason : event.type),
    fetch: (async (address: string) => asked.push(address)) as unknown as typeof fetch,
  });
  session.start();
  await clock.pass(600_000);
  assert.deepEqual([asked, events], [[], ["The address of MissionScope must begin with http:// or https://."]]);
});

test("a stopped session says nothing more", async () => {
  const watched = await new Watched().start();
  watched.say("501");
  watched.session.stop();
  await clock.pass(60_000);
  assert.deepEqual([watched.asked.length, watched.socket.isClosed], [3, true]);
});
