// Which colour a name has on a page: the same in all its panels, whatever order they are read in. Pure.
//
// Names whose neighbours have most colours choose first. A name begins at the place its letters tell; where another has it, it
// takes the next one that nobody on the page has, and where all are taken, one that nobody in its own panels has. Places from
// `count` on are the same colours, drawn dashed.

/** Place of each name. `groups`: the names of each panel. */
export function assignHues(groups, count) {
  const mates = new Map();
  for (const names of groups) for (const name of names) mates.set(name, new Set([...(mates.get(name) ?? []), ...names]));
  const places = new Map();
  const left = new Set([...mates.keys()].sort(byHash));
  const besides = (name) => new Set([...mates.get(name)].map((mate) => places.get(mate)).filter((place) => place !== undefined));
  while (left.size) {
    let next = null;
    for (const name of left) {
      const beside = besides(name);
      const degree = mates.get(name).size;
      if (!next || beside.size > next.beside.size || (beside.size === next.beside.size && degree > next.degree)) next = { name, beside, degree };
    }
    left.delete(next.name);
    places.set(next.name, firstFree(hashOf(next.name) % count, count, new Set(places.values()), next.beside));
  }
  return places;
}

function firstFree(begin, count, taken, beside) {
  const around = Array.from({ length: count }, (_, step) => (begin + step) % count);
  const free = (place) => !beside.has(place);
  return around.find((place) => !taken.has(place)) ?? around.find(free) ?? around.map((place) => place + count).find(free) ?? begin;
}

function byHash(a, b) {
  return hashOf(a) - hashOf(b) || (a < b ? -1 : 1);
}

/** FNV-1a, 32 bits. */
function hashOf(name) {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
  return hash;
}
