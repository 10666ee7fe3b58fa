"""Units, gates and people as texts name them: nobody is mentioned, nothing is closed, and a table stays one."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from bot.core.markdown.safe import line, published
from bot.core.plan import Risk
from bot.core.plan.ids import spoken

from .standing import Gate, Overview, Standing

BAR = r"\|"
_LONGEST = 1_000


def shown(each: Standing) -> str:
    """`PR 2 (#12)`, or `PR 2` where it has no issue."""
    name = line(spoken(each.unit.id))
    return f"{name} (#{each.known.number})" if each.known else name


def all_shown(view: Overview, ids: Iterable[str]) -> str:
    """Units, one after the other."""
    return ", ".join(shown(view.units[id]) for id in ids)


def people(logins: Iterable[str]) -> str:
    """Logins, none of which is told of it."""
    return ", ".join(f"`{login}`" for login in logins)


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def decision(risk: Risk, limit: int = 80) -> str:
    """What a row of the register is about."""
    return f"“{line(risk.decision.strip('*` '), limit)}”"


def row(gate: Gate) -> str:
    """`row 1 of the risk register (“Resident memory decides”)`."""
    return f"row {gate.row} of the risk register ({decision(gate.risk)})"


def recorded(gate: Gate) -> str:
    """How a person records what came of it."""
    return f"`/plan validation {gate.row} passed: what was found`, or `failed:`"


def state(each: Standing) -> str:
    """What a unit stands at, for a table's cell; what it waits for is said beside it."""
    match each.state:
        case "done":
            return "✅ done" if each.known else "✅ done, as the plan says"
        case "aside":
            return "➖ not planned any more"
        case "working":
            return "🔵 in progress"
        case "ready":
            return "🟢 ready"
        case "held":
            return "⛔ held by a validation"
        case "blocked":
            return "⏳ blocked"
        case _:
            assert_never(each.state)


def waits(view: Overview, each: Standing) -> str:
    """What a unit waits for before it can be begun; "" where that is nothing."""
    held = [f"row {gate.row} {'failed' if gate.failed else 'not validated'}" for gate in each.holding]
    return "; ".join(filter(None, (all_shown(view, each.waits), *held))) if not each.over else ""


def said(text: str) -> str:
    """What a person said, on one line and fit for a table's cell too."""
    words = " ".join(published(text).split())
    return (words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…").replace("|", BAR)
