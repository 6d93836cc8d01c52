// The hook behind the panel: one mission, read and followed as long as the component is mounted.

import { useCallback, useEffect, useReducer, useRef, useState } from "react";

import { MissionSession } from "../model/session.js";
import { INITIAL, type MissionEvent, type MissionState, reduce } from "../model/state.js";
import { type GetToken, Tokens } from "../wire/tokens.js";

export interface MissionOptions {
  /** Address of MissionScope, e.g. `https://missionscope.example.org`. */
  baseUrl: string;
  /** The mission's id as its sender says it; empty for none yet. */
  missionId: string;
  getToken: GetToken;
  /** Lines that the tail keeps. */
  tailLength?: number;
}

export interface FollowedMission extends MissionState {
  /** The host's tokens, shared by all that read. */
  tokens: Tokens;
  /** Try now, whatever is waited for; after a refusal, begin anew. */
  retry: () => void;
}

type Event = MissionEvent | { type: "begin" };

const TAIL_LENGTH = 200;

export function useMission({ baseUrl, missionId, getToken, tailLength = TAIL_LENGTH }: MissionOptions): FollowedMission {
  const [state, dispatch] = useReducer(
    (known: MissionState, event: Event) => (event.type === "begin" ? INITIAL : reduce(known, event, tailLength)),
    INITIAL,
  );
  const [round, again] = useReducer((count: number) => count + 1, 0);
  const takeToken = useRef(getToken);
  const [tokens] = useState(() => new Tokens((isRefused) => takeToken.current(isRefused)));
  const session = useRef<MissionSession | null>(null);

  useEffect(() => {
    takeToken.current = getToken;
  }, [getToken]);

  useEffect(() => {
    dispatch({ type: "begin" });
    if (missionId === "") return undefined;
    const made = new MissionSession({
      baseUrl, missionId, tokens, history: tailLength, onEvent: dispatch,
    });
    const hurry = (): void => made.hurry();
    session.current = made;
    made.start();
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
    return () => {
      window.removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      made.stop();
    };
  }, [baseUrl, missionId, tokens, tailLength, round]);

  const isRefused = state.phase === "unauthorised";
  const retry = useCallback(() => (isRefused ? again() : session.current?.hurry()), [isRefused]);
  return { ...state, tokens, retry };
}
