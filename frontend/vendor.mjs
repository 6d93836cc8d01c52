// Copies the browser builds of pinned packages to ../static/vendor and writes manifest.json beside them.
// After `npm ci --ignore-scripts`: `node vendor.mjs`. The same lock file gives the same bytes.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const FILES = [
  { package: "htmx.org", source: "dist/htmx.min.js", file: "htmx.js", licence: "LICENSE" },
  { package: "@dagrejs/dagre", source: "dist/dagre.esm.js", file: "dagre.js", licence: "LICENSE" },
  { package: "plotly.js-basic-dist-min", source: "plotly-basic.min.js", file: "plotly.js", licence: "LICENSE" },
];

const here = (path) => new URL(path, import.meta.url);
const target = here("../static/vendor/");
const locked = JSON.parse(readFileSync(here("package-lock.json"), "utf8")).packages;
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The only change made: the line that names a source map, which is not shipped. */
function withoutSourceMap(text) {
  return text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n");
}

function vendor({ package: name, source, file, licence }) {
  const folder = here(`node_modules/${name}/`);
  const { version, license } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const original = readFileSync(new URL(source, folder), "utf8");
  const shipped = withoutSourceMap(original);
  writeFileSync(new URL(file, target), shipped);
  const licenceFile = file.replace(/\.js$/, ".LICENSE.txt");
  writeFileSync(new URL(licenceFile, target), readFileSync(new URL(licence, folder)));
  return {
    file,
    package: name,
    version,
    licence: license,
    licence_file: licenceFile,
    source,
    integrity: locked[`node_modules/${name}`].integrity,
    source_sha256: sha256(original),
    sha256: sha256(shipped),
  };
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const manifest = FILES.map(vendor);
writeFileSync(new URL("manifest.json", target), JSON.stringify(manifest, null, 2) + "\n");
for (const { package: name, version, file } of manifest) console.log(`${name} ${version} -> static/vendor/${file}`);
