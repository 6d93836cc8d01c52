import type { ReactNode } from "react";

import { formatMoment } from "../model/formats.js";
import { isOver, numbersOf } from "../model/words.js";
import type { Connection } from "../wire/feed.js";
import { pageAddress } from "../wire/addresses.js";
import type { Mission } from "../wire/types.js";
import { Glyph } from "./Glyph.js";
import { Out } from "./Out.js";
import { StatusBadge } from "./StatusBadge.js";

interface HeadProps {
  baseUrl: string;
  mission: Mission;
  connection: Connection;
  /** Milliseconds since 1970 of what arrived last. */
  heardMs: number | null;
  onRetry: () => void;
}

export function PanelHead({ baseUrl, mission, connection, heardMs, onRetry }: HeadProps): ReactNode {
  return (
    <header className="msx-head">
      <h2 className="msx-name msx-cut" title={mission.name}>
        <bdi>{mission.name || mission.id}</bdi>
      </h2>
      <StatusBadge status={mission.status} />
      <LiveMark connection={connection} isOver={isOver(mission)} />
      <span className="msx-spread" />
      <span className="msx-numbers">{numbersOf(mission)}</span>
      <Out className="msx-button" href={pageAddress(baseUrl, mission.url)}>
        MissionScope <Glyph name="out" />
      </Out>
      {connection === "lost" && (
        <p className="msx-lost" role="status">
          {`Connection lost; trying again. Last update ${heardMs === null ? "never" : formatMoment(`${heardMs}000000`).slice(11, 19)} UTC, nothing is lost.`}{" "}
          <button type="button" className="msx-link" onClick={onRetry}>
            Try now
          </button>
        </p>
      )}
    </header>
  );
}

function LiveMark({ connection, isOver: over }: { connection: Connection; isOver: boolean }): ReactNode {
  const [mark, word] = connection === "lost" ? ["lost", "offline"] : over ? ["over", "over"] : [connection, connection];
  return (
    <span className={`msx-live msx-live-${mark}`} role="status" aria-label={`Connection: ${word}`}>
      {word}
    </span>
  );
}
