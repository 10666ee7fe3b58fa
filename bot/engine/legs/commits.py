"""Makes each commit of a run once: finds one made before a kill, and notices if somebody moved the branch."""

from bot.core.concerns.decisions import DECISION
from bot.core.errors import ConflictError, PersonError
from bot.core.identity import BRANCH_PREFIX
from bot.core.run.acts import Commit, Committed
from bot.core.run.record import trailers
from bot.core.run.room import obstacle
from bot.core.run.state import State
from bot.engine.rounds.kept import keep
from bot.engine.services import Services


def commit(services: Services, state: State, act: Commit) -> Committed:
    """The commit; or why there is none: the run was stopped, or the branch is not where the act expects it."""
    run, pinned = state.pinned.run, state.pinned
    if services.runs.stopped(run):
        return Committed(refused="stopped")
    github = services.installations.github(pinned.subject.repository)
    if pinned.round and act.phase != DECISION and not github.pull(pinned.round.pull).open:
        # It was closed meanwhile: what is known of it anew ends the round.
        return Committed(refused="conflict")
    if pinned.branchless:
        return keep(services, state, act)
    if (made := _already(services, state, act)) is not None:
        return made
    _has_room(services, state, act)
    try:
        sha, files = github.commit(
            pinned.branch, act.parent or pinned.base, act.files, act.message, create=act.parent is None
        )
    except ConflictError:
        return _already(services, state, act) or Committed(refused="conflict")
    return Committed(sha, dict(files), at=services.clock.now())


def _has_room(services: Services, state: State, act: Commit) -> None:
    """`PersonError` if the documents would replace something that is not a document, or no branch can be made."""
    pinned, parent = state.pinned, act.parent or state.pinned.base
    checkout = services.installations.checkout(pinned.subject.repository)
    checkout.fetch(parent)
    if (wrong := obstacle(checkout.tree(parent), act.files)) is not None:
        raise PersonError(f"The documents can't be written: {wrong} Move it, or set `artifacts` to another folder.")
    if act.parent is None:
        github = services.installations.github(pinned.subject.repository)
        if github.head(BRANCH_PREFIX.rstrip("/")) is not None:
            raise PersonError(f"A branch `{BRANCH_PREFIX.rstrip('/')}` is in the way of all `{BRANCH_PREFIX}...`.")


def _already(services: Services, state: State, act: Commit) -> Committed | None:
    """This same commit, if an earlier attempt already made it on GitHub."""
    pinned = state.pinned
    github = services.installations.github(pinned.subject.repository)
    head = github.head(pinned.branch)
    if head is None or head == act.parent:
        return None
    for commit in github.branch_commits(pinned.branch, pinned.base):
        values = trailers(commit.message)
        mine = values.get("Run") == pinned.run and values.get("Phase") == f"{act.phase}@{act.revision}"
        if mine and commit.ours and commit.sha == head:
            checkout = services.installations.checkout(pinned.subject.repository)
            checkout.fetch(head)
            blobs = checkout.blobs(head, pinned.folder)
            return Committed(head, {path: blobs[path] for path in act.files if path in blobs}, at=commit.at)
    return None
