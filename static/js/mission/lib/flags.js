// The bits of a row's flags, the same as in web/presenters/mission/columns.py.

export const OPEN = 1; // started, not ended
export const FAILED = 2;
export const MISSING = 4; // a parent that other spans name and that has not arrived
export const SERVER = 8; // the server side of an id it shares with the client side
export const WARNED = 16; // repaired, or its place in the tree is not what it says
export const OFF_CLOCK = 32; // its time cannot be right: it does not stretch the axis
export const SILENT = 64; // says ok, and is not
export const NO_START = 128;
export const WAITING = 512; // a step that was made and has not begun
export const REPLACED = 1024; // a step whose result was a plan
export const SETTLED = 256; // failed, and something after it made up for it
