// The colours that the names of the page's panels have now. A panel tells its names; all draw again when one has moved.

import { assignHues } from "./palette.js";
import { HUES } from "./theme.js";

const told = new Map();
let places = new Map();

/** The place of each name's colour in the theme's hues. */
export function getPlaces() {
  return places;
}

/** A panel has these names; none when it is gone. */
export function tellNames(panel, names) {
  if (names.length) told.set(panel, names);
  else told.delete(panel);
  const before = places;
  places = assignHues(told.values(), HUES.length);
  const hasMoved = [...before].some(([name, place]) => places.has(name) && places.get(name) !== place);
  if (hasMoved) document.dispatchEvent(new CustomEvent("hues-moved"));
}
