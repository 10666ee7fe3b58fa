"""What GitHub shows of a pull request's concerns: a check, and a comment if no document holds them."""

from collections.abc import Iterator, Sequence

from bot.core.concerns import Concern, read
from bot.core.concerns.remembering import standing
from bot.core.concerns.ruling import FORM
from bot.core.concerns.shape import SEVERITIES, is_undecided
from bot.core.markdown.fitting import LIMIT, shortened
from bot.core.markdown.safe import line as one_line
from bot.core.markdown.safe import plain, published
from bot.core.publications import Annotation, CheckWish
from bot.core.run.state import State

from .pages import link, web

CONCERNS = "charrette/concerns"
# The key of the comment that lists the concerns where no document does.
LISTED = "concerns"
# What is left for words beside the concerns in their comment, and the decisions that it shows.
ROOM, MOST_ROWS = 2_000, 50
# Of which severities the undecided ones are named in an answer, and how many of each at most.
NAMED, MOST_NAMED = SEVERITIES[:2], 50
REST = "(The rest is more than fits here. The concerns have something of every finding.)"
OF_A_FORK = (
    "This pull request comes from a fork, where I can't commit: this list is kept here, not in a document. Decide with "
    f"{FORM}; several in one comment, a line each. What is decided shows here and in the check `{CONCERNS}`."
)


def concerns_check(state: State) -> Iterator[CheckWish]:
    """The check that fails while a critical concern is undecided, computed from the document at the head."""
    if state.record.concerns is None:
        return
    path, concerns = state.record.concerns.path, all_of(state)
    waiting = [each for each in concerns if each.severity == "critical" and is_undecided(each)]
    many = "concern is" if len(waiting) == 1 else "concerns are"
    title = f"{len(waiting)} critical {many} undecided" if waiting else "No critical concern is undecided"
    lines = [f"- {each.id}: {one_line(each.title)}{_how(each)}" for each in waiting]
    yield CheckWish(
        key=f"concerns/{state.record.head}",
        name=CONCERNS,
        head=state.record.head or "",
        status="completed",
        conclusion="failure" if waiting else "success" if concerns else "neutral",
        title=title,
        summary=shortened("\n".join([*lines, "", f"See {_where(state, path)}.", ""])),
        annotations=()
        if state.pinned.branchless
        else tuple(
            Annotation(path, each.line, "failure", each.id, plain(f"Undecided: {each.title}", 500))
            for each in waiting
            if each.line
        ),
    )


def _where(state: State, path: str) -> str:
    if state.pinned.branchless:
        return f"the concerns on [the pull request]({web(state)}/pull/{state.record.pull})"
    if not (state.record.concerns and state.record.concerns.text):
        gone = plain(path).replace("`", "'")
        return f"the history of the branch: `{gone}` is not there any more"
    return link(state, path, "the concerns")


def counts(state: State) -> Iterator[str]:
    """A table of concerns by severity: how many, how many undecided, which of the severe ones; and where they are."""
    concerns = all_of(state)
    if state.record.concerns is None or not concerns:
        return
    yield from ("| concerns | in all | undecided |", "| --- | --- | --- |")
    for severity in SEVERITIES:
        own = [each for each in concerns if each.severity == severity]
        open = [each for each in own if is_undecided(each)]
        if own:
            told = f"{len(open)}: {_ids(open)}" if open and severity in NAMED else f"{len(open) or 'none'}"
            yield f"| {severity} | {len(own)} | {told} |"
    first = next((each.id for each in sorted(concerns, key=_gravity) if is_undecided(each)), "")
    ways = f" To decide: {FORM.replace('C1', first)}." if first else ""
    yield from ("", f"See {_where(state, state.record.concerns.path)}.{ways}", "")


def _gravity(concern: Concern) -> int:
    return SEVERITIES.index(concern.severity)


def _ids(concerns: Sequence[Concern]) -> str:
    shown = [each.id if each.line else f"{each.id} (removed from the document)" for each in concerns[:MOST_NAMED]]
    return ", ".join([*shown, *(["…"] if len(concerns) > MOST_NAMED else [])])


def concerns_comment(state: State) -> str:
    """The comment with a round's concerns, used if no document holds them.

    Each concern is folded, the most severe first. The decision log and dismissed findings follow.
    """
    document = read(state.record.concerns.text if state.record.concerns else "")
    head = [f"### Concerns: {one_line(state.pinned.title)}", "", OF_A_FORK, ""]
    log = [f"- {row.date} {one_line(row.by)}: {', '.join(row.ids)} {one_line(row.decision)}" for row in document.log]
    gone = [fate for fate in document.dispositions if fate.kind == "dismissed"]
    why = [f"- {one_line(fate.expert)} {fate.finding}: {one_line(fate.reason, 500)}" for fate in gone]
    tail = [
        _folded(title, "\n".join(rows[-MOST_ROWS:])) for title, rows in (("Dismissed", why), ("Decisions", log)) if rows
    ]
    whole = [(concern, _concern(concern)) for concern in document.concerns]
    lines = [f"- {_title(concern)}" for concern, _ in whole]
    # All titles fit, before any concern is told in full; then as many as there is room for.
    room = LIMIT - ROOM - sum(map(len, (*head, *tail))) - sum(len(line) + 1 for line in lines)
    for n, (_, block) in enumerate(whole):
        if (room := room - len(block)) < 0:
            break
        lines[n] = block
    return shortened("\n".join([*head, *lines, "", *tail]), more=REST)


def _title(concern: Concern) -> str:
    return f"<b>{concern.id}. {one_line(concern.title)}</b> ({concern.severity}) · {decided(concern).replace('**', '')}"


def _concern(concern: Concern) -> str:
    sources = "; ".join(f"{one_line(each.expert)} ({each.severity})" for each in concern.sources)
    fields = (
        ("Raised by", sources),
        ("Problem", concern.problem),
        ("Evidence", concern.evidence),
        ("Solution", concern.solution),
        ("Owner", concern.owner),
        ("Downgrade", concern.downgrade),
    )
    told = "\n\n".join(f"**{name}:** {published(text).strip()}" for name, text in fields if text)
    return _folded(_title(concern), told)


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>\n"


def _how(concern: Concern) -> str:
    """A hint on how to decide a concern that was removed from the document; "" for others."""
    if concern.line:
        return ""
    return f" (removed from the document undecided: put it back, or write `/decide {concern.id} reject: why`)"


def decided(concern: Concern) -> str:
    """The content of a concern's decision field, for a table cell."""
    decision = concern.decision
    if not concern.line:
        return "**open**, though removed from the document"
    if decision is None:
        return "open"
    if decision.ticked > 1:
        return "**open**: several boxes are ticked"
    return ": ".join(part for part in (f"**{decision.verdict or 'decided'}**", one_line(decision.why, 120)) if part)


def all_of(state: State) -> tuple[Concern, ...]:
    """The concerns in the document on the branch, plus those that were removed from it undecided."""
    concerns = state.record.concerns
    return standing(concerns.known, concerns.text) if concerns else ()
