"use strict";
/** Stands for stage7's AgentSet with a line of our client in it: what happens is told in the background, in batches. */

const missionscope = require("./missionscope.cjs");
const { serve } = require("./said.cjs");

const tell = (event) =>
  missionscope.stage7("storeData", {
    data: { ...event, timestamp: new Date().toISOString() },
    storageType: "mongo",
    collection: "events",
  });

serve({
  "POST /addAgent": async ({ missionId, agentId, stepId }) => {
    tell({ eventType: "agent_created", missionId, agentId, status: "initializing" });
    tell({ eventType: "step_created", missionId, stepId, actionVerb: "SEARCH", status: "pending" });
    tell({ eventType: "step_execution_start", stepId, actionVerb: "SEARCH" });
    tell({ eventType: "step_completed", agentId, stepId, result: [] });
    return { agentId };
  },
});
