// Stands before the lines of docs/stage7.md, which the test makes `tellAll` of: the names that they use in stage7's
// functions, and an application with Express's manners.
import { EventEmitter } from "node:events";
import { missionscope, tellExchanges } from "./index";

const [missionId, agentId, stepId] = process.argv.slice(2);
const step = { id: stepId, actionVerb: "SEARCH", status: "running", missionId, dependencies: [], inputValues: {} };
const event = { eventType: "step_created", missionId, stepId, actionVerb: "SEARCH", status: "pending" };
const eventWithTimestamp = { ...event, timestamp: new Date().toISOString() };
const stateToSave = { id: agentId, missionId, status: "running", steps: [step], conversation: [] };
const [toAgent, fromAgentId, toAgentId] = [{ missionId }, agentId, `${agentId}-2`];
const plan = [{ actionVerb: "SEARCH", description: "Look", inputs: {}, outputs: {} }];
const parentStep = step;
const [requestId, trace_id] = [`request-${missionId}`, `execution-${missionId}`];
const [modelName, conversationType, prompt, response] = ["hf/llama", "TextToText", "Where?", "There."];
const [tokenCount, success, error, isRetry, logicFailure] = [0, true, undefined, false, false];
const missionStats = { llmCalls: 1, agentStatistics: { running: [{ id: agentId, status: "running", steps: [step] }] } };
const mission = { id: missionId, name: "Find it", goal: "Find the thing", status: "running", userId: "user-7" };
const message = "Mission started";
const plugin = { id: "plugin-SEARCH", verb: "SEARCH", version: "1.0", language: "python" };
const [inputs, stdout, stderr, exitCode] = [[["query", { value: "thing" }]], "[]", "looked everywhere", 0];
const self = { id: agentId, missionId };

const handlers = [];
const app = { use: (handler) => handlers.push(handler) };

function answer(path, body, reply, more = {}, work = () => undefined) {
  const answering = Object.assign(new EventEmitter(), { statusCode: 200, writableFinished: false });
  answering.send = () => (answering.writableFinished = true);
  const route = (_request, response) => {
    work();
    response.send(JSON.stringify(reply));
  };
  const go = (at) => [...handlers, route][at]({ path, method: "POST", body, ...more }, answering, () => go(at + 1));
  go(0);
  answering.emit("close");
}

function askAll() {
  const ids = { missionId, agentId, stepId };
  const output = { success: true, name: "found", resultType: "string", result: "thing" };
  answer("/chat", { exchanges: [{ role: "user", content: "Where?" }], ...ids }, { result: "There.", requestId }, {}, tellAll);
  answer("/executeAction", { actionVerb: "SEARCH", id: stepId, ...ids, inputValues: {} }, [output], { trace_id });
  answer("/sendUserInputRequest", { question: "Which one?", answerType: "text", ...ids }, { request_id: "q-1" });
  answer("/health", {}, {});
}
