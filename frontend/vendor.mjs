// Copies the browser builds of pinned packages to ../static/vendor with their source maps, and writes manifest.json beside
// them. A package whose small build has no map is made small here, from its readable build, by the pinned esbuild.
// After `npm ci --ignore-scripts`: `node vendor.mjs`. The same lock file gives the same bytes.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { transformSync } from "esbuild";

const FILES = [
  { package: "htmx.org", source: "dist/htmx.js", minify: true, file: "htmx.js", licence: "LICENSE" },
  { package: "@dagrejs/dagre", source: "dist/dagre.esm.js", map: "dist/dagre.esm.js.map", file: "dagre.js", licence: "LICENSE" },
  { package: "plotly.js-basic-dist-min", source: "plotly-basic.min.js", file: "plotly.js", licence: "LICENSE" },
];

const here = (path) => new URL(path, import.meta.url);
const target = here("../static/vendor/");
const locked = JSON.parse(readFileSync(here("package-lock.json"), "utf8")).packages;
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/**
 * What is shipped: the bytes of the package or their small form, and the map; the last line names it.
 * A package that has neither readable source nor map is shipped as it is.
 */
function build(original, folder, { source, map, minify, file }) {
  if (!map && !minify) return { shipped: original, shippedMap: null };
  const made = minify
    ? transformSync(original, { minify: true, sourcemap: "external", sourcefile: source.split("/").at(-1), legalComments: "inline" })
    : { code: original.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n"), map: readFileSync(new URL(map, folder), "utf8") };
  return { shipped: `${made.code}//# sourceMappingURL=${file}.map\n`, shippedMap: made.map };
}

function vendor(entry) {
  const { package: name, source, file, licence, minify } = entry;
  const folder = here(`node_modules/${name}/`);
  const { version, license } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const original = readFileSync(new URL(source, folder), "utf8");
  const { shipped, shippedMap } = build(original, folder, entry);
  writeFileSync(new URL(file, target), shipped);
  if (shippedMap) writeFileSync(new URL(`${file}.map`, target), shippedMap);
  const licenceFile = file.replace(/\.js$/, ".LICENSE.txt");
  writeFileSync(new URL(licenceFile, target), readFileSync(new URL(licence, folder)));
  return {
    file,
    package: name,
    version,
    licence: license,
    licence_file: licenceFile,
    source,
    minified_by: minify ? `esbuild ${locked["node_modules/esbuild"].version}` : null,
    integrity: locked[`node_modules/${name}`].integrity,
    source_sha256: sha256(original),
    sha256: sha256(shipped),
    map_file: shippedMap && `${file}.map`,
    map_sha256: shippedMap && sha256(shippedMap),
  };
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const manifest = FILES.map(vendor);
writeFileSync(new URL("manifest.json", target), JSON.stringify(manifest, null, 2) + "\n");
for (const { package: name, version, file } of manifest) console.log(`${name} ${version} -> static/vendor/${file}`);
