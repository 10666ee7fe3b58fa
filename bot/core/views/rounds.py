"""What GitHub shows of a review round: a review for each expert, the concerns check, and one status comment."""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.core.citations.permalinks import unlinked
from bot.core.concerns import Concern, counted
from bot.core.concerns.ruling import FORM
from bot.core.concerns.shape import SEVERITIES, is_undecided
from bot.core.markdown.fitting import MORE, shortened
from bot.core.markdown.safe import line as one_line
from bot.core.markdown.safe import plain, published
from bot.core.outputs.review import REVIEW, UNVERIFIED, place
from bot.core.publications import CommentWish, Publication, PullRequestWish, Remark, ReviewWish
from bot.core.run.record import PanelRound, PhaseCommit
from bot.core.run.state import State
from bot.core.views import owners as owner_views

from .concerns import LISTED, REST, all_of, concerns_check, concerns_comment, counts, decided
from .endings import kept
from .headline import headline
from .pages import link, web
from .run import check, cost, elapsed, left_behind

_COUNTED = {"critical": "critical", "important": "important", "nice to have": "nice to have", "question": "to answer"}


def publications(state: State) -> Iterator[Publication]:
    """Everything GitHub should show of a round now; the status comes last."""
    round = _round(state)
    if state.record.head is not None:
        if round.into and state.record.commits:
            yield PullRequestWish(
                state.pinned.branch,
                round.into,
                plain(f"Reviews: {state.pinned.title}"),
                f"The reviews of #{round.pull}, and the concerns that came of them: merge them beside the documents.\n",
                draft=state.current is not None,
                reopens=False,
            )
        yield check(state)
        yield from left_behind(state)
        yield from _reviews(state)
        yield from concerns_check(state)
    if state.pinned.branchless and state.record.concerns is not None:
        yield CommentWish(LISTED, round.pull, concerns_comment(state))
    yield CommentWish("status", round.pull, shortened(status(state)))


def status(state: State) -> str:
    """The round's status comment."""
    if not has_experts(state):
        return owner_views.status(state)
    number = _round(state).number
    return _told(state, f", round {number}" if number > 1 else "", [*_table(state), *_trend(state)])


def answer(state: State) -> str:
    """The answer to `/status` about a round: the experts, and the concerns by severity with the open ones."""
    return _told(state, f", round {_round(state).number}", counts(state))


def has_experts(state: State) -> bool:
    """Whether the round has a panel of experts, rather than only sorting a panel's concerns."""
    return any(phase.phase.each for phase in state.phases)


def _told(state: State, number: str, of_concerns: Iterable[str]) -> str:
    round = _round(state)
    lines = [f"### Review: {one_line(state.pinned.title)}{number}", "", f"**{_headline(state)}**", ""]
    base = f"[`{state.pinned.base[:8]}`]({web(state)}/commit/{state.pinned.base})"
    many = "document" if len(round.documents) == 1 else "documents"
    lines += [f"{len(round.documents)} {many} at {base} · {round.why}.", *_asides(state), ""]
    lines += _experts(state)
    lines += [
        *of_concerns,
        f"{elapsed(state.pinned.started_at, state.now)} · {cost(state.spent)}",
        "",
    ]
    return "\n".join(lines)


def _round(state: State) -> PanelRound:
    assert state.pinned.round is not None
    return state.pinned.round


def _headline(state: State) -> str:
    if state.stopped and state.record.closed:
        again = "" if state.record.closed == "merged" else " Reopen it and write `/resume` to continue."
        return f"Stopped: the pull request is {state.record.closed}, so the panel has stopped. {kept(state)}{again}"
    if state.current is not None or state.stopped or state.trouble is not None:
        return headline(state).replace("put the label back on, or write `/resume`", "write `/resume`")
    concerns = _open(state)
    if not concerns:
        return "Done: no concern is open."
    counts = {severity: sum(each.severity == severity for each in concerns) for severity in SEVERITIES}
    said = ", ".join(f"{n} {_COUNTED[severity]}" for severity, n in counts.items() if n)
    return f"Done: {said}. Each waits for a decision."


def _experts(state: State) -> Iterator[str]:
    """The experts, each with its review or the reason why there is none."""
    commit = _commit(state, "findings")
    there = {path.rpartition("/")[2]: path for path in commit.files} if commit else {}
    failed = dict(commit.failed) if commit else {}
    phase = next(phase.phase for phase in state.phases if phase.phase.each)
    waiting = "" if state.stopped or state.trouble is not None else " …"
    for persona in state.definition.panel:
        path = there.get(phase.member_file(persona.id))
        if persona.id in failed:
            yield f"- [ ] {one_line(persona.name)}: **failed**, so this lens is missing. {one_line(failed[persona.id])}"
        elif path:
            yield f"- [x] {link(state, path, one_line(persona.name))}: {one_line(_verdict(state, path))}"
        else:
            yield f"- [ ] {one_line(persona.name)}{waiting}"
    if state.record.concerns is not None and state.record.concerns.text:
        where = ", in a comment of their own" if state.pinned.branchless else ""
        yield f"- [x] {link(state, state.record.concerns.path, 'Concerns')}{where}"
    yield ""


def _asides(state: State) -> Iterator[str]:
    """Notes for readers of a review: what changed since it was written, and what was left out."""
    round, moved = _round(state), state.record.moved
    if moved:
        yield f"The branch has moved on since, to `{moved[:8]}`; those changes were not read."
    if round.left:
        names = ", ".join(f"`{one_line(path)}`" for path in round.left[:5])
        more = f" and {len(round.left) - 5} more" if len(round.left) > 5 else ""
        yield f"The documents are too much to read at once, so these were left out: {names}{more}."


def _trend(state: State) -> Iterator[str]:
    """How many concerns each round left open; empty for the first round."""
    earlier, commit = _round(state).earlier, _commit(state, "concerns")
    rounds = list(earlier.trend) if earlier else []
    if not rounds:
        return
    if commit is not None:
        rounds.append(counted(_open(state)))
    yield from ("| open after | critical | important | nice to have | questions |", "| --- | --- | --- | --- | --- |")
    first = _round(state).number - len(earlier.trend if earlier else ())
    for n, open in enumerate(rounds, first):
        yield f"| round {n} | {' | '.join(map(str, open))} |"
    yield ""


def _verdict(state: State, path: str) -> str:
    commit = _commit(state, "findings")
    assert commit is not None
    return str(_read(state, commit.texts[path])["verdict"])


def _table(state: State) -> Iterator[str]:
    """The concerns as a table: open ones first, then by severity."""
    concerns = sorted(all_of(state), key=lambda each: not is_undecided(each))
    if not concerns:
        return
    yield from ("| concern | raised by | decision |", "| --- | --- | --- |")
    for each in concerns[:20]:
        sources = ", ".join(one_line(source.expert) for source in each.sources)
        yield f"| **{each.id}** {one_line(each.title)} | {sources} | {decided(each)} |"
    if len(concerns) > 20:
        yield f"| and {len(concerns) - 20} more | | |"
    if _open(state):
        yield from ("", f"To decide: {FORM}; several in one comment, a line each.{_or_by_hand(state)}")
    yield ""


def _or_by_hand(state: State) -> str:
    return "" if state.pinned.branchless else " Editing the document does the same."


# --- reviews ---------------------------------------------------------------------------------------------------------


def _reviews(state: State) -> Iterator[ReviewWish]:
    """One review for each expert that delivered one, on the commit that the expert read."""
    commit, round = _commit(state, "findings"), _round(state)
    if commit is None:
        return
    for path, text in sorted(commit.texts.items()):
        review = _read(state, text)
        yield ReviewWish(
            key=f"review/{path.rpartition('/')[2].removesuffix('-review.md')}",
            number=round.pull,
            commit=state.pinned.base,
            page=f"{web(state)}/blob/{state.pinned.base}",
            body=_body(state, path, review),
            remarks=tuple(_remarks(review)),
            rest=REST if state.pinned.branchless else MORE,
        )


def _body(state: State, path: str, review: dict[str, object]) -> str:
    items = review["items"]
    assert isinstance(items, list)
    count = f"{len(items)} finding{'s' if len(items) != 1 else ''}" if items else "No finding"
    parts = [
        f"**{one_line(str(review['title']).partition(', review')[0])}** · {one_line(str(review['lens']))}",
        f"**Verdict:** {published(str(review['verdict'])).strip()}",
        published(str(review["summary"])).strip(),
        f"Examined: {published(str(review['examined'])).strip()}",
        f"{count}."
        if state.pinned.branchless
        else f"{count}; the whole review is {link(state, path, path.rpartition('/')[2])}.",
    ]
    commit = _commit(state, "findings")
    replayed = ["This is a recorded answer: replayed, no cost."] if commit and commit.spent.replayed else []
    parts.append(" ".join([f"Read at `{state.pinned.base[:8]}`.", *_asides(state), *replayed]))
    if state.pinned.branchless:
        # No document has them.
        parts += [_remark(n, item) for n, item in enumerate(items, 1) if place(item["location"]) is None]
    return "\n\n".join(parts)


def _remarks(review: dict[str, object]) -> Iterator[Remark]:
    """A remark for each finding with a readable location; the others are only in the document."""
    items = review["items"]
    assert isinstance(items, list)
    for n, item in enumerate(items, 1):
        where = place(item["location"])
        if where is not None:
            yield Remark(where[0], where[1], where[2], _remark(n, item))


def _remark(n: int, item: dict[str, Any]) -> str:
    mark = "" if item["verified"] else f" {UNVERIFIED}"
    parts = [
        f"**F{n}. {one_line(item['title'])}** ({item['severity']}, confidence {item['confidence']}){mark}",
        published(item["problem"]).strip(),
    ]
    if item["suggestion"]:
        parts.append(f"*Suggestion:* {published(item['suggestion']).strip()}")
    return "\n\n".join(parts)


def _read(state: State, text: str) -> dict[str, object]:
    found: dict[str, object] = REVIEW.parse(unlinked(text, web(state)))
    return found


def _open(state: State) -> tuple[Concern, ...]:
    return tuple(concern for concern in all_of(state) if is_undecided(concern))


def _commit(state: State, output: str) -> PhaseCommit | None:
    """The newest commit of the phase with this output."""
    return next((phase.commit for phase in state.phases if phase.phase.output == output), None)
