// What links to spans are called: never a bare number. Pure.

const LONGEST = 40;

/** `1st`, `2nd`, `11th`. */
export function ordinal(n) {
  const tens = n % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[n % 10] ?? "th");
  return `${n}${ending}`;
}

/** Which of the spans of its name a row is, by start: 1 for the first. */
export function placeOf(table, row) {
  const name = table.nameOf(row);
  const before = (other) => table.start[other] < table.start[row] || (table.start[other] === table.start[row] && other < row);
  let place = 1;
  for (let other = 0; other < table.count; other += 1) if (other !== row && table.nameOf(other) === name && before(other)) place += 1;
  return place;
}

/** Labels of spans cited together: their names; a name that comes twice says which span of that name each is. */
export function evidenceLabels(names, place) {
  return names.map((name, i) => {
    const short = name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
    const isRepeated = names.some((other, j) => j !== i && other === name);
    return isRepeated ? `${short} · ${ordinal(place(i))}` : short;
  });
}
