// What differs between the rows that are shown and those that the server would show now. Pure.

/**
 * `shown` and `fresh`: [{id, stamp}]; fresh is the first page, or all when `isWhole`. Gives the ids of rows that changed,
 * of those that were not shown, and whether the rows shown are the fresh ones in their order.
 */
export function compareRows(shown, fresh, isWhole) {
  const isAsLong = isWhole ? shown.length === fresh.length : shown.length >= fresh.length;
  const stamps = new Map(shown.map(({ id, stamp }) => [id, stamp]));
  return {
    changed: fresh.filter(({ id, stamp }) => stamps.has(id) && stamps.get(id) !== stamp).map(({ id }) => id),
    added: fresh.filter(({ id }) => !stamps.has(id)).map(({ id }) => id),
    isSame: isAsLong && fresh.every(({ id }, at) => shown[at].id === id),
  };
}
