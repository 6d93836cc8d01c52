"""A tiny agent that runs a neutral mission through stage7's services, at the addresses it is given."""

import secrets
from datetime import UTC, datetime
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.plans.stage7_events import as_map, output, plan_of, task

Event = dict[str, Any]


class Agent:
    """One mission: it asks a model, fails to fetch, asks a person, and is done."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self.addresses = addresses
        self.mission = f"mission-{secrets.token_hex(6)}"
        self.agent = f"agent-{secrets.token_hex(6)}"
        self.root, self.fetch, self.ask = (f"{word}-{secrets.token_hex(6)}" for word in ("root", "fetch", "ask"))
        self.http = httpx.Client(timeout=30, trust_env=False)
        self.statuses: list[int] = []

    def run(self) -> None:
        """The whole mission."""
        with self.http:
            self._begin()
            self._think()
            self._plan()
            self._fail_to_fetch()
            self._ask_a_person()
            self._show_statistics()
            self._tell("agent_mission_accomplished", agentId=self.agent, missionId=self.mission, status="completed")

    def _post(self, service: str, path: str, body: Any) -> Any:
        answer = self.http.post(f"{self.addresses[service]}{path}", json=body)
        self.statuses.append(answer.status_code)
        return answer.json()

    def _tell(self, kind: str, **fields: Any) -> None:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = {"eventType": kind, **fields, "timestamp": moment}
        self._post("librarian", "/storeData", {"data": event, "storageType": "mongo", "collection": "events"})

    def _create(self, step_id: str, verb: str, **fields: Any) -> None:
        self._tell("step_created", stepId=step_id, missionId=self.mission, actionVerb=verb, status="pending", **fields)

    def _begin(self) -> None:
        goal = as_map(goal={"inputName": "goal", "value": "Find a way over the river", "valueType": "string"})
        self._create(self.root, "ACCOMPLISH", inputValues=goal)
        self._tell("agent_created", agentId=self.agent, missionId=self.mission, status="initializing", inputValues=goal)
        self._tell("step_execution_start", stepId=self.root, actionVerb="ACCOMPLISH")

    def _think(self) -> None:
        body = {"exchanges": [{"role": "user", "content": "How does one cross the river?"}], "optimization": "accuracy",
                "conversationType": "TextToText", "missionId": self.mission}  # fmt: skip
        assert "error" in self._post("brain", "/chat", body)
        assert self._post("brain", "/chat", body)["result"] == "Go by boat"

    def _plan(self) -> None:
        fetch = task("FETCH", "Find a boat", id=self.fetch, outputs={"boat": "a boat"})
        about = {"boat": {"outputName": "boat", "sourceStep": self.fetch, "valueType": "string"}}
        ask = task("ASK", "May we?", id=self.ask, inputs=about, outputs={"answer": "what is said"})
        result = [plan_of(fetch, ask)]
        self._tell("step_execution_finish", stepId=self.root, status="running", result=result)
        self._create(self.fetch, "FETCH", description="Find a boat")
        self._create(self.ask, "ASK", description="May we?")

    def _fail_to_fetch(self) -> None:
        self._tell("step_execution_start", stepId=self.fetch, actionVerb="FETCH")
        values = as_map(where={"inputName": "where", "value": "harbour", "valueType": "string"})
        body = {"actionVerb": "FETCH", "description": "Find a boat", "missionId": self.mission, "outputs": {},
                "inputValues": values, "status": "running", "id": self.fetch}  # fmt: skip
        assert self._post("capabilitiesmanager", "/executeAction", body)[0]["success"] is False
        self._tell("step_failed", agentId=self.agent, stepId=self.fetch, error="Request failed with status code 500")

    def _ask_a_person(self) -> None:
        self._tell("step_execution_start", stepId=self.ask, actionVerb="ASK")
        question = {"question": "May we take the boat?", "answerType": "text", "choices": [], "missionId": self.mission}
        asked = self._post("postoffice", "/sendUserInputRequest", question)["request_id"]
        pending = output("pending_user_input", None, request_id=asked)
        self._tell("step_execution_finish", stepId=self.ask, status="completed", result=[pending])
        self._post("postoffice", "/submitUserInput", {"requestId": asked, "response": "Yes, take it"})
        result = [output("answer", "Yes, take it")]
        self._tell("step_completed", agentId=self.agent, stepId=self.ask, result=result)

    def _show_statistics(self) -> None:
        """MissionControl has its statistics pushed to a browser, which hangs on PostOffice's socket."""
        step = {"id": self.ask, "verb": "ASK", "actionVerb": "ASK", "status": "completed", "dependencies": [self.fetch],
                "missionId": self.mission, "retryCount": 2}  # fmt: skip
        agent = {"id": self.agent, "status": "running", "taskCount": 1, "steps": [step]}
        content = {"llmCalls": 2, "activeLLMCalls": 0, "agentCountByStatus": {"running": 1},
                   "agentStatistics": as_map(running=[agent])}  # fmt: skip
        frame = {"type": "agentStatistics", "sender": "MissionControl", "recipient": "user", "content": content}
        self._post("postoffice", "/broadcast", frame)
        address = self.addresses["postoffice"].replace("http", "ws", 1)
        with connect(f"{address}/?clientId=browser&token=none", proxy=None) as socket:
            try:
                assert "agentStatistics" in str(socket.recv(timeout=20))
                socket.recv(timeout=20)
            except ConnectionClosed:
                return
