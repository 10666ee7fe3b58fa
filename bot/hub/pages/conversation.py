"""What was said and done in an issue or a pull request, in the order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from markupsafe import Markup

from bot.hub.facts import Account, Comment, Issue, IssueEvent, PullRequest, Reaction, Review, ReviewComment, Subject
from bot.hub.history import is_as_it_was, log
from bot.hub.resources.issues import CONTENTS, author_association
from bot.hub.resources.pulls import base_tip

from .diffs import Row, Thread, rows_of, threads_of
from .history import Told, told
from .visit import Visit

FACES = dict(zip(CONTENTS, ("👍", "👎", "😄", "😕", "❤️", "🎉", "🚀", "👀"), strict=True))
HUNK_SHOWN = 6
_CHANGES = tuple(f"{what}_{how}" for what in ("sub_issue", "blocked_by", "blocking") for how in ("added", "removed"))
TOGETHER = ("labeled", "unlabeled", *_CHANGES)
"""What stands together where one person does it several times in a row."""


@dataclass(frozen=True)
class Reacted:
    """One kind of reaction: its face, how often, whose, and whether the viewer's is among them."""

    content: str
    face: str
    count: int
    people: str
    mine: bool


@dataclass(frozen=True)
class Said:
    """A text by somebody, as it is shown; `ident` is 0 for the text of the issue itself."""

    subject: Subject
    ident: int
    author: Account
    association: str
    at: str
    edited: bool
    body: str
    html: Markup
    reactions: Sequence[Reacted]
    editable: bool
    minimized: str = ""
    kind: Literal["said"] = "said"


@dataclass(frozen=True)
class Happened:
    """Something that somebody did; what was done several times in a row, such as labels put on, stands together."""

    actor: Account
    at: str
    event: str
    facts: tuple[IssueEvent, ...]
    kind: Literal["happened"] = "happened"


@dataclass(frozen=True)
class RemarkThread:
    """Comments on a line of the diff, with the last lines before it; outdated where the code moved on."""

    thread: Thread
    said: tuple[Said, ...]
    rows: tuple[Row, ...]
    outdated: bool


@dataclass(frozen=True)
class Reviewed:
    """A review with its comments on lines."""

    fact: Review
    author: Account
    at: str
    html: Markup
    threads: tuple[RemarkThread, ...]
    kind: Literal["reviewed"] = "reviewed"


@dataclass(frozen=True)
class Pushed:
    """Commits that came one after the other."""

    commits: tuple[Told, ...]
    at: str
    kind: Literal["pushed"] = "pushed"


Entry: TypeAlias = Said | Happened | Reviewed | Pushed


def reactions_of(visit: Visit, subject: Subject, ident: int) -> list[Reacted]:
    """Every kind of reaction that somebody made, in GitHub's order."""
    found = visit.hub.store.all(Reaction, subject=subject, subject_id=ident)
    counts = Counter(each.content for each in found)
    return [
        Reacted(
            content,
            FACES[content],
            counts[content],
            ", ".join(visit.account(each.account_id).login for each in found if each.content == content),
            any(each.content == content and each.account_id == visit.viewer.id for each in found),
        )
        for content in CONTENTS
        if counts[content]
    ]


def said(visit: Visit, subject: Subject, fact: Issue | Comment | ReviewComment, minimized: str = "") -> Said:
    """A text with its author, reactions, and whether the viewer may edit it."""
    author = visit.account(fact.author_id)
    own = fact.author_id == visit.viewer.id
    # An issue's own moment of change moves with its labels and state too.
    edited = not isinstance(fact, Issue) and fact.updated_at > fact.created_at
    return Said(
        subject,
        fact.id,
        author,
        author_association(visit.view, author, visit.repository),
        fact.created_at,
        edited,
        fact.body or "",
        visit.markdown(fact.body),
        reactions_of(visit, subject, fact.id),
        (own or visit.may("triage" if isinstance(fact, Issue) else "write")) and not isinstance(fact, ReviewComment),
        minimized,
    )


def remark_thread(visit: Visit, thread: Thread, head_sha: str) -> RemarkThread:
    """A thread as the conversation shows it: below the lines that it is about."""
    first = thread.first
    rows = rows_of(first.diff_hunk, first.path)
    texts = tuple(said(visit, "review_comment", each) for each in (first, *thread.answers))
    stands = is_as_it_was(visit.hub.code(visit.repository), first.path, first.commit_sha, head_sha)
    return RemarkThread(thread, texts, rows[-HUNK_SHOWN:], not stands)


def _reviews(visit: Visit, pull: PullRequest) -> list[Reviewed]:
    store = visit.hub.store
    threads = threads_of(store.all(ReviewComment, pull_request_id=pull.id))
    return [
        Reviewed(
            fact,
            visit.account(fact.author_id),
            fact.submitted_at,
            visit.markdown(fact.body),
            tuple(remark_thread(visit, each, pull.head_sha) for each in threads if each.first.review_id == fact.id),
        )
        for fact in store.all(Review, pull_request_id=pull.id)
    ]


def pushed(visit: Visit, pull: PullRequest) -> list[Told]:
    """The commits of the pull request, oldest first."""
    code = visit.hub.code(visit.repository)
    return told(visit, list(reversed(log(code, f"{base_tip(visit.view, pull)}..{pull.head_sha}"))))


def _moment(each: Told) -> str:
    # Git's moment has a zone of its own; GitHub's text is in UTC.
    return each.data.committer.date.replace("+00:00", "Z")


def _events(visit: Visit, issue: Issue) -> list[Happened]:
    """What was done, in order; reviews show by themselves, and that a merge closes goes without saying."""
    found: list[Happened] = []
    for fact in visit.hub.store.all(IssueEvent, issue_id=issue.id):
        if fact.event == "reviewed":
            continue
        before = found[-1] if found else None
        if before and (before.event, fact.event) == ("merged", "closed"):
            continue
        together = fact.event in TOGETHER
        if before and together and (before.event, before.actor.id) == (fact.event, fact.actor_id):
            found[-1] = Happened(before.actor, before.at, before.event, (*before.facts, fact))
        else:
            found.append(Happened(visit.account(fact.actor_id), fact.created_at, fact.event, (fact,)))
    return found


def _together(entries: Sequence[Entry]) -> list[Entry]:
    """Commits that follow each other are one entry."""
    found: list[Entry] = []
    for entry in entries:
        last = found[-1] if found else None
        if isinstance(entry, Pushed) and isinstance(last, Pushed):
            found[-1] = Pushed((*last.commits, *entry.commits), last.at)
        else:
            found.append(entry)
    return found


def entries_of(visit: Visit, issue: Issue, pull: PullRequest | None) -> list[Entry]:
    """Everything after the first text; in the same second, commits come before deeds and deeds before words."""
    entries: list[Entry] = [*(Pushed((each,), _moment(each)) for each in pushed(visit, pull))] if pull else []
    entries += _events(visit, issue)
    entries += _reviews(visit, pull) if pull else []
    entries += [
        said(visit, "comment", each, each.minimized) for each in visit.hub.store.all(Comment, issue_id=issue.id)
    ]
    return _together(sorted(entries, key=lambda entry: entry.at))
