import assert from "node:assert/strict";
import { test } from "node:test";

import { apiAddress, checkBase, pageAddress, socketAddress } from "../src/wire/addresses.js";
import { readFrame } from "../src/wire/frames.js";
import { ReadError, readJson } from "../src/wire/rest.js";
import { Tokens } from "../src/wire/tokens.js";

const BASE = "https://scope.example/under/";

test("ids are one segment of a path, whatever they hold", () => {
  assert.equal(apiAddress("http://h:1", "a/b c?", "graph/"), "http://h:1/api/v1/missions/a%2Fb%20c%3F/graph/");
  assert.deepEqual([".", "..", "summary", "constructor"].map((id) => apiAddress("http://h", id)), [
    "http://h/api/v1/missions/~2e/", "http://h/api/v1/missions/~2e2e/", "http://h/api/v1/missions/~summary/", "http://h/api/v1/missions/constructor/",
  ]);
});

test("the token is in the socket's address and in no other", () => {
  const socket = socketAddress(BASE, "m", { after: "7", clientId: "c", token: "k&y" });
  assert.equal(socket, "wss://scope.example/under/ws/missions/m/?after=7&clientId=c&token=k%26y");
  assert.ok(!socketAddress("http://h", "m", { after: "0", clientId: "c", token: null }).includes("token"));
});

test("only http and https are addresses of MissionScope", () => {
  for (const base of ["javascript:alert(1)", "", "scope.example", "data:text/html,x"]) assert.throws(() => checkBase(base), RangeError);
});

test("links lead into MissionScope, whatever the path says", () => {
  const span = { type: "span", id: `${"a".repeat(32)}/${"b".repeat(16)}` };
  assert.equal(pageAddress(BASE, "/missions/m/", { pane: "findings", span }), `https://scope.example/under/missions/m/?pane=findings&span=${"a".repeat(32)}.${"b".repeat(16)}`);
  for (const url of ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example", ""]) {
    assert.equal(pageAddress(BASE, url), "https://scope.example/under/");
  }
  assert.equal(pageAddress("http://h", "/missions/m/", { span: { type: "span", id: "x&y" } }), "http://h/missions/m/");
});

test("frames are read, and what is none is passed over", () => {
  assert.deepEqual(readFrame('{"type":"hello","cursor":"12"}'), { type: "hello", cursor: "12" });
  assert.deepEqual(readFrame('{"type":"delta","cursor":"13","records":[{"type":"span","change_seq":"13"},7,{"type":"span"}]}'), {
    type: "delta", cursor: "13", records: [{ type: "span", change_seq: "13" }],
  });
  for (const text of ["", "[]", "null", "{", '{"type":"hello","cursor":5}', '{"type":"delta","cursor":"1"}', '{"type":"other","cursor":"1"}', 7]) {
    assert.equal(readFrame(text), null);
  }
});

/** A server that answers these statuses in turn, and what it was asked with. */
function answering(...statuses: number[]): { fetch: typeof fetch; tokens: (string | null)[] } {
  const tokens: (string | null)[] = [];
  const answer = async (_: unknown, init?: RequestInit): Promise<Response> => {
    tokens.push(new Headers(init?.headers).get("authorization"));
    return new Response('{"ok":true}', { status: statuses[tokens.length - 1] ?? 500 });
  };
  return { fetch: answer as typeof fetch, tokens };
}

const reading = (server: { fetch: typeof fetch }): Promise<unknown> =>
  readJson("http://h/x", { fetch: server.fetch, signal: new AbortController().signal, tokens: new Tokens((isRefused) => (isRefused ? "new" : "old")) });

test("a refused token is taken anew once", async () => {
  const server = answering(401, 200);
  assert.deepEqual(await reading(server), { ok: true });
  assert.deepEqual(server.tokens, ["Bearer old", "Bearer new"]);
});

test("requests refused together refresh the token once", async () => {
  let refreshed = 0;
  const tokens = new Tokens(async (isRefused) => (isRefused ? `new ${(refreshed += 1)}` : "old"));
  const old = await tokens.take();
  assert.deepEqual(await Promise.all([tokens.renew(old), tokens.renew(old)]), ["new 1", "new 1"]);
  assert.equal(await tokens.renew(old), "new 1");
  assert.equal(await tokens.renew("new 1"), "new 2");
});

test("refusals say what they are", async () => {
  const cases = [[401, "unauthorised"], [403, "unauthorised"], [404, "missing"], [429, "unreachable"], [503, "unreachable"]] as const;
  for (const [status, trouble] of cases) {
    await assert.rejects(reading(answering(status, status)), (error) => error instanceof ReadError && error.trouble === trouble);
  }
  const down = { fetch: (() => Promise.reject(new TypeError("failed"))) as typeof fetch };
  await assert.rejects(reading(down), (error) => error instanceof ReadError && error.trouble === "unreachable");
});
