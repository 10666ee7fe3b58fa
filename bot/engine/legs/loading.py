"""What a leg starts from: the run's row, and its branch. Without the row, the branch and the issue suffice."""

from dataclasses import dataclass, replace

from bot.core.codec import from_json, to_json
from bot.core.concerns.decisions import NONE as NO_CONCERNS
from bot.core.errors import PersonError
from bot.core.identity import Subject
from bot.core.incoming.description import find as find_description
from bot.core.incoming.messages import (
    Approve,
    Decide,
    Deed,
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
from bot.core.ports import WRITERS, GitHub, RunRow
from bot.core.run.judge import judge, said_of
from bot.core.run.record import Pinned, Record
from bot.core.run.state import State, fold
from bot.core.tracks.opening import NONE as NO_OWNERS
from bot.engine.services import Services

from .addressing import is_unbegun, row_for
from .asked import Asked
from .branch import recorded
from .pinning import pin, stopped_meanwhile

# The operator's messages come from the command line, and from no user of GitHub's.
OPERATOR = ""
CONFIGURATION = "configuration"


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
    # A run that was just taken up from its branch is shown and goes on, whatever was said; and so is one of which a leg
    # was cut off, since none but this one is at work on it.
    fresh = row.status in ("starting", "running")
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
    if judged.entry is not None or fresh or not _rests(record):
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
    return "" if silent else f"The `{row.workflow}` run did not start. {row.reason}"


def _is_met(record: Record, deed: Deed) -> bool:
    """Whether taking a run up is all that a deed asks of it: a verdict is passed on to the run that it had begun."""
    if isinstance(deed, Approve | Reject):
        phase = fold(record).current
        return phase is not None and phase.included is not None
    return isinstance(deed, Retry)


def _rests(record: Record) -> bool:
    """Whether a run has nothing to do but to show how it stands.

    Its row stays as it is then: a stop that comes meanwhile meets a run that is done, or waits, and not one at work.
    """
    state = fold(record)
    halted = state.stopped or state.trouble is not None or state.lacks_description
    pending = state.unplaced is not None or (state.current is not None and state.current.status == "pending")
    return halted or not pending


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
    return "thank you, but only people with write access to this repository can do that, and you no longer have it."


def give_up(services: Services, asked: Asked, why: str) -> None:
    """The run's row says that it could not be taken up, so that the label or `/retry` does it anew."""
    deed = asked.message.deed
    row = row_for(services.runs.of_subject(asked.subject.repository.id, asked.subject.home), deed)
    if row is not None:
        words = {"words": deed.description} if isinstance(deed, Start) and deed.description and not row.pinned else {}
        services.runs.close(row.id, "failed", {**(row.state or {}), **words}, "failed", why)


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
    pinned, entries = pin(services, github, _as_begun(asked, row), row)
    if entries and not isinstance(asked.message.deed, Start | Retry):
        entries += stopped_meanwhile(services, github, asked.message, pinned, replace(row, entries=entries))
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
