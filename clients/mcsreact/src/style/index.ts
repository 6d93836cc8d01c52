// The style sheet as text: no loader is needed to have it. Every rule is below `.msx`, so no page is touched.

import { FRAME } from "./frame.js";
import { GRAPH } from "./graph.js";
import { PARTS } from "./parts.js";
import { TAIL } from "./tail.js";
import { DARK, LIGHT, TOKENS } from "./tokens.js";

const THEMES = `
.msx { ${LIGHT} ${TOKENS} }
.msx[data-theme="dark"] { ${DARK} }
@media (prefers-color-scheme: dark) { .msx[data-theme="auto"] { ${DARK} } }
`;

export const STYLES = [THEMES, FRAME, PARTS, GRAPH, TAIL].join("\n");
