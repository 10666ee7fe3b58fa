"""Carries out publications once: looks up what exists, creates or edits it, and remembers its id."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from bot.core.errors import MissingError
from bot.core.identity import Repository
from bot.core.markdown.fitting import LIMIT, shortened
from bot.core.markdown.safe import marker_free
from bot.core.ports import Comment, GitHub, Pull, Remote
from bot.core.publications import (
    BEGIN,
    CheckWish,
    CommentWish,
    DraftWish,
    LabelWish,
    Publication,
    PullRequestWish,
    ReactionWish,
    ReviewWish,
    beside,
    digest,
    marked,
    marker,
)
from bot.engine.services import Services

from .reviewing import submit


class Publisher:
    """Publishes in one repository. `scope` is the run, or the repository if no run is concerned."""

    def __init__(self, services: Services, repository: Repository, scope: str) -> None:
        self.remotes = services.remotes
        self.github: GitHub = services.installations.github(repository)
        self.scope = scope

    def publish(self, wish: Publication) -> str:
        """Brings GitHub into line with one wish; returns its number or id on GitHub."""
        known = self.remotes.get(self.scope, wish.key)
        now = digest(wish)
        if known is not None and known.digest == now:
            return known.id
        match wish:
            case CommentWish():
                id = self._comment(wish, known)
            case PullRequestWish():
                id = self._pull(wish, known)
            case DraftWish():
                id = self._draft(wish)
            case CheckWish():
                id = self._check(wish, known)
            case ReviewWish():
                id = known.id if known else submit(self.github, wish, marker(self.scope, wish.key))
            case ReactionWish():
                self.github.react(wish.number, wish.comment, wish.content)
                id = str(wish.number)
            case LabelWish():
                self.github.ensure_label(wish)
                id = wish.name
            case _:
                assert_never(wish)
        self.remotes.put(self.scope, wish.key, Remote(id, now))
        return id

    def _comment(self, wish: CommentWish, known: Remote | None) -> str:
        body = self._marked(wish)
        id = int(known.id) if known else self._find(wish)
        if id is not None:
            try:
                self.github.update_comment(id, body)
                return str(id)
            except MissingError:
                pass
        return str(self.github.create_comment(wish.number, body))

    def _beside_theirs(self, live: str, wish: PullRequestWish) -> str:
        """The pull request's body with our part updated and people's text above and below kept, which has priority."""
        above, below = beside(live, marker(self.scope, wish.key))
        room = LIMIT - len(above) - len(below)
        if room < LIMIT // 10:
            return live
        ours = f"{BEGIN}\n{self._marked(replace(wish, body=shortened(wish.body, room)))}"
        return "\n\n".join(part for part in (above, ours.strip(), below) if part) + "\n"

    def _marked(self, wish: CommentWish | PullRequestWish) -> str:
        """The body within GitHub's size limit, with our marker and no other."""
        return f"{shortened(marker_free(wish.body)).rstrip()}\n\n{marker(self.scope, wish.key)}\n"

    def _find(self, wish: CommentWish) -> int | None:
        """Our comment with this key, found by its marker in our own comments; the search index is never used."""
        for comment in self.github.comments(wish.number):
            if comment.ours and marked(comment.body) == (self.scope, wish.key):
                return comment.id
        return None

    def _pull(self, wish: PullRequestWish, known: Remote | None) -> str:
        """Opens the pull request once, as a draft; updates it while open; marks it ready when the wish says so."""
        body = f"{BEGIN}\n{self._marked(wish)}"
        pull = self.github.pull(int(known.id)) if known else None
        if pull is None or not pull.open:
            pull = self.github.pull_for(wish.branch) or pull
        if pull is None or (wish.reopens and not pull.open and not pull.merged):
            pull = self._opened(wish, body)
        elif pull.open and self._is_ours(pull):
            self.github.update_pull(pull.number, pull.title, self._beside_theirs(pull.body, wish))
        if pull.open and pull.draft and not wish.draft and self._is_ours(pull):
            self.github.set_draft(pull.number, False)
        return str(pull.number)

    def _opened(self, wish: PullRequestWish, body: str) -> Pull:
        """Opens a new pull request, into the current default branch if the original one is gone."""
        base = wish.base if self.github.head(wish.base) else self.github.default_branch()[0]
        return self.github.create_pull(wish.branch, base, wish.title, body, draft=True)

    def _is_ours(self, pull: Pull) -> bool:
        """Whether we opened the pull request; one that a person opened from our branch is left as it is."""
        return pull.author == self.github.login()

    def _draft(self, wish: DraftWish) -> str:
        pull = self.github.pull_for(wish.branch)
        if pull is None:
            return ""
        if pull.open and not pull.draft:
            self.github.set_draft(pull.number, True)
        return str(pull.number)

    def _check(self, wish: CheckWish, known: Remote | None) -> str:
        id = int(known.id) if known else next(iter(self.github.checks(wish.head, wish.name)), None)
        if id is None:
            return str(self.github.create_check(wish))
        self.github.update_check(id, wish)
        return str(id)


def told_of(comments: Sequence[Comment]) -> frozenset[str]:
    """The runs (or other scopes) whose markers are in our comments."""
    told = (marked(comment.body) for comment in comments if comment.ours)
    return frozenset(run for run, _ in filter(None, told))


def last_told(comments: Sequence[Comment], runs: str) -> int:
    """The highest run number among our comments' markers with this prefix; 0 if there is none."""
    numbers = (run.removeprefix(runs) for run in told_of(comments) if run.startswith(runs))
    return max((int(number) for number in numbers if number.isdigit()), default=0)
