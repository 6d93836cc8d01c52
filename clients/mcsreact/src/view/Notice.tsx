// What stands where the mission would: nothing chosen, loading, not there, not allowed, no answer.

import type { ReactNode } from "react";

import type { FollowedMission } from "./useMission.js";

interface NoticeProps {
  missionId: string;
  followed: FollowedMission;
}

export function Notice({ missionId, followed: { phase, reason, retry } }: NoticeProps): ReactNode {
  if (missionId === "") return <Plain title="No mission yet" text="The mission shows here once there is one." />;
  switch (phase) {
    case "unauthorised":
      return <Plain title="Not authorised" text={reason} isAlert action={["Try again", retry]} />;
    case "missing":
      return (
        <Plain title="No such mission" text={`MissionScope has nothing of mission ${missionId} so far. It looks again every 5 seconds.`} action={["Look now", retry]} />
      );
    case "unreachable":
      return <Plain title="MissionScope cannot be reached" text={`${reason} Trying again.`} isAlert action={["Try now", retry]} />;
    default:
      return <Skeleton />;
  }
}

interface PlainProps {
  title: string;
  text: string;
  isAlert?: boolean;
  action?: [string, () => void];
}

function Plain({ title, text, isAlert = false, action }: PlainProps): ReactNode {
  return (
    <div className="msx-notice" role={isAlert ? "alert" : "status"}>
      <h2 className="msx-title">{title}</h2>
      <p dir="auto">{text}</p>
      {action && (
        <button type="button" className="msx-button" onClick={action[1]}>
          {action[0]}
        </button>
      )}
    </div>
  );
}

/** The shape of what is to come. */
function Skeleton(): ReactNode {
  return (
    <div className="msx-skeleton" role="status" aria-label="Loading the mission">
      <div className="msx-bone msx-bone-head" />
      <div className="msx-bone msx-bone-verdict" />
      <div className="msx-bone msx-bone-graph" />
    </div>
  );
}
