// The ways of edges between the steps of plans, as SVG paths. Pure.

const BEND = 7;
const TRUNK = 20;
const LOW = 10;

/** From a step to one that its plan made: along the gap before its column, then down to its row. */
export function treePath(from, to) {
  const [x1, y1] = [from.x + from.w, from.y + from.h / 2];
  const y2 = to.y + to.h / 2;
  if (to.column > from.column + 1) return overPath(x1, y1, to);
  const trunk = to.x - TRUNK;
  if (y1 === y2) return `M${x1},${y1} H${to.x}`;
  return `M${x1},${y1} H${trunk - BEND} Q${trunk},${y1} ${trunk},${y1 + BEND} V${y2 - BEND} Q${trunk},${y2} ${trunk + BEND},${y2} H${to.x}`;
}

/** To a step further right: between the rows, and in from above. */
function overPath(x1, y1, to) {
  const [x, y] = [x1 + TRUNK, to.y - 5];
  const down = y > y1 ? `V${y - BEND} Q${x},${y} ${x + BEND},${y}` : `V${y + BEND} Q${x},${y} ${x + BEND},${y}`;
  return `M${x1},${y1} H${x - BEND} Q${x},${y1} ${x},${y1 + (y > y1 ? BEND : -BEND)} ${down} H${to.x + 6} Q${to.x + 13},${y} ${to.x + 13},${to.y}`;
}

/** What a step hangs on: an arc beside a column, a line to a later one. Gives the path and where its label stands. */
export function tiePath(from, to) {
  const [y1, y2] = [from.y + from.h / 2 + LOW, to.y + to.h / 2 + LOW];
  if (to.x > from.x) {
    const [x1, x2, y] = [from.x + from.w, to.x, to.y + to.h / 2];
    const bend = Math.min(70, (x2 - x1) / 2);
    const start = from.y + from.h / 2;
    return { d: `M${x1},${start} C${x1 + bend},${start} ${x2 - bend},${y} ${x2},${y}`, label: { x: (x1 + x2) / 2, y: (start + y) / 2 - 4, anchor: "middle" } };
  }
  if (to.x + to.w <= from.x) {
    const [x1, x2] = [from.x, to.x + to.w];
    const bend = Math.min(70, (x1 - x2) / 2);
    return { d: `M${x1},${y1} C${x1 - bend},${y1} ${x2 + bend},${y2} ${x2},${y2}`, label: { x: x2 + 11, y: y2 + 12, anchor: "start" } };
  }
  const x1 = from.x + from.w;
  const x2 = to.x + to.w;
  const bulge = Math.max(x1, x2) + 14 + Math.min(26, Math.abs(y2 - y1) / 16);
  return { d: `M${x1},${y1} C${bulge},${y1} ${bulge},${y2} ${x2},${y2}`, label: { x: x2 + 11, y: y2 + 12, anchor: "start" } };
}

/** From an agent's lane to another's, or to a step: along the gutter at the left. `turn` keeps gutters apart. */
export function gutterPath(lane, to, isLane, turn = 0) {
  const x = lane.x - 8 - 5 * (turn % 3);
  const y1 = lane.y + 19;
  if (isLane) {
    const y2 = to.y + 19;
    const bend = y2 > y1 ? BEND : -BEND;
    return `M${lane.x},${y1} H${x + BEND} Q${x},${y1} ${x},${y1 + bend} V${y2 - bend} Q${x},${y2} ${x + BEND},${y2} H${to.x}`;
  }
  const y2 = to.y - 5;
  const bend = y2 > y1 ? BEND : -BEND;
  return `M${lane.x},${y1} H${x + BEND} Q${x},${y1} ${x},${y1 + bend} V${y2 - bend} Q${x},${y2} ${x + BEND},${y2} H${to.x + 6} Q${to.x + 13},${y2} ${to.x + 13},${to.y}`;
}
