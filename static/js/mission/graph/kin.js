// Where a step comes from and what came of it. Pure.

/** Ids of a node, of those above it and of those below it, by `called_by`. */
export function kinOf(nodes, id) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const kin = new Set();
  if (!byId.has(id)) return kin;
  for (let at = byId.get(id); at && !kin.has(at.id); at = byId.get(at.called_by)) kin.add(at.id);
  const children = new Map();
  for (const node of nodes) {
    if (!node.called_by) continue;
    if (!children.has(node.called_by)) children.set(node.called_by, []);
    children.get(node.called_by).push(node.id);
  }
  const below = [id];
  while (below.length) {
    for (const child of children.get(below.pop()) ?? []) {
      if (kin.has(child)) continue;
      kin.add(child);
      below.push(child);
    }
  }
  return kin;
}
