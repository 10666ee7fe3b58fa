"""What is said of a plan's issues to people: what was done, and what would be."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from bot.core.findings import Finding
from bot.core.markdown.safe import line, published
from bot.core.plan.ids import spoken
from bot.core.plan.shape import DONE, Plan

from .marks import numbered
from .shape import PLAN, Block, Done, Doubt, Label, Milestone, Nest, Open, Ref, Say, Step, Unblock, Unnest, Work, Write

_MOST_ROWS = 200
_MOST_SAID = 5


def summary(work: Work, done: Sequence[Done], refs: Mapping[str, Ref]) -> str:
    """What was done, for a comment."""
    refused = {step_name(step, work): each.refused for step, each in zip(work.steps, done, strict=True) if each.refused}
    counts = _counts(step for step, each in zip(work.steps, done, strict=True) if each.changed and not each.refused)
    tracking = refs.get(PLAN)
    where = f"The plan's issues are tracked in #{tracking.number}" if tracking else "The plan has no tracking issue"
    if not counts and not refused:
        first = f"{where}: nothing had to be changed, all {work.units} units are as the plan says."
    else:
        first = f"{where}: {_and(counts) or 'nothing was changed'}."
    parts = [first, *_said(work)]
    if refused:
        parts.append("GitHub refused some of it:\n\n" + "\n".join(_refusals(refused)))
        parts.append("Everything else is done. `/plan issues` tries them again.")
    return numbered("\n\n".join(parts), refs)


def preview(work: Work) -> str:
    """What would be done, as a table, for a comment."""
    rows = _rows(work)
    if not rows:
        table = f"Nothing would be changed: the issues of all {work.units} units are as the plan says."
    else:
        told = [f"| {which} | {'; '.join(what)} |" for which, what in list(rows.items())[:_MOST_ROWS]]
        more = len(rows) - _MOST_ROWS
        told += [f"| and {more} more | |"] if more > 0 else []
        head = f"Nothing has been done yet. What would be: {_and(_counts(work.steps, _PLANNED))}."
        table = "\n".join([head, "", "| issue | what would be done |", "| --- | --- |", *told])
    return numbered("\n\n".join([table, *_said(work)]), work.refs)


def refusal(path: str, findings: Sequence[Finding]) -> str:
    """Why a plan can't become issues, with what to write instead."""
    told = [f"- line {each.line}: {published(each.wrong)} {each.mend}" for each in findings]
    return "\n".join([f"`{path.replace('`', '')}` can't become issues yet, so nothing was changed:", "", *told])


def step_name(step: Step, work: Work) -> str:
    """A step, in a few words, for people and the log."""
    match step:
        case Label():
            return f"label {step.name}"
        case Milestone():
            return f"milestone {step.title}"
        case Nest():
            return f"{_named(step.key, work)} as a sub-issue of {_named(step.under, work)}"
        case Unnest():
            return f"{_named(step.key, work)} no sub-issue of #{step.under} any more"
        case Block():
            return f"{_named(step.key, work)} blocked by {_named(step.by, work)}"
        case Unblock():
            return f"{_named(step.key, work)} no longer blocked by #{step.by.number}"
        case Open():
            return f"open {_named(step.key, work)}"
        case Say():
            return f"a comment on {_named(step.key, work)}"
        case Write():
            return f"{_verb(step)} {_named(step.key, work)}"
        case _:
            assert_never(step)


def doubted(doubt: Doubt) -> str:
    """The question that a unit in doubt comes to."""
    why, _, own = doubt.hint.partition("; ")
    issues = ", ".join(f"#{number}" for number in doubt.issues)
    return (
        f"Which issue is **{line(doubt.title)}** (line {doubt.line})? {why}: {issues}. So none was taken, and none "
        f"opened or closed. Say it in the plan, in the unit's heading: `<!-- unit: {own} -->` for #{doubt.issues[0]}, "
        "or any other name for a new issue."
    )


def unsaid(plan: Plan) -> Iterator[str]:
    """What a plan leaves open of its order: what of it can't be read, and units of which it says nothing."""
    for each in plan.findings[:_MOST_SAID]:
        yield f"Line {each.line}: {published(each.wrong)} {each.mend}"
    if len(plan.findings) > _MOST_SAID:
        yield f"{len(plan.findings) - _MOST_SAID} more can't be read; `charrette plan lint` says which."
    silent = [spoken(unit.id) for unit in plan.silent if not unit.status.startswith(DONE)]
    if len(silent) > _MOST_SAID:
        silent = [*silent[: _MOST_SAID - 1], f"{len(silent) - _MOST_SAID + 1} more"]
    if silent:
        mend = "That is read as no dependency; the plan can say “Depends on: …”, or “Depends on: none”."
        yield f"Nothing that could be read says what {_and(silent)} needs. {mend}"


def _said(work: Work) -> Iterator[str]:
    yield from map(doubted, work.doubts)
    yield from work.said


def _refusals(refused: Mapping[str, str]) -> Iterator[str]:
    for name, why in list(refused.items())[:20]:
        yield f"- {published(name)}: {published(why)}"
    if len(refused) > 20:
        yield f"- and {len(refused) - 20} more"


def _rows(work: Work) -> Mapping[str, Sequence[str]]:
    """What would be done to each issue, in a few words; what goes without saying is left out."""
    rows: dict[str, list[str]] = {}
    for step in work.steps:
        if what := _planned(step, work):
            which = "" if isinstance(step, Label | Milestone) else _which(step.key, work)
            rows.setdefault(which or "(milestone)", []).append(what)
    return rows


def _planned(step: Step, work: Work) -> str:
    match step:
        case Open():
            return "open it"
        case Write() if step.state == "closed":
            why = {"superseded": "another unit supersedes it", "duplicate": "it is there twice"}
            return f"close it: {why.get(step.why, 'the plan no longer has it')}"
        case Write() if step.state == "open":
            return "open it again: the plan has it again"
        case Write() if step.key not in work.refs:
            return ""
        case Write():
            return f"rename it to “{line(step.title)}”, and update its text" if step.title else "update its text"
        case Nest():
            return (
                "" if step.under == PLAN and step.key not in work.refs else f"sub-issue of {_short(step.under, work)}"
            )
        case Unnest():
            return f"no sub-issue of #{step.under} any more"
        case Block():
            return f"blocked by {_short(step.by, work)}"
        case Unblock():
            return f"no longer blocked by #{step.by.number}"
        case Milestone():
            return f"“{line(step.title)}”, for all of them"
        case Label() | Say():
            return ""
        case _:
            assert_never(step)


def _which(key: str, work: Work) -> str:
    number = f"#{work.refs[key].number} " if key in work.refs else ""
    return f"{number}{line(_named(key, work), 80)}"


def _short(key: str, work: Work) -> str:
    return f"#{work.refs[key].number}" if key in work.refs else line(_named(key, work).partition(": ")[0])


def _named(key: str, work: Work) -> str:
    return work.names.get(key, key)


def _verb(step: Write) -> str:
    return {"closed": "close", "open": "open again", "": "update"}[step.state]


_WORDS = {
    "open": ("opened one issue", "opened {} issues"),
    "update": ("updated one", "updated {}"),
    "open again": ("opened one again", "opened {} again"),
    "close": ("closed one", "closed {}"),
    "nest": ("made one a sub-issue", "made {} sub-issues"),
    "block": ("noted one dependency", "noted {} dependencies"),
    "unblock": ("took one dependency off", "took {} dependencies off"),
}


_PLANNED = {
    "open": ("one issue to open", "{} issues to open"),
    "update": ("one to update", "{} to update"),
    "open again": ("one to open again", "{} to open again"),
    "close": ("one to close", "{} to close"),
    "nest": ("one sub-issue", "{} sub-issues"),
    "block": ("one dependency", "{} dependencies"),
    "unblock": ("one dependency to take off", "{} dependencies to take off"),
}


def _counts(steps: Iterator[Step] | Sequence[Step], words: Mapping[str, tuple[str, str]] = _WORDS) -> Sequence[str]:
    counts: Counter[str] = Counter()
    opened: set[str] = set()
    for step in steps:
        if isinstance(step, Open):
            opened.add(step.key)
        if isinstance(step, Write) and step.key in opened:
            continue
        counts[_verb(step) if isinstance(step, Write) else step.kind] += 1
    return [
        one if counts[name] == 1 else many.format(counts[name]) for name, (one, many) in words.items() if counts[name]
    ]


def _and(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
