"""What GitHub shows of a run: a pure function from its state to publications."""

import re
from collections.abc import Iterator
from datetime import datetime

from bot.core.incoming.messages import Revise, Touched
from bot.core.markdown.fitting import LIMIT, shortened
from bot.core.markdown.safe import line as one_line
from bot.core.markdown.safe import plain
from bot.core.plan.core import review_core
from bot.core.publications import (
    Annotation,
    CheckWish,
    CommentWish,
    Conclusion,
    DraftWish,
    Publication,
    PullRequestWish,
)
from bot.core.run.advance import ending
from bot.core.run.phase import PhaseState
from bot.core.run.record import Spent
from bot.core.run.state import State

from .checklist import lines_of, revised
from .headline import headline, to_mend
from .pages import link, web
from .questions import asking

ROOM = 500
FEW, MANY = 5, 100
CHECK = "charrette"
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")


def publications(state: State) -> tuple[Publication, ...]:
    """Everything GitHub should show now."""
    return tuple(_publications(state))


def _publications(state: State) -> Iterator[Publication]:
    """In the order of publishing. The status comes last, so that everything it mentions exists already."""
    if state.record.head is not None:
        yield PullRequestWish(
            state.pinned.branch,
            state.pinned.base_branch,
            plain(f"{state.definition.kind}: {state.pinned.title}"),
            shortened(pull_request(state)),
            draft=not is_over(state),
            reopens=not state.stopped,
        )
        yield from _drafted_again(state)
        yield check(state)
        yield from left_behind(state)
    yield from asking(state)
    yield from _untouched(state)
    yield CommentWish("status", state.pinned.subject.home, shortened(status(state)))


def is_over(state: State) -> bool:
    """Whether every phase is finished, which makes the pull request ready for review."""
    return state.current is None and not state.stopped


def _drafted_again(state: State) -> Iterator[DraftWish]:
    """The pull request becomes a draft again while its documents are revised."""
    wishes = [entry.message.id for entry in state.record.entries if isinstance(entry.message.deed, Revise)]
    if wishes and state.current is not None and not state.stopped:
        yield DraftWish(f"draft/{wishes[-1]}", state.pinned.branch)


def _untouched(state: State) -> Iterator[CommentWish]:
    """A comment to people whose revision request matches no document, or only documents that people edited."""
    by = {entry.message.id: entry.message.by for entry in state.record.entries}
    titles = {phase.phase.id: phase.phase.label for phase in state.phases}
    for entry in state.record.entries:
        deed = entry.message.deed
        if not isinstance(deed, Touched):
            continue
        kept = [touch.phase for touch in deed.touches if touch.kept]
        words = ""
        if kept:
            edited = ", ".join(titles[phase] for phase in kept)
            words = f"this touches documents that people edited, which only their names change: {edited}. "
            words += f"To have them made again too: `/revise {titles[kept[0]][:3]} ...`."
        elif not deed.touches:
            words = "I can't tell which documents this touches. Please name them, for example `/revise 002 ...`."
        if words:
            yield CommentWish(f"revise/{deed.of}", state.pinned.subject.home, f"@{by.get(deed.of, '')} {words}\n")


# --- the status comment ----------------------------------------------------------------------------------------------


def status(state: State) -> str:
    """The run's one status comment."""
    pinned = state.pinned
    head = [f"### {state.definition.kind}: {one_line(pinned.title)}", "", f"**{headline(state)}**", ""]
    if state.record.request is not None:
        head.append(f"- [x] {link(state, state.request_path, '001 The request')}")
    tail = [*_open_findings(state), *_drift(state, FEW), "", *_facts(state), ""]
    room = LIMIT - ROOM - sum(len(line) + 1 for line in (*head, *tail))
    items: list[str] = []
    for phase in state.phases:
        item = "\n".join(lines_of(state, phase))
        room -= len(item) + 1
        if room < 0:
            items.append(f"- and {len(state.phases) - len(items)} more documents, on the branch")
            break
        items.append(item)
    return "\n".join([*head, *items, *tail])


def _open_findings(state: State) -> Iterator[str]:
    """The first findings of the phase that is blocked by them, or of its draft that is being mended."""
    phase = state.current
    if phase is None:
        return
    found = phase.findings if phase.status in ("blocked", "awaiting") else to_mend(state)
    if not found:
        return
    yield ""
    for finding in found[:FEW]:
        yield f"- line {finding.line}, {finding.rule}: {one_line(f'{finding.wrong} {finding.mend}', 400)}"
    if len(found) > FEW:
        yield f"- and {len(found) - FEW} more{', in the check' if phase.findings else ''}"


def _drift(state: State, most: int) -> Iterator[str]:
    """The first cited places that changed on the default branch since they were cited."""
    drift = state.record.drift
    if drift is None:
        return
    head = f"[`{drift.head[:8]}`]({web(state)}/commit/{drift.head})"
    count = len(drift.places)
    yield from ("", f"The branch `{drift.branch}` has moved to {head}. {drift.words}.")
    if drift.places:
        yield ""
    for one in drift.places[:most]:
        name = one.document.rpartition("/")[2]
        where = f"{link(state, one.document, name)}, line {one.line}"
        yield f"- `{one.place}` ({where}) {one.words}"
    if count > most:
        yield f"- and {count - most} more" + (", in the check" if most == FEW else "")


def _facts(state: State) -> Iterator[str]:
    where = []
    if state.record.head is not None:
        where.append(f"Branch [`{state.pinned.branch}`]({web(state)}/tree/{state.pinned.branch})")
    if state.record.pull is not None:
        where.append(f"pull request #{state.record.pull}")
    if where:
        yield ", ".join(where) + "."
    yield f"{elapsed(state.pinned.started_at, state.now)} · {cost(state.spent)}"
    if "web" in state.without and any(phase.commit for phase in state.phases):
        yield (
            "\nThis was made without web search: what is said of other systems comes from what people provided, "
            "and whatever the model only remembers is marked UNVERIFIED."
        )


def elapsed(since: str, now: str) -> str:
    """The time between two ISO timestamps, such as `1 h 2 min`."""
    if not since or not now:
        return "just started"
    seconds = max(0, int((datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds()))
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def cost(spent: Spent) -> str:
    """Tokens and money as text, which says so if the run is a replay or a price is unknown."""
    if not spent.calls:
        return "no tokens yet"
    if spent.replayed == spent.calls:
        return f"{spent.calls} recorded answer{'' if spent.calls == 1 else 's'} · replayed, no cost"
    tokens = f"{spent.tokens:,} tokens in {spent.calls} calls"
    money = "cost unknown" if spent.dollars is None else f"{spent.dollars:.2f} USD"
    return f"{tokens} · {money}" + (f" ({spent.replayed} replayed)" if spent.replayed else "")


# --- the pull request and the check ----------------------------------------------------------------------------------


def pull_request(state: State) -> str:
    """The pull request's body: what this is, its progress, and an index of the documents."""
    issue, what = f"#{state.pinned.subject.home}", state.definition.thing
    gist = next((phase.commit.gist for phase in reversed(state.phases) if phase.commit and phase.finished), "")
    lines = [
        f"The {what} for {issue}, made by the `{state.pinned.workflow}` workflow, for people to read and decide on.",
        "People's edits on this branch are kept.",
        "",
        f"**{headline(state)}**",
        "",
        "| document | state |",
        "| --- | --- |",
        f"| {link(state, state.request_path, '001-user-request.md')} | what was asked, answered and done |",
    ]
    words = {
        "pending": "to come",
        "asking": "draft, questions open",
        "awaiting": "waits for approval",
        "blocked": "draft, with findings",
        "done": "done",
        "findings": "done, with findings",
    }
    for phase in state.phases:
        for path in sorted(phase.commit.files) if phase.commit else [path for _, path in phase.paths]:
            name = path.rpartition("/")[2]
            shown = link(state, path, name) if phase.commit else name
            standing = words["done" if phase.wish else phase.status]
            lines.append(f"| {shown}{_parts(phase)} | {standing}{revised(phase)} |")
    base = f"[`{state.pinned.base[:8]}`]({web(state)}/commit/{state.pinned.base})"
    lines += ["", f"Based on {base} · {cost(state.spent)}", ""]
    shared = sorted(state.record.shared.items())
    plans = (review_core(text, f"{web(state)}/blob/{state.pinned.branch}/{path}") for path, text in shared)
    if core := next(filter(None, plans), ""):
        return "\n".join([*lines, core])
    return "\n".join([*lines, "## Summary", "", gist, ""] if gist else lines)


def _parts(phase: PhaseState) -> str:
    """The sections of a shared document that a phase writes, for display after the document's name."""
    return f": {', '.join(map(one_line, phase.phase.sections))}" if phase.phase.into else ""


def check(state: State) -> CheckWish:
    """The run's check on the branch head, with gate findings as annotations.

    It is neutral, never green, if nothing was produced.
    """
    annotations = tuple(_annotations(state))
    conclusion = _conclusion(state)
    return CheckWish(
        key=f"check/{state.record.head}",
        name=f"{CHECK}/{state.pinned.workflow}",
        head=state.record.head or "",
        status="in_progress" if conclusion is None else "completed",
        conclusion=conclusion,
        title=plain(_LINK.sub(r"\1", headline(state)).partition(". ")[0].rstrip("."), 120),
        summary=shortened(_summary(state)),
        annotations=annotations,
    )


def left_behind(state: State) -> Iterator[CheckWish]:
    """Checks on earlier heads, completed so that none stays in progress for ever.

    Two commits can be made before the next publication, so the two previous heads are included. The text is the same
    for every head, so each check is written only once.
    """
    round = state.pinned.round
    shown = [state.pinned.base] if round is not None and not round.into else []
    shown += [commit.sha for commit in state.record.commits]
    for older in [sha for sha in dict.fromkeys(shown) if sha != state.record.head][-2:]:
        yield CheckWish(
            key=f"check/{older}",
            name=f"{CHECK}/{state.pinned.workflow}",
            head=older,
            status="completed",
            conclusion="neutral",
            title="The run has moved on",
            summary="The run has moved on: see the check on the branch's newest commit.\n",
        )


def _conclusion(state: State) -> Conclusion | None:
    produced = any(phase.commit for phase in state.phases)
    if state.trouble is not None:
        return "failure" if produced else "neutral"
    if state.stopped:
        return "neutral"
    phase = state.current
    if state.unplaced is not None:
        return None
    if phase is None:
        return "success" if produced and ending(state) == "done" else "neutral"
    if phase.status in ("asking", "awaiting"):
        return "action_required"
    return "failure" if phase.status == "blocked" else None


def _summary(state: State) -> str:
    lines = [headline(state), "", "| document | findings |", "| --- | --- |"]
    for phase in state.phases:
        if phase.commit:
            names = ", ".join(path.rpartition("/")[2] for path in sorted(phase.commit.files)) + _parts(phase)
            lines.append(f"| {names} | {len(phase.findings) or 'none'} |")
    return "\n".join([*lines, *_drift(state, MANY), "", cost(state.spent), ""])


def _annotations(state: State) -> Iterator[Annotation]:
    levels = {"error": "failure", "warning": "warning", "asks": "notice"}
    for phase in state.phases:
        if phase.commit is None:
            continue
        for finding in phase.findings:
            yield Annotation(
                finding.path or min(phase.commit.files),
                max(1, finding.line),
                levels[finding.severity],  # type: ignore[arg-type]
                finding.rule or "gate",
                plain(f"{finding.wrong} {finding.mend}", 1000),
            )
