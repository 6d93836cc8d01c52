// What a search found, marked where it stands. Text is cut into text and marks, never read as markup.

import { element } from "../lib/dom.js";
import { findWords } from "../lib/marks.js";

const MOST = 500;
const KEPT_OUT = "mark, script, style, button, input, [role=tablist]";

/** Marks the words in every text below `root` that is not marked yet; gives the first mark, or null. */
export function markWords(root, words) {
  if (words.length === 0) return null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(KEPT_OUT)) texts.push(walker.currentNode);
  let left = MOST;
  for (const text of texts) {
    const places = findWords(text.data, words, left);
    left -= places.length;
    if (places.length) text.replaceWith(...cut(text.data, places));
    if (left <= 0) break;
  }
  return root.querySelector("mark");
}

function cut(text, places) {
  const pieces = [];
  let at = 0;
  for (const [start, end] of places) {
    pieces.push(text.slice(at, start), element("mark", {}, text.slice(start, end)));
    at = end;
  }
  return [...pieces, text.slice(at)];
}

/** Opens every fold around a mark and brings it to the middle of its list. */
export function bringOut(mark) {
  for (let at = mark.parentElement; at; at = at.parentElement) {
    if (at.matches("details")) at.open = true;
    if (at.matches(".ms-fold.is-foldable:not(.is-open)")) at.parentElement.querySelector("[data-command=unfold]")?.click();
  }
  const scroller = mark.closest(".ms-scroll");
  if (!scroller) return;
  const [box, place] = [scroller.getBoundingClientRect(), mark.getBoundingClientRect()];
  if (place.top < box.top || place.bottom > box.bottom) scroller.scrollTop += place.top - box.top - box.height / 2;
}
