"""How stage7's components read what they are given, as far as a wrong shape would break or empty them. Pure."""

from typing import Any, NamedTuple

COLOURS = {"PENDING": "gold", "RUNNING": "blue", "COMPLETED": "green", "ERROR": "red", "FAILED": "red"}


class Node(NamedTuple):
    label: str
    border: str
    fill: str
    agent: str


class Graph(NamedTuple):
    nodes: dict[str, Node]
    edges: set[tuple[str, str]]
    dropped: set[tuple[str, str]]
    """Edges from what is no node."""


def decode(value: Any) -> Any:
    """Serialised Maps, also inside one another, as objects in their order."""
    if isinstance(value, dict) and value.get("_type") == "Map":
        pairs = value["entries"]
        assert all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs), pairs
        assert len({pair[0] for pair in pairs}) == len(pairs)
        return {name: decode(inner) for name, inner in pairs}
    if isinstance(value, dict):
        return {name: decode(inner) for name, inner in value.items()}
    return [decode(inner) for inner in value] if isinstance(value, list) else value


def read_graph(statistics: Any) -> Graph:
    """What NetworkGraph draws of `agentStatistics`. A node id that comes twice breaks it, as does a missing status."""
    assert statistics["_type"] == "Map"
    nodes: dict[str, Node] = {}
    edges: set[tuple[str, str]] = set()
    for agents in decode(statistics).values():
        for agent in agents:
            for step in agent["steps"]:
                assert step["id"] not in nodes, step["id"]
                word = step["status"].upper()
                verb = step.get("actionVerb") or step["verb"]
                nodes[step["id"]] = Node(f"{verb} ({word})", COLOURS.get(word, "grey"), agent["color"], agent["id"])
                assert all(isinstance(source, str) and source for source in step["dependencies"])
                edges |= {(source, step["id"]) for source in step["dependencies"]}
                references = step["inputReferences"].values()
                edges |= {(each["sourceStep"], step["id"]) for each in references if each.get("sourceStep")}
    drawn = {edge for edge in edges if edge[0] in nodes}
    return Graph(nodes, drawn, edges - drawn)


def read_window(content: Any) -> dict[str, Any]:
    """What StatisticsWindow shows."""
    statistics = decode(content["agentStatistics"])
    totals: dict[str, int] = {}
    for agents in statistics.values():
        for agent in agents:
            for step in agent["steps"]:
                totals[step["status"]] = totals.get(step["status"], 0) + 1
    plugins = content["engineerStatistics"]["newPlugins"]
    assert all(isinstance(name, str) for name in plugins)
    assert len(set(plugins)) == len(plugins)
    return {"calls": content["llmCalls"], "active": content["activeLLMCalls"], "agents": content["agentCountByStatus"],
            "steps": totals, "plugins": plugins}  # fmt: skip


def read_performance(answer: Any, kind: str) -> dict[str, Any]:
    """What the dashboard shows of each model: the metrics of the chosen type, else of the first."""
    assert answer["success"] is True
    found = {}
    for each in answer["performanceData"]:
        chosen = kind if kind in each["metrics"] else next(iter(each["metrics"]))
        found[each["modelName"]] = each["metrics"][chosen]
        assert isinstance(found[each["modelName"]]["feedbackScores"], dict)
    return found
