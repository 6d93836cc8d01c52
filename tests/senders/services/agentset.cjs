"use strict";
/** Stands for stage7's AgentSet: asked to, it runs one step and stores what happens at the librarian. */

const { post, serve } = require("./said.cjs");

const store = (event) =>
  post(`http://${process.env.LIBRARIAN_URL}/storeData`, {
    data: { ...event, timestamp: new Date().toISOString() },
    storageType: "mongo",
    collection: "events",
  });

serve({
  "POST /addAgent": async ({ missionId, agentId, stepId }) => {
    await store({ eventType: "agent_created", missionId, agentId, status: "initializing" });
    await store({ eventType: "step_created", missionId, stepId, actionVerb: "SEARCH", status: "pending" });
    await store({ eventType: "step_execution_start", stepId, actionVerb: "SEARCH" });
    await store({ eventType: "step_completed", agentId, stepId, result: [] });
    return { agentId };
  },
});
