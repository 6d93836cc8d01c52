// A service on Node's own HTTP server: answers what it was asked, in several pieces, and upgrades to an echo.
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const { method, url, rawHeaders } = request;
    const said = JSON.stringify({ method, url, rawHeaders, body: Buffer.concat(parts).toString("base64") });
    response.sendDate = false;
    response.setHeader("X-Odd-CASE", "kept");
    response.setHeader("Content-Type", "application/json");
    if (url === "/generate") {
      response.setHeader("Content-Encoding", "gzip");
      response.end(gzipSync(said));
      return;
    }
    response.write(said.slice(0, 10));
    response.end(said.slice(10));
  });
});
server.on("upgrade", (request, socket) => {
  socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  socket.pipe(socket);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
