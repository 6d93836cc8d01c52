"use strict";
/** What both services share: JSON over plain HTTP, in and out. */

const http = require("node:http");

/** Serves `routes` ("POST /path" to an async function of the body) and prints the port once it listens. */
exports.serve = (routes) => {
  const server = http.createServer(async (request, response) => {
    const route = routes[`${request.method} ${request.url}`];
    const body = await read(request);
    const [status, answer] = route ? [200, await route(body)] : [404, {}];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
};

/** Posts JSON; the answer's JSON. */
exports.post = (url, body, headers = {}) =>
  new Promise((resolve, reject) => {
    const sent = { "content-type": "application/json", ...headers };
    const request = http.request(url, { method: "POST", headers: sent }, (response) => resolve(read(response)));
    request.on("error", reject).end(JSON.stringify(body));
  });

async function read(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString() || "null");
}
