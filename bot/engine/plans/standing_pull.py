"""A plan's standing pull request: one branch that collects updates for its document until somebody merges it.

The plan's file is not updated with every merge, because those updates would conflict. After the branch was merged or
closed, the next one is created when there is something to say. What people commit to it stays.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.errors import ConflictError, PersonError, TransientError
from bot.core.identity import BRANCH_PREFIX, Repository
from bot.core.living.editing import edited
from bot.core.living.edits import Edit
from bot.core.markdown.safe import plain
from bot.core.ports import BranchCommit, Checkout, GitHub, Pull, Remote
from bot.core.publications import PullRequestWish
from bot.core.run.record import trailers
from bot.core.tracking.naming import short_title
from bot.engine.legs.publish import Publisher
from bot.engine.services import Services

PREFIX = f"{BRANCH_PREFIX}plan-status-"
STANDING = "standing"
_MADE = re.compile(r"^Charrette-Made: (.+)$", re.MULTILINE)
_SECTION = re.compile(r"^## ", re.MULTILINE)
_BODY = (
    "This brings the plan's document up to date with what has happened since the plan was merged: which units are "
    "done, what validations showed, and what else has to be said there. Merge it whenever it suits you. Until then it "
    "is kept up to date; after that, a new one is opened as soon as there is something new.\n\n"
    "Edit it on this branch as you like: what you change stays, and what you revert is not added again. A validation "
    "that failed brings its abort plan as a proposal; how the plan goes on from there is for you to write.\n"
)
_BY_HAND = (
    "`{path}` was changed on `{base}` and on the branch `{branch}` in the same places, so I can't bring them together. "
    "Merge `{base}` into the branch, and I will go on."
)


@dataclass(frozen=True)
class Kept:
    """The standing pull request, or 0; updates that could not be placed; and why it could not be written."""

    pull: int = 0
    unplaced: tuple[str, ...] = ()
    word: str = ""


@dataclass(frozen=True)
class Standing:
    """The standing branch, existing or planned; `head` is None if it doesn't exist yet."""

    branch: str
    head: str | None
    pull: Pull | None


def scope_of(repository: Repository, plan: str) -> str:
    """The scope under which things known about a plan are stored."""
    return f"{repository.id}.{plan}"


def plan_of_branch(branch: str) -> str | None:
    """The plan of a standing branch, possibly followed by a number; None for any other branch."""
    return f"plan-{branch.removeprefix(PREFIX)}" if branch.startswith(PREFIX) else None


def standing(services: Services, github: GitHub, plan: str) -> Standing:
    """The branch of this plan whose pull request is not merged or closed yet."""
    scope, first = scope_of(github.repository, plan), f"{PREFIX}{plan.removeprefix('plan-')}"
    known = services.remotes.get(scope, STANDING)
    n = int(known.id) if known else 1
    while True:
        branch = first if n == 1 else f"{first}-{n}"
        head, pull = github.head(branch), github.pull_for(branch)
        if pull is None or pull.open:
            services.remotes.put(scope, STANDING, Remote(str(n), ""))
            return Standing(branch, head, pull)
        n += 1


def kept(services: Services, repository: Repository, plan: str, path: str, title: str, edits: Sequence[Edit]) -> Kept:
    """Makes the standing pull request contain these edits, each only once, ever. Computed again each time."""
    github = services.installations.github(repository)
    now = standing(services, github, plan)
    base_branch, base = github.default_branch()
    checkout = services.installations.checkout(repository)
    checkout.fetch(base, *([now.head] if now.head else []))
    mine = github.branch_commits(now.branch, base_branch) if now.head else ()
    made = {key for commit in mine if commit.ours for key in _MADE.findall(commit.message)}
    scope = scope_of(repository, plan)
    due = [edit for edit in edits if edit.key not in made and services.remotes.get(scope, f"edit/{edit.key}") is None]
    text = checkout.files().text(path, now.head or base)
    if text is None:
        return Kept(word=f"`{path}` is not on the branch `{now.branch}`, so nothing could be noted there.")
    files, also = _brought_up(checkout, now, mine, path, base, base_branch)
    after = edited(files.get(path, text), due, services.clock.now()[:10])
    files = {**files, path: after.text}
    if after.text != text or also:
        _commit(github, now, base, files, _message(path, after.made, base), also)
    for edit in after.made:
        services.remotes.put(scope, f"edit/{edit.key}", Remote(now.branch, ""))
    if now.head is None and not after.made:
        return Kept(unplaced=after.unplaced)
    wish = PullRequestWish(
        now.branch,
        base_branch,
        plain(f"Plan status: {short_title(title)}", 200),
        _BODY,
        draft=False,
        reopens=False,
        key=f"pull/{now.branch}",
    )
    return Kept(int(Publisher(services, repository, scope).publish(wish)), after.unplaced)


def standing_text(services: Services, github: GitHub, plan: str, path: str) -> str | None:
    """The plan's document on the standing branch; None if there is no such branch."""
    now = standing(services, github, plan)
    if now.head is None:
        return None
    checkout = services.installations.checkout(github.repository)
    checkout.fetch(now.head)
    return checkout.files().text(path, now.head)


def _brought_up(
    checkout: Checkout, now: Standing, mine: Sequence[BranchCommit], path: str, base: str, base_branch: str
) -> tuple[Mapping[str, str], str]:
    """If the document also changed on the default branch: the merged files, and the commit to merge."""
    last = next((commit for commit in reversed(mine) if commit.ours and "Base" in trailers(commit.message)), None)
    if now.head is None or last is None:
        return {}, ""
    before = trailers(last.message)["Base"]
    checkout.fetch(before)
    files = checkout.files()
    ours, theirs, common = (files.text(path, commit) for commit in (now.head, base, before))
    if theirs in (common, None) or ours is None or common is None:
        return {}, ""
    assert theirs is not None
    both = _together(checkout, common, ours, theirs)
    if both is None:
        raise PersonError(_BY_HAND.format(path=path, base=base_branch, branch=now.branch))
    if both == ours:
        return {}, ""
    return {**dict(_others(checkout, now.head, before, path)), path: both}, base


def _together(checkout: Checkout, common: str, ours: str, theirs: str) -> str | None:
    """Merges two versions: above the first section both sides' notes are kept; below, conflicts give None."""
    parts = [_split(text) for text in (common, ours, theirs)]
    top = checkout.merged(parts[0][0], parts[1][0], parts[2][0], both=True)
    rest = checkout.merged(parts[0][1], parts[1][1], parts[2][1])
    return None if top is None or rest is None else top + rest


def _split(text: str) -> tuple[str, str]:
    match = _SECTION.search(text)
    at = match.start() if match else len(text)
    return text[:at], text[at:]


def _others(checkout: Checkout, head: str, before: str, path: str) -> Iterator[tuple[str, str]]:
    """Other files that people changed on the branch."""
    then, now = checkout.blobs(before, ""), checkout.blobs(head, "")
    for other, blob in now.items():
        text = checkout.files().text(other, head) if other != path and then.get(other) != blob else None
        if text is not None:
            yield other, text


def _commit(github: GitHub, now: Standing, base: str, files: Mapping[str, str], message: str, also: str) -> None:
    try:
        github.commit(now.branch, now.head or base, files, message, create=now.head is None, also=also)
    except ConflictError as error:
        # Somebody pushed meanwhile, or an attempt before this one got through: it is looked at anew.
        raise TransientError(f"The branch {now.branch} moved.", 1.0) from error


def _message(path: str, made: Sequence[Edit], base: str) -> str:
    name = path.rpartition("/")[2]
    what = "status" if made else "the plan as it is now"
    keys = [f"Charrette-Made: {' '.join(edit.key.split())}" for edit in made]
    return "\n".join([f"docs: {what} of {name}", "", *keys, f"Charrette-Base: {base}"])
