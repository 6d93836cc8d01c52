// Elements without HTML text: what telemetry says can only ever become text.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (null and false are left out) and children (nodes or text). */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/**
 * A glyph of icons.svg, as the template tag `icon` gives it. Drawn from the sprite that was fetched when the page
 * began, so that a page which has lost its server can still say so with a glyph.
 */
export function icon(name, css = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${css}`.trim());
  svg.setAttribute("width", "16");
  svg.setAttribute("height", "16");
  svg.setAttribute("aria-hidden", "true");
  const symbol = sprite?.getElementById(name);
  if (symbol) drawInline(svg, symbol);
  else drawByReference(svg, name);
  return svg;
}

let sprite = null;

/** Fetch the sprite; until it is there, and where it cannot be had, glyphs refer to its file. */
export async function loadIcons() {
  try {
    const answer = await fetch(spritePath());
    if (answer.ok) sprite = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // a TypeError is a lost connection
  }
}

function drawInline(svg, symbol) {
  for (const { name, value } of symbol.attributes) if (name !== "id") svg.setAttribute(name, value);
  svg.append(...[...symbol.children].map((child) => document.importNode(child, true)));
}

function drawByReference(svg, name) {
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${spritePath()}#${name}`);
  svg.append(use);
}

function spritePath() {
  return document.querySelector('meta[name="icons"]').content;
}
