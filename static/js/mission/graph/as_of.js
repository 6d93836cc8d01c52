// The graph of now with what was known at an earlier moment: what was not there yet stays in its place,
// marked, and does not tell what became of it. Pure.

const bare = (id) => id.replace(/^fold:/, "");

/**
 * `now` and `past` as data/graph answers. Nodes and edges of now have what they were in the past, or `is_later`; ghosts
 * that only the past had are there too: a task that has become a step since.
 */
export function asOf(now, past) {
  const before = new Map(past.nodes.map((node) => [bare(node.id), node]));
  const nodes = now.nodes.map((node) => {
    const then = before.get(bare(node.id));
    return then ? { ...then, id: node.id, lane: node.lane, called_by: node.called_by, label: node.label } : { ...node, is_later: true, status: "", is_silent: false, in_cycle: false };
  });
  const here = new Map(now.nodes.map((node) => [bare(node.id), node.id]));
  const gone = past.nodes.filter((node) => node.kind === "ghost" && !here.has(bare(node.id)));
  for (const node of gone) here.set(bare(node.id), node.id);
  const idOf = (id) => here.get(bare(id)) ?? null;
  nodes.push(...gone.map((node) => ({ ...node, called_by: node.called_by && idOf(node.called_by) })));
  return { ...now, nodes, edges: edgesAsOf(now, past, new Set(gone.map((node) => node.id)), idOf) };
}

function edgesAsOf(now, past, gone, idOf) {
  const key = ({ source, target, kind }) => `${bare(source)}\n${bare(target)}\n${kind}`;
  const before = new Map(past.edges.map((edge) => [key(edge), edge]));
  const edges = now.edges.map((edge) => {
    const then = before.get(key(edge));
    return then ? { ...then, source: edge.source, target: edge.target } : { ...edge, is_later: true, satisfied: null, in_cycle: false };
  });
  for (const edge of past.edges) {
    if (!gone.has(edge.source) && !gone.has(edge.target)) continue;
    const [source, target] = [idOf(edge.source), idOf(edge.target)];
    if (source && target) edges.push({ ...edge, source, target });
  }
  return edges;
}
