import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff, Feed, feedAddress } from "../../../static/js/lib/feed.js";

/** A feed whose sockets and clock the test holds in its hands. */
function makeFeed({ cursor = "7" } = {}) {
  const world = { sockets: [], timers: [], states: [], records: [], resyncs: [] };
  const feed = new Feed({
    path: "/ws/missions/",
    cursor,
    onRecords: (records, at) => world.records.push([records, at]),
    onResync: (at) => world.resyncs.push(at),
    onState: (state) => world.states.push(state),
    makeSocket: (path, after) => {
      const listeners = {};
      const socket = {
        after,
        sent: [],
        isClosed: false,
        addEventListener: (name, listen) => (listeners[name] = listen),
        send: (text) => socket.sent.push(text),
        close: () => (socket.isClosed = true),
        say: (frame) => listeners.message({ data: JSON.stringify(frame) }),
        drop: (code) => listeners.close({ code }),
      };
      world.sockets.push(socket);
      return socket;
    },
    schedule: (run, ms) => world.timers.push({ run, ms, isCancelled: false }) - 1,
    cancel: (timer) => (world.timers[timer].isCancelled = true),
  });
  world.due = () => world.timers.filter((timer) => !timer.isCancelled);
  world.fire = (timer) => {
    timer.isCancelled = true;
    timer.run();
  };
  return { feed, world };
}

test("it resumes after the last cursor it saw, so that nothing is missed", () => {
  const { feed, world } = makeFeed();
  feed.start();
  assert.equal(world.sockets[0].after, "7");
  world.sockets[0].say({ type: "hello", cursor: "7" });
  world.sockets[0].say({ type: "delta", cursor: "9", records: [{ type: "mission", id: "a" }] });
  world.sockets[0].drop(1006);
  world.fire(world.due()[0]);
  assert.equal(world.sockets[1].after, "9");
  assert.deepEqual(world.records, [[[{ type: "mission", id: "a" }], "9"]]);
  assert.deepEqual(world.states, ["connecting", "live", "offline", "connecting"]);
});

test("a ping is answered with a pong", () => {
  const { feed, world } = makeFeed();
  feed.start();
  world.sockets[0].say({ type: "ping" });
  assert.deepEqual(world.sockets[0].sent, ['{"type":"pong"}']);
});

test("a resync moves the cursor and asks for everything", () => {
  const { feed, world } = makeFeed();
  feed.start();
  world.sockets[0].say({ type: "resync", cursor: "40" });
  assert.deepEqual(world.resyncs, ["40"]);
  assert.equal(feed.cursor, "40");
});

test("it waits longer after each failure and afresh once it was live", () => {
  const { feed, world } = makeFeed();
  feed.start();
  for (let round = 0; round < 3; round++) {
    world.sockets.at(-1).drop(1006);
    world.fire(world.due().at(-1));
  }
  assert.equal(feed.attempt, 3);
  world.sockets.at(-1).say({ type: "hello", cursor: "8" });
  assert.equal(feed.attempt, 0);
});

test("without access, or when the mission is gone, it ends", () => {
  for (const code of [4401, 4404]) {
    const { feed, world } = makeFeed();
    feed.start();
    world.sockets[0].drop(code);
    assert.equal(world.states.at(-1), "ended");
    assert.equal(world.due().length, 0);
  }
});

test("being too slow is no end: it resumes", () => {
  const { feed, world } = makeFeed();
  feed.start();
  world.sockets[0].drop(4408);
  assert.equal(world.states.at(-1), "offline");
  assert.equal(world.due().length, 1);
});

test("silence longer than the pings allow counts as a lost connection", () => {
  const { feed, world } = makeFeed();
  feed.start();
  world.fire(world.due()[0]);
  assert.equal(world.sockets[0].isClosed, true);
  assert.equal(world.states.at(-1), "offline");
});

test("hurry opens at once instead of waiting, and does nothing while connected", () => {
  const { feed, world } = makeFeed();
  feed.start();
  feed.hurry();
  assert.equal(world.sockets.length, 1);
  world.sockets[0].drop(1006);
  feed.hurry();
  assert.equal(world.sockets.length, 2);
  assert.equal(world.due().length, 1); // only the watch over the new connection
});

test("a stopped feed stays silent", () => {
  const { feed, world } = makeFeed();
  feed.start();
  const [socket] = world.sockets;
  feed.stop();
  socket.say({ type: "delta", cursor: "8", records: [] });
  socket.drop(1000);
  assert.equal(world.due().length, 0);
  assert.deepEqual(world.records, []);
});

test("waiting doubles up to half a minute and is spread over its upper half", () => {
  assert.equal(backoff(0, () => 0), 250);
  assert.equal(backoff(0, () => 1), 500);
  assert.equal(backoff(3, () => 1), 4_000);
  assert.equal(backoff(60, () => 1), 30_000);
});

test("the address keeps to the page's host and its safety", () => {
  const page = { href: "https://scope.example/missions/?q=a" };
  assert.equal(feedAddress("/ws/missions/", "12", page), "wss://scope.example/ws/missions/?after=12");
  assert.equal(feedAddress("/ws/missions/", null, { href: "http://127.0.0.1:8700/" }), "ws://127.0.0.1:8700/ws/missions/");
});
