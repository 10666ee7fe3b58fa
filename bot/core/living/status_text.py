"""What `/plan status` answers, and the table of a plan's tracking issue."""

from collections.abc import Iterator, Sequence

from bot.core.citations.drift import Drift
from bot.core.markdown.fitting import shortened
from bot.core.markdown.safe import line
from bot.core.plan.ids import spoken

from .standing import Gate, Overview, Standing, State
from .words import all_shown, decision, people, recorded, said, shown, state, waits

_OPEN = 12
"""So many units of a kind are shown; more are folded."""
_KINDS: tuple[tuple[str, tuple[State, ...]], ...] = (
    ("In progress", ("working",)),
    ("Ready to start", ("ready",)),
    ("Held by a validation", ("held",)),
    ("Blocked", ("blocked",)),
    ("Done", ("done",)),
    ("Not planned any more", ("aside",)),
)


def status(view: Overview, link: str, tracking: int, drift: Drift | None = None) -> str:
    """How a plan stands. `link` is its document's, in Markdown; `tracking` its issue, 0 where it has none.

    `drift` is what became of the lines that it cites.
    """
    title = line(view.plan.title or "A plan without a title", 120)
    at = f", tracked in #{tracking}" if tracking else ""
    parts = [f"**{title}** ({link}){at}: {progress(view)}.", *_critical(view), *_who(view), *_gates(view)]
    for name, kinds in _KINDS:
        if some := view.of(*kinds):
            parts.append(_group(view, f"{name}: {len(some)}", some, folded=len(some) > _OPEN or name == "Done"))
    return shortened("\n\n".join([*parts, *_drifted(drift)]))


def progress(view: Overview) -> str:
    """`1 of 3 units done, 1 ready, 1 blocked`."""
    words: tuple[tuple[State, str], ...] = (
        ("working", "in progress"),
        ("ready", "ready"),
        ("held", "held by a validation"),
        ("blocked", "blocked"),
        ("aside", "not planned any more"),
    )
    counts = [f"{len(view.of(state))} {word}" for state, word in words if view.of(state)]
    return ", ".join([f"{len(view.of('done'))} of {len(view.units)} units done", *counts])


def table(view: Overview, some: Sequence[Standing]) -> str:
    """Units with their issues, what they stand at, who works on them, and what they wait for."""
    rows = ["| unit | title | issue | status | who | waits for |", "| --- | --- | --- | --- | --- | --- |"]
    for each in some:
        cells = (
            line(spoken(each.unit.id)),
            line(each.unit.title, 100),
            f"#{each.known.number}" if each.known else "none",
            state(each),
            _hands(each) or "nobody",
            waits(view, each) or "nothing",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _group(view: Overview, name: str, some: Sequence[Standing], folded: bool) -> str:
    text = table(view, some)
    return f"<details><summary>{name}</summary>\n\n{text}\n\n</details>" if folded else f"**{name}**\n\n{text}"


def _hands(each: Standing) -> str:
    """Who works on it, and in which pull request; of what is done, which one it was."""
    if each.over:
        return f"#{each.known.merged.number}" if each.known and each.known.merged else ""
    pulls = ", ".join(f"#{pull.number}" for pull in each.known.pulls) if each.known else ""
    return f"{people(each.who)}{f' in {pulls}' if pulls else ''}"


def _critical(view: Overview) -> Iterator[str]:
    if view.critical:
        size = sum(view.sizes.get(id, 0) for id in view.critical)
        what = f"about {size:,} lines" if size else "counted in units, since not all that is left says its size"
        path = " → ".join(shown(view.units[id]) for id in view.critical[:30])
        more = f" → {len(view.critical) - 30} more" if len(view.critical) > 30 else ""
        yield f"**Critical path**, {what}: {path}{more}"


def _who(view: Overview) -> Iterator[str]:
    """Who works on what; on something blocked too."""
    by: dict[str, list[str]] = {}
    for each in view.units.values():
        for login in each.who:
            by.setdefault(login, []).append(each.unit.id)
    if by:
        told = [f"{people([login])}: {all_shown(view, ids)}" for login, ids in sorted(by.items())]
        yield f"**Who works on what:** {'; '.join(told)}"


def _drifted(drift: Drift | None) -> Iterator[str]:
    """The cited places that are not what they were."""
    if drift is None or not drift.places:
        return
    told = [f"- `{one.place}` (line {one.line}) {one.words}" for one in drift.places[:_OPEN]]
    more = [f"- and {len(drift.places) - _OPEN} more"] if len(drift.places) > _OPEN else []
    yield "\n".join([f"**Citations:** {drift.words} on `{drift.branch}` at `{drift.head[:8]}`.", "", *told, *more])


def _gates(view: Overview) -> Iterator[str]:
    told = [_gate(view, gate) for gate in view.gates if gate.protects]
    if told:
        yield "**Validations**\n\n" + "\n".join(told)


def _gate(view: Overview, gate: Gate) -> str:
    units = all_shown(view, gate.protects)
    name = f"- Row {gate.row}, {decision(gate.risk)}, before {units}:"
    if gate.result:
        found = f": {said(gate.result.found)}" if gate.result.found else ""
        on = f" on {gate.result.on}" if gate.result.on else ""
        return f"{name} **{gate.result.verdict}**{on}{found}"
    if not set(gate.protects) & view.left:
        return f"{name} no result was recorded, and everything that it protects is done or closed."
    must = "which they wait for" if gate.holds else "which comes before their merge" if gate.mandatory else "advisory"
    return f"{name} no result yet, {must}. To record one: {recorded(gate)}."
