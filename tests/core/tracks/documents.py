"""Documents of a small plan: a store is rewritten, and two of its four concerns are the orchestrator's."""

from typing import Any

from bot.core.concerns import Concern, Concerns, render
from bot.core.outputs import CONTRACT, OWNERS, Setting
from bot.core.tracks.owning import opened

FOLDER = "_tasks/store"
PATH = f"{FOLDER}/004-expert-concerns.md"
CONTRACT_PATH = f"{FOLDER}/006-contract.md"
CONCERNS = Concerns(
    "Expert concerns",
    (
        Concern("C1", "A delta is missed", "critical", problem="P", owner="orchestrator"),
        Concern("C2", "The order is lost", "critical", problem="P", owner="orchestrator"),
        Concern("I1", "Edges have two owners", "important", problem="P", owner="storage"),
        Concern("Q1", "Who reads it?", "question", problem="P", owner="storage"),
    ),
)
BARE = render(CONCERNS)
STORAGE = {"name": "storage", "inside": True, "why": "The roadmap rewrites it."}
ORCHESTRATOR = {"name": "orchestrator", "inside": False, "why": "It ends the run."}


def owned(concern: str, component: str) -> dict[str, str]:
    return {"concern": concern, "component": component, "why": "It has to change."}


SAID_OWNERS: dict[str, Any] = {
    "components": [STORAGE, ORCHESTRATOR],
    "owners": [
        owned("C1", "orchestrator"),
        owned("C2", "orchestrator"),
        owned("I1", "storage"),
        owned("Q1", "storage"),
    ],
}
SECTION = OWNERS.render(OWNERS.settle(SAID_OWNERS, Setting(documents={PATH: BARE})))
OWNED = f"{BARE}\n{SECTION}"
TRACKED = opened(OWNED, ["orchestrator"], "approved", "ada", "2026-11-25T10:00:00Z")


def item(what: str, by: str, phase: int, *uses: tuple[str, int]) -> dict[str, Any]:
    consumed = [{"track": track, "phase": n} for track, n in uses]
    return {"what": what, "provided_by": by, "in_phase": phase, "consumed_by": consumed}


SAID_CONTRACT: dict[str, Any] = {
    "tracks": [
        {"track": "roadmap", "scope": "the store", "contract": "Provides deltas.", "phases": ["Segments", "Deltas"]},
        {
            "track": "Orchestrator",
            "scope": "the run",
            "contract": "Consumes deltas.",
            "phases": ["Epochs", "Guarantees"],
        },
    ],
    "items": [
        item("a batch's delta", "Roadmap", 1, ("orchestrator", 2)),
        item("the end of an epoch", "orchestrator", 1, ("roadmap", 2)),
    ],
}
CONTRACT_TEXT = CONTRACT.render(
    CONTRACT.settle(SAID_CONTRACT, Setting("Contract: the store", documents={PATH: TRACKED}))
)
DOCUMENTS = {PATH: TRACKED, CONTRACT_PATH: CONTRACT_TEXT}


def resolution(concern: str, owner: str, **more: str) -> dict[str, str]:
    said = {"verdict": "accept", "decision": "It is done", "rationale": "It costs least."}
    return {"concern": concern, "owner": owner} | said | more


SAID_RESOLUTIONS: dict[str, Any] = {
    "resolutions": [
        resolution("C1", "orchestrator"),
        resolution("C2", "contract"),
        resolution("I1", "roadmap", verdict="defer"),
        resolution("Q1", "Roadmap"),
    ],
    "changes": [
        item("a batch's delta, with its epoch", "roadmap", 1, ("orchestrator", 2))
        | {"item": "K1", "concerns": ["C2"], "designs": ["roadmap", "orchestrator"], "why": "Order needs it."}
    ],
}
