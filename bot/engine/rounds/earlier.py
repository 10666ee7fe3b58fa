"""A pull request's earlier review rounds, read from their commits, so that no table is needed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.concerns import Concern, counted, read
from bot.core.concerns.remembering import remembered
from bot.core.concerns.shape import is_undecided
from bot.core.errors import MissingError, PersonError
from bot.core.outputs.concerns import NAME
from bot.core.ports import Checkout, GitHub, Pull
from bot.core.run.record import Closed, Earlier, Raised, Record, trailers
from bot.engine.services import Services


@dataclass(frozen=True)
class Past:
    """The last commit of a round: the commit with its concerns, and the one that it reviewed."""

    run: str
    commit: str
    base: str


def moved(services: Services, record: Record) -> str:
    """The newest commit by people on the reviewed branch since it was pinned, or "".

    Commits by runs of ours, such as the log in 001, are reported by their own status.
    """
    pinned = record.pinned
    assert pinned.round is not None
    github = services.installations.github(pinned.subject.repository)
    if pinned.branchless:
        return record.head if record.head and record.head != pinned.base else ""
    branch = pinned.round.into or pinned.branch
    if github.head(branch) in (None, pinned.base):
        return ""
    others = [commit.sha for commit in github.branch_commits(branch, pinned.base) if not commit.ours]
    return others[-1] if others else ""


def closed(*pulls: Pull | None) -> Closed:
    """How the first of these that is no longer open ended: "merged" or "closed"; "" if all are open."""
    shut = next((pull for pull in pulls if pull is not None and not pull.open), None)
    return "" if shut is None else "merged" if shut.merged else "closed"


def past_rounds(github: GitHub, branches: Iterable[str], run: str, phase: str) -> tuple[Past, ...]:
    """The rounds that left their concerns on these branches, oldest first."""
    base = github.default_branch()[1]
    found: dict[str, Past] = {}
    for branch in branches:
        for commit in github.branch_commits(branch, base):
            values = trailers(commit.message)
            of = values.get("Run", "")
            same = of.rpartition(".")[0] == run.rpartition(".")[0]
            if commit.ours and same and values.get("Phase", "").partition("@")[0] == phase:
                found[of] = Past(of, commit.sha, values.get("Base", ""))
    return tuple(sorted(found.values(), key=lambda past: int(past.run.rpartition(".")[2])))


def earlier(
    checkout: Checkout,
    pull: Pull,
    head: str,
    folder: str,
    past: Sequence[Past],
    texts: Mapping[str, str],
    known: Sequence[Concern] = (),
) -> Earlier | None:
    """What a round builds on: the concerns at `head`, from an earlier round or written by people.

    `known` are those that were ever there, as far as runs remember; commits of earlier rounds have some too.
    """
    there = (path for path in checkout.blobs(head, folder) if path.rpartition("/")[0] == folder)
    path = next((path for path in there if path.endswith(NAME)), None)
    if path is None:
        return None
    text = checkout.text(path, head) or ""
    raised = raised_in(text, known)
    if not past:
        return Earlier(path, head, pull.head, raised, tuple(texts))
    try:
        checkout.fetch(*(each.commit for each in past))
        before = [read(checkout.text(path, each.commit) or "").concerns for each in past]
    except (MissingError, PersonError):
        # Somebody rewrote the branch: what it was before is not to be had any more.
        return Earlier(path, head, pull.head, raised, tuple(texts))
    changed = changed_since(checkout, past[-1].base, texts)
    if changed is None:
        return Earlier(path, head, pull.head, raised, tuple(texts))
    raised = raised_in(text, remembered(*before, known))
    return Earlier(path, head, past[-1].base, raised, changed, tuple(map(counted, before)))


def changed_since(checkout: Checkout, base: str, texts: Mapping[str, str]) -> tuple[str, ...] | None:
    """The documents that differ from this commit; None if the commit can't be fetched any more."""
    try:
        checkout.fetch(base)
    except (MissingError, PersonError):
        return None
    return tuple(name for name, text in texts.items() if checkout.text(name, base) != text)


def raised_in(text: str, known: Sequence[Concern] = ()) -> tuple[Raised, ...]:
    """A document's concerns with their decisions; then known ones that were removed from it."""
    there = read(text).concerns
    ids = {concern.id for concern in there}
    return (*map(_raised, there), *(_raised(each, gone=True) for each in known if each.id not in ids))


def _raised(concern: Concern, gone: bool = False) -> Raised:
    decision = None if is_undecided(concern) else concern.decision
    said = (decision.verdict or "decided", decision.why) if decision else ("", "")
    return Raised(concern.id, concern.title, concern.severity, *said, gone)
