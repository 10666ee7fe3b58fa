"""What a leg starts from: the run's row, and its branch. Without the row, the branch and the issue suffice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from bot.core.codec import from_json, to_json
from bot.core.concerns.decisions import NONE as NO_CONCERNS
from bot.core.definition import Definition, House, least
from bot.core.errors import PersonError, UnconfiguredError
from bot.core.identity import Subject, branch_of, run_id, slug_of
from bot.core.incoming.description import find as find_description
from bot.core.incoming.messages import (
    Approve,
    Decide,
    Deed,
    Entry,
    Expired,
    Judgement,
    Message,
    OpenTrack,
    Proceed,
    Pushed,
    Reject,
    Retry,
    Revise,
    Say,
    Start,
    Stop,
)
from bot.core.markdown.safe import shown_to_model
from bot.core.ports import WRITERS, BranchCommit, GitHub, RunRow
from bot.core.run.judge import judge, said_of
from bot.core.run.record import Pinned, Record, trailers
from bot.core.run.request import parse as parse_request
from bot.core.run.state import REQUEST, State, fold
from bot.core.tracks.opening import NONE as NO_OWNERS
from bot.core.views.configuration import faulty
from bot.engine.rounds.lost import taken_up
from bot.engine.rounds.pinned import pin_round
from bot.engine.rounds.sorting import pin_sorting
from bot.engine.services import Services

from .asked import Asked
from .branch import recorded
from .bringing import with_what_it_brings
from .including import WAITING
from .lost import restore_spend

# The operator's messages come from the command line, and from no user of GitHub's.
OPERATOR = ""
CONFIGURATION = "configuration"
CLOSED = ("done", "findings", "stopped", "failed", "budget")


@dataclass(frozen=True)
class Loaded:
    """A leg's start: the record to fold, or None where there is nothing to do; and a word to the person.

    `once` is the word's key; without one, the word belongs to the message.
    `mended` says that the person was told of faults of the configuration, and that a run has started since.
    """

    record: Record | None
    reply: str = ""
    once: str = ""
    mended: bool = False


def load(services: Services, asked: Asked) -> Loaded:
    """Reads a run, judges the message against it, and keeps the entry that comes of it."""
    github = services.installations.github(asked.subject.repository)
    if (why := _no_longer_allowed(services, github, asked)) is not None:
        return Loaded(None, why)
    if (word := _never_began(services, asked)) is not None:
        return Loaded(None, word)
    row, mended = _row(services, github, asked)
    if row is None and isinstance(asked.message.deed, Decide | OpenTrack):
        return Loaded(None, NO_CONCERNS if isinstance(asked.message.deed, Decide) else NO_OWNERS)
    if row is None:
        return Loaded(None, "There is no run here yet. A design label, or `/design`, starts one.")
    pinned = _relieved(services, asked, row)
    record = recorded(services, github, pinned, row)
    # A run that was just taken up from its branch is shown and goes on, whatever was said.
    fresh = row.status == "starting"
    kept = any(known.message.id == asked.message.id for known in record.entries)
    # Where it is kept, an attempt before a kill or a deploy got as far; its word may not have been said yet.
    judged = said_of(record, asked.message.id) if kept else _judgement(record, asked)
    if judged.entry is None and fresh and _is_met(record, asked.message.deed):
        judged = Judgement(looks=True)
    if judged.entry is None and not (judged.looks or kept or fresh):
        return Loaded(None, judged.reply, judged.once)
    if judged.entry is not None:
        services.runs.append(row.id, to_json(judged.entry))
        record = replace(record, entries=(*record.entries, judged.entry))
    if isinstance(asked.message.deed, Start | Retry):
        record = replace(record, trouble=None, reason="")
    services.runs.close(row.id, "running", row.state or {}, record.trouble or "", record.reason)
    return Loaded(record, judged.reply, judged.once, mended)


def _never_began(services: Services, asked: Asked) -> str | None:
    """What is said to a person who speaks to a run that could not begin; None where that is not so.

    Such a run is begun by `/retry`, or by what begins it anew: not by a reply, or a wish that was meant for another.
    """
    deed = asked.message.deed
    row = row_for(services.runs.of_subject(asked.subject.repository.id, asked.subject.home), deed)
    if row is None or not is_unbegun(row) or isinstance(deed, Start | Retry | Decide | OpenTrack):
        return None
    silent = isinstance(deed, Say | Pushed | Expired) or (isinstance(deed, Stop) and bool(deed.workflow))
    return "" if silent else f"The `{row.workflow}` run did not begin. {row.reason}"


def is_unbegun(row: RunRow) -> bool:
    """Whether a run could not begin; one that was found on its branch did."""
    return not row.pinned and row.status in CLOSED and not (row.state or {}).get("panel")


def _is_met(record: Record, deed: Deed) -> bool:
    """Whether taking a run up is all that a deed asks of it: a verdict is passed on to the run that it had begun."""
    if isinstance(deed, Approve | Reject):
        phase = fold(record).current
        return phase is not None and phase.included is not None
    return isinstance(deed, Retry)


def _judgement(record: Record, asked: Asked) -> Judgement:
    state = fold(record)
    return judge(state, _described(asked, state))


def _no_longer_allowed(services: Services, github: GitHub, asked: Asked) -> str | None:
    """Why a message that was allowed when it came is so no more: between then and this leg its sender lost the right.

    GitHub is asked again before anything is pinned or written. A message that is kept was asked about then.
    """
    message = asked.message
    if message.by == OPERATOR:
        return None
    if not isinstance(message.deed, Start | Proceed | Approve | Reject | Revise | Decide | OpenTrack | Retry):
        return None
    row = row_for(services.runs.of_subject(asked.subject.repository.id, asked.subject.home), message.deed)
    if row is None or any(entry["message"]["id"] == message.id for entry in row.entries):
        return None
    if github.permission(message.by) in WRITERS:
        return None
    if isinstance(message.deed, Start | Retry):
        give_up(services, asked, f"@{message.by} lost write access before it began.")
    return "thank you, but that is for people with write access to this repository, which you no longer have."


def give_up(services: Services, asked: Asked, why: str) -> None:
    """The run's row says that it could not be taken up, so that the label or `/retry` does it anew."""
    deed = asked.message.deed
    row = row_for(services.runs.of_subject(asked.subject.repository.id, asked.subject.home), deed)
    if row is not None:
        words = {"words": deed.description} if isinstance(deed, Start) and deed.description and not row.pinned else {}
        services.runs.close(row.id, "failed", {**(row.state or {}), **words}, "failed", why)


def current(rows: Sequence[RunRow], unbegun: bool = False) -> RunRow | None:
    """The run of a subject that messages are for: the one at work or waiting, else the one that was last.

    A round of reviews that is over hears nothing more, where there is another run; and a run that waits for another
    hears what is not for that one. One that could not begin is meant where it is alone, or with `unbegun`.
    """
    rows = rows if unbegun else [row for row in rows if not is_unbegun(row)] or rows
    open = [row for row in rows if not row.stop and row.status not in CLOSED]
    open = [row for row in open if row.status != WAITING] or open
    # A round that was only found again on its branch hears decisions, in whatever second it was found.
    open = [row for row in open if row.pinned or not _is_round(row)] or open
    others = [row for row in rows if not (row.pinned or {}).get("round")]
    return max(reversed(open or others or rows), key=lambda row: row.updated_at, default=None)


def meant(rows: Sequence[RunRow]) -> tuple[RunRow, ...]:
    """The runs of a subject that a look at how it stands is for: what is reviewed, its newest panel, what is open."""
    begun = [row for row in rows if not is_unbegun(row)] or rows
    reviewed = current([row for row in begun if not _is_round(row)])
    panel = next((row for row in reversed(begun) if _is_round(row) and _has_experts(row)), None)
    found = (reviewed, panel, current(rows))
    return tuple({row.id: row for row in found if row is not None}.values())


def _described(asked: Asked, state: State) -> Message:
    """The message; a start of a run that waits for a description brings the one that the issue has by now."""
    deed = asked.message.deed
    if not isinstance(deed, Start) or deed.description or not state.lacks_description:
        return asked.message
    found = find_description(shown_to_model(asked.body), state.definition.needs_description) or ""
    return replace(asked.message, deed=replace(deed, description=found))


def reload(services: Services, run: str, subject: Subject) -> Record:
    """The record anew, after somebody else moved the branch."""
    row = services.runs.get(run)
    if row is None:
        raise PersonError(f"The run {run} is not in the database any more. Put the label on again to take it up.")
    return record_of(services, row, subject)


def record_of(services: Services, row: RunRow, subject: Subject) -> Record:
    """What is recorded of a run, here and on its branch."""
    github = services.installations.github(subject.repository)
    return recorded(services, github, replace(from_json(Pinned, row.pinned), subject=subject), row)


def _row(services: Services, github: GitHub, asked: Asked) -> tuple[RunRow | None, bool]:
    """The run that a message is for, its inputs pinned; None where there is none; and whether faults were told."""
    rows = services.runs.of_subject(asked.subject.repository.id, asked.subject.home)
    row = row_for(rows, asked.message.deed)
    if row is None or row.pinned:
        return row, False
    pinned, entries = _pin(services, github, _as_begun(asked, row), row)
    if entries and not isinstance(asked.message.deed, Start | Retry):
        entries += _stopped_meanwhile(services, github, asked.message, pinned, replace(row, entries=entries))
    services.runs.pin(row.id, to_json(pinned), entries)
    return services.runs.get(row.id), services.remotes.get(asked.subject.key, f"reply/{CONFIGURATION}") is not None


def _as_begun(asked: Asked, row: RunRow) -> Asked:
    """Who has a run taken up that could not begin means the words with which it was to begin."""
    deed, words = asked.message.deed, (row.state or {}).get("words")
    if words and (isinstance(deed, Retry) or (isinstance(deed, Start) and not deed.workflow)):
        return replace(asked, message=replace(asked.message, deed=Start(row.workflow, words)))
    return asked


def _relieved(services: Services, asked: Asked, row: RunRow) -> Pinned:
    """The pinned inputs. One who takes up a run that is out of budget has the repository's budgets as they are now."""
    pinned = replace(from_json(Pinned, row.pinned), subject=asked.subject)
    if row.trouble == "budget" and isinstance(asked.message.deed, Start | Retry):
        house = services.houses.of(asked.subject.repository).house
        if not house.faults:
            pinned = replace(pinned, policy=replace(pinned.policy, budgets=house.policy.budgets))
            services.runs.pin(row.id, to_json(pinned), row.entries)
    return pinned


def row_for(rows: Sequence[RunRow], deed: Deed) -> RunRow | None:
    """The row that a deed is for: that of the workflow it names, else the current one."""
    match deed:
        case Start(workflow=workflow) | Stop(workflow=workflow) if workflow:
            return next((row for row in reversed(rows) if row.workflow == workflow), None)
        case Decide() | Pushed(panel=True):
            return newest_round(rows)
        case OpenTrack():
            return newest_round(rows, panel=False)
        case Pushed(workflow=workflow) if workflow:
            return next((row for row in reversed(rows) if row.workflow == workflow), None)
        case Revise():
            return current([row for row in rows if not _is_round(row)] or rows)
        case Retry():
            return current(rows, unbegun=True)
        case Pushed():
            # A run that has not begun, or could not, is begun by no push where there is another.
            return current([row for row in rows if row.pinned] or rows)
        case _:
            return current(rows)


def newest_round(rows: Sequence[RunRow], panel: bool = True) -> RunRow | None:
    """The round of reviews that decisions are for: the newest that stands, else the newest; other runs hear none.

    Runs about pull requests that call no experts come last; or first, where no `panel` is wanted.
    """
    rounds = [row for row in rows if _is_round(row)]
    wanted = [row for row in rounds if _has_experts(row) is panel] or rounds
    stands = [row for row in wanted if not row.stop and row.status not in ("stopped", "failed", "budget")]
    return next(reversed(stands or wanted), None)


def knows(rows: Sequence[RunRow], deed: Decide | OpenTrack) -> bool:
    """Whether one of these rows is the kind of round that a deed is for."""
    panel = isinstance(deed, Decide)
    return any(_is_round(row) and _has_experts(row) is panel for row in rows)


def _has_experts(row: RunRow) -> bool:
    """Whether a round has a panel; one whose inputs aren't known yet counts as one that has."""
    return not row.pinned or bool(row.pinned["definition"]["panel"])


def _is_round(row: RunRow) -> bool:
    """Whether it is a round of reviews; one that was found on its branch has no inputs yet."""
    return bool(row.pinned.get("round") if row.pinned else (row.state or {}).get("panel"))


def _house(services: Services, asked: Asked, commit: str) -> House:
    """What the repository's own configuration, at that commit of its default branch, makes of the workflows."""
    configured = services.houses.at(asked.subject.repository, commit)
    if configured.house.faults:
        raise UnconfiguredError(faulty(configured.house.faults, configured.layers))
    return configured.house


def _pin(services: Services, github: GitHub, asked: Asked, row: RunRow) -> tuple[Pinned, list[dict[str, Any]]]:
    """The inputs of a new run; or, where a branch has our trailers, those of the run that was lost, and its entries."""
    base_branch, base = github.default_branch()
    house = _house(services, asked, base)
    if row.workflow not in house.definitions:
        raise PersonError(f"There is no workflow `{row.workflow}` here.")
    definition = house.definitions[row.workflow]
    if definition.trigger.pull:
        inputs = (services, github, asked, row.id, definition, house.policy)
        if not any(phase.each == "experts" for phase in definition.phases):
            return pin_sorting(*inputs), []
        return taken_up(*inputs) or pin_round(*inputs), []
    subject, message = asked.subject, asked.message
    run = run_id(subject, definition.id, 1)
    slug, found = _slug(services, github, asked, definition, base)
    waits = services.wait_days if services.wait_days is not None else definition.wait_days
    pinned = Pinned(
        run=run,
        workflow=definition.id,
        subject=subject,
        title=" ".join(shown_to_model(asked.title).split()),
        body=shown_to_model(asked.body),
        author=asked.author,
        url=asked.url,
        started_at=message.at,
        started_by=message.by,
        base=base,
        base_branch=base_branch,
        slug=slug,
        branch=branch_of(subject.home, slug),
        folder=definition.artifacts.format(slug=slug),
        definition=replace(definition, wait_days=least(waits, house.policy.budgets.wait_days)),
        policy=house.policy,
        description=find_description(asked.body, definition.needs_description) or "",
    )
    pinned, entries = _taken_over(services, pinned, found) if found else (pinned, [])
    return with_what_it_brings(services, github, pinned), entries


def _slug(
    services: Services, github: GitHub, asked: Asked, definition: Definition, base: str
) -> tuple[str, tuple[BranchCommit, ...]]:
    """A slug whose branch is free, or is this very run's (then with its commits).

    Its folder is free at the base too: the merge would replace the documents of an earlier design there.
    """
    subject = asked.subject
    run, prefix = run_id(subject, definition.id, 1), branch_of(subject.home, "")
    taken = github.branches(prefix)
    for branch in taken:
        commits = tuple(c for c in github.branch_commits(branch, base) if c.ours)
        if any(trailers(commit.message).get("Run") == run for commit in commits):
            return branch.removeprefix(prefix), commits
    checkout = services.installations.checkout(subject.repository)
    checkout.fetch(base)
    first = slug_of(asked.title, unnamed=f"design-{subject.home}")
    names = (first if n == 1 else f"{first}-{n}" for n in count(1))
    free = (name for name in names if prefix + name not in taken)
    return next(slug for slug in free if not checkout.blobs(base, definition.artifacts.format(slug=slug))), ()


def _taken_over(
    services: Services, pinned: Pinned, commits: tuple[BranchCommit, ...]
) -> tuple[Pinned, list[dict[str, Any]]]:
    """Pinned inputs and entries as the branch has them: 001 and the trailers."""
    restore_spend(services, pinned, commits)
    checkout = services.installations.checkout(pinned.subject.repository)
    checkout.fetch(commits[-1].sha)
    said = parse_request(checkout.text(f"{pinned.folder}/001-{REQUEST}.md", commits[-1].sha) or "")
    if said is None:
        return pinned, []
    found = replace(
        pinned,
        title=said.title,
        body=said.body,
        author=said.author,
        url=said.url,
        started_at=said.started_at,
        started_by=said.started_by,
        base=said.base,
        base_branch=said.base_branch,
        description=find_description(said.body, pinned.definition.needs_description) or "",
    )
    return found, [to_json(entry) for entry in said.entries]


def _stopped_meanwhile(
    services: Services, github: GitHub, message: Message, pinned: Pinned, row: RunRow
) -> list[dict[str, Any]]:
    """The stop of a run that was lost and can't have been at work: its issue is closed, or the label that began it off.

    A stop leaves nothing on the branch, and what somebody merely says or pushes must not set to work what was stopped.
    """
    state = fold(recorded(services, github, pinned, row))
    if state.current is None:
        return []
    started = [entry.message for entry in state.record.entries if isinstance(entry.message.deed, Start)]
    by_label = not started or "#issuecomment" not in started[-1].link
    issue = github.issue(pinned.subject.home)
    label = pinned.definition.trigger.label
    if not issue.open:
        why = "the issue was closed when the run was taken up from its branch"
    elif by_label and label not in issue.labels:
        why = f"the label `{label}` was off when the run was taken up from its branch"
    else:
        return []
    stop = Message(f"{message.id}/stopped", "", message.at, pinned.url, Stop(why))
    return [to_json(Entry(stop))]
