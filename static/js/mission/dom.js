// What this page needs beyond lib/dom.js. Text only ever goes in as text.

import { icon } from "../lib/dom.js";

export { element, icon } from "../lib/dom.js";

const SVG = "http://www.w3.org/2000/svg";

export function svgElement(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** Puts another glyph in the place of one; gives the new one. */
export function swapIcon(svg, name) {
  const fresh = icon(name);
  svg.replaceWith(fresh);
  return fresh;
}

/** Sets text only when it differs, so that a redraw of the same row changes nothing. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The nodes of server-rendered, escaped markup; scripts in it stay dead. */
export function parsePartial(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fragment = document.createDocumentFragment();
  fragment.append(...page.body.childNodes);
  return fragment;
}

/** A note in the place where something failed, with a way to try again. */
export function failureNote(sentence, retry) {
  const note = document.createElement("div");
  note.className = "note status-failed ms-failure";
  note.setAttribute("role", "alert");
  const text = document.createElement("span");
  text.className = "spread";
  text.textContent = sentence;
  const button = document.createElement("button");
  button.className = "button";
  button.type = "button";
  button.textContent = "Try again";
  button.addEventListener("click", retry);
  note.append(icon("failed"), text, button);
  return note;
}

/** Sizes a canvas to its box and the screen's density; gives its context in CSS pixels. */
export function sharpContext(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
