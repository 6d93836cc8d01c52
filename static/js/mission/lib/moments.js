// Where the playhead stands in a list that is in order of time. Pure.

/** The index of the last of `starts` (decimal nanoseconds, in order) that is not after `moment`; -1 when all are. */
export function lastUpTo(starts, moment) {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (BigInt(starts[middle]) <= moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
