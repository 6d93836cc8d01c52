// What was known of a row at the playhead; without a playhead, what is known. Pure.

import { FAILED } from "../lib/flags.js";

/** It had not begun. */
export const isLater = ({ table, playhead }, row) => playhead !== null && table.start[row] > playhead;

/** It had begun and not ended. */
export const wasOpen = ({ table, playhead }, row) =>
  playhead !== null && table.start[row] <= playhead && !(table.end[row] <= playhead);

/** Its failure was known. */
export const hasFailed = (frame, row) =>
  frame.table.has(row, FAILED) && (frame.playhead === null || frame.table.end[row] <= frame.playhead);
