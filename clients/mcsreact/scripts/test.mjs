// Bundles each test for node, and runs them with node's own runner.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const tests = readdirSync(here("tests")).filter((name) => name.endsWith(".test.ts"));
if (tests.length === 0) throw new Error("there are no tests");

rmSync(here("build"), { recursive: true, force: true });
await build({
  entryPoints: tests.map((name) => here(`tests/${name}`)),
  outdir: here("build"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node18",
  jsx: "automatic",
  sourcemap: "inline",
});
const files = tests.map((name) => here(`build/${name.replace(/\.ts$/, ".mjs")}`));
process.exit(spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" }).status ?? 1);
