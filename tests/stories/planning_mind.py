"""Answers for architecture planning, by rule: made of the documents that a conversation was given."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.core.concerns import read
from bot.core.outputs.contract import NAME as CONTRACT
from bot.core.outputs.owners import standing
from bot.core.tracks import ROADMAP, tracks
from bot.core.tracks.contract import read as read_contract

Json = dict[str, Any]
OUTSIDE = "orchestrator"
EXPLORED = ("Responsibility", "How it runs", "State and formats", "What others rely on", "Where it resists change")
DESIGNED = ("Scope", "What it provides", "What it consumes", "Design", "Phases", "Concerns", "Tests")


def answered(opening: list[str], away: int) -> str | None:
    """The data that a phase with a codec of planning wants; None where it is none. `away` concerns are outside."""
    charge, documents = opening[-1], given(opening)
    made: dict[str, Callable[[], Json]] = {
        "# Who owns each concern": lambda: owners(documents, away),
        "# The contract between": lambda: contract(documents),
        "# Settle the contract": lambda: settlement(documents),
        "# Resolve the concerns": lambda: resolutions(documents),
    }
    return next((json.dumps(answer()) for words, answer in made.items() if charge.startswith(words)), None)


def given(opening: list[str]) -> dict[str, str]:
    """The documents of a conversation, path to text."""
    found = (re.fullmatch(r'<document path="([^"]+)">\n(.*)\n</document>', block, re.DOTALL) for block in opening)
    return {match[1]: match[2] for match in found if match}


def owners(documents: Mapping[str, str], away: int) -> Json:
    """The first `away` concerns belong to the orchestrator, which is in no roadmap; the others to the library."""
    ids = [concern.id for concern in read(standing(documents)).concerns]
    said = [{"concern": id, "component": OUTSIDE if n < away else "library", "why": "So."} for n, id in enumerate(ids)]
    parts = [
        {"name": name, "inside": name == "library", "why": "The roadmap says so."}
        for name in dict.fromkeys(each["component"] for each in said)
    ]
    return {"components": parts, "owners": said}


def contract(documents: Mapping[str, str]) -> Json:
    """The roadmap gives a delta to each track."""
    names = [ROADMAP, *(track.name for track in tracks(standing(documents)))]
    shape = [
        {"track": name, "scope": f"what {name} does", "contract": "A delta.", "phases": ["It begins", "It ends"]}
        for name in names
    ]
    return {"tracks": shape, "items": [item(f"a delta for {name}", name) for name in names[1:]]}


def item(what: str, consumer: str) -> Json:
    """Something that the roadmap provides."""
    uses = [{"track": consumer, "phase": 2}]
    return {"what": what, "provided_by": ROADMAP, "in_phase": 1, "consumed_by": uses}


def settlement(documents: Mapping[str, str]) -> Json:
    """The first item is not what it was."""
    before = standing_contract(documents)
    items = [
        {
            "item": each.id,
            "what": each.what + (", with its epoch" if n == 0 else ""),
            "provided_by": each.providers[0],
            "in_phase": each.phase,
            "consumed_by": [vars(use) for use in each.consumers],
        }
        for n, each in enumerate(before.items)
    ]
    touched = [ROADMAP, *(use.track for use in before.items[0].consumers)]
    change = {"item": before.items[0].id, "change": "It has an epoch.", "designs": touched, "why": "Order needs it."}
    learnt = [{"design": name, "clear": "It fits."} for name in before.names.values()]
    return {"items": items, "learnt": learnt, "changes": [change]}


def standing_contract(documents: Mapping[str, str]) -> Any:
    """The contract among these documents."""
    return read_contract(next((text for path, text in sorted(documents.items()) if path.endswith(CONTRACT)), ""))


def resolutions(documents: Mapping[str, str]) -> Json:
    """Each concern is accepted by the roadmap; where there is a track, the first one changes the contract."""
    concerns, agreed = read(standing(documents)).concerns, standing_contract(documents)
    said = [
        {
            "concern": each.id,
            "verdict": (each.decision.verdict if each.decision else "") or "accept",
            "decision": "It is done",
            "rationale": "It costs least.",
            "owner": "Contract" if agreed.items and n == 0 else ROADMAP,
        }
        for n, each in enumerate(concerns)
    ]
    changes = [
        item("a snapshot", agreed.items[0].consumers[0].track)
        | {"item": "", "concerns": [concerns[0].id], "why": "Reads need it."}
        | {"designs": [ROADMAP, agreed.items[0].consumers[0].track]}
        for _ in agreed.items[:1]
    ]
    return {"resolutions": said, "changes": changes}


def written(opening: list[str], cited: list[str]) -> str | None:
    """The Markdown that a phase without a codec wants, with these sentences about the code; None where it is none."""
    charge = opening[-1]
    claims = "\n".join(cited)
    if charge.startswith("# Prior art and decisions:"):
        looked = "## Prior art\n\nNone is given.\n\n## Trade-offs\n\nFast or safe."
        return f"{looked}\n\n## Decisions\n\n1. D1: safe. {claims}\n"
    if charge.startswith("# The roadmap:"):
        row = "| {} | a store | the code | nothing | a test |"
        rows = "\n".join(row.format(n) for n in (1, 2))
        head = "| Phase | Delivers | Changes | Depends on | Proven by |\n| --- | --- | --- | --- | --- |"
        return f"## Questions\n\nNone.\n\n## Roadmap\n\nThe library changes.\n\n{head}\n{rows}\n"
    if charge.startswith("# The technical plan:"):
        head = "| Operation | Complexity | Bound by | At ten times the size |\n| --- | --- | --- | --- |"
        return f"## Technical plan\n\n### Operations\n\n{head}\n| read | O(log n) | the index | 4 more steps |\n"
    if charge.startswith("# The current architecture:"):
        return f"## Current architecture\n\n```mermaid\nflowchart LR\n  library --> orchestrator\n```\n\n{claims}\n"
    if found := re.match(r"# (.*), as it is:", charge):
        titles = (
            "Responsibility",
            "How it runs",
            "State and formats",
            "What others rely on",
            "Where it resists change",
        )
        return f"# {found[1]}\n\n" + "\n\n".join(f"## {title}\n\n{claims}" for title in titles) + "\n"
    if found := re.match(r"# Track \d+, (.*):", charge):
        return _whole(found[1], DESIGNED, "It reads K1.")
    return None


def _whole(title: str, headings: tuple[str, ...], words: str) -> str:
    """A document with the same words below each heading."""
    return f"# {title}\n\n" + "\n\n".join(f"## {heading}\n\n{words}" for heading in headings) + "\n"
