import type { ReactNode } from "react";

import { statusWord } from "../model/words.js";
import { Glyph } from "./Glyph.js";

/** A status as shape, colour and word. */
export function StatusBadge({ status }: { status: string }): ReactNode {
  const [known, word] = statusWord(status);
  return (
    <span className={`msx-badge msx-is-${known}`}>
      <Glyph name={known} />
      {word}
    </span>
  );
}
