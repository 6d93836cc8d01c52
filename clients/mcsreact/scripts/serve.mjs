// Bundles the example and serves it on the loopback interface: `node scripts/serve.mjs [port]`, 8713 when none is said.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const PORT = Number(process.argv[2] ?? 8713);
const here = (path) => fileURLToPath(new URL(`../example/${path}`, import.meta.url));

const bundle = await build({
  entryPoints: [here("main.tsx")],
  bundle: true,
  write: false,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
});

const FILES = {
  "/": ["text/html; charset=utf-8", readFileSync(here("index.html"))],
  "/example.css": ["text/css; charset=utf-8", readFileSync(here("example.css"))],
  "/example.js": ["text/javascript; charset=utf-8", bundle.outputFiles[0].contents],
};
// The panel needs its style sheet and its connections, and no more than that.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src http: https: ws: wss:; base-uri 'none'; form-action 'none'";

createServer((request, response) => {
  const [type, body] = FILES[new URL(request.url, "http://localhost").pathname] ?? [];
  const head = { "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" };
  response.writeHead(body ? 200 : 404, { ...head, "Content-Type": type ?? "text/plain" }).end(body ?? "There is no such file.\n");
}).listen(PORT, "127.0.0.1", () => console.log(`The panel is at http://127.0.0.1:${PORT}/`));
