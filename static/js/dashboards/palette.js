// Which colour a name has on a page: the same in all its panels, whatever order they are read in. Pure.
//
// A name begins at the place its letters tell. Where another name has it, it takes the next one that nobody on the page has;
// where all are taken, one that nobody in its own panels has. Places from `count` on are the same colours, drawn dashed.

/** Place of each name. `groups`: the names of each panel. */
export function assignHues(groups, count) {
  const mates = new Map();
  for (const names of groups) for (const name of names) mates.set(name, new Set([...(mates.get(name) ?? []), ...names]));
  const places = new Map();
  for (const name of [...mates.keys()].sort(byPlace)) {
    const beside = new Set([...mates.get(name)].map((mate) => places.get(mate)));
    places.set(name, firstFree(hashOf(name) % count, count, new Set(places.values()), beside));
  }
  return places;
}

function firstFree(begin, count, taken, beside) {
  const around = Array.from({ length: count }, (_, step) => (begin + step) % count);
  const free = (place) => !beside.has(place);
  return around.find((place) => !taken.has(place)) ?? around.find(free) ?? around.map((place) => place + count).find(free) ?? begin;
}

function byPlace(a, b) {
  return hashOf(a) - hashOf(b) || (a < b ? -1 : 1);
}

/** FNV-1a, 32 bits. */
function hashOf(name) {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
  return hash;
}
