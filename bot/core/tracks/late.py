"""A track that is opened after others were planned: what was written without it is written again, with a dated note."""

from dataclasses import replace

from bot.core.incoming.messages import Entry, Message, Revise
from bot.core.markdown.artifact import normal
from bot.core.markdown.safe import plain
from bot.core.outputs.contract import NAME as CONTRACT
from bot.core.run.phase import PhaseState
from bot.core.run.placing import ground_of
from bot.core.run.state import State

from . import OF_ALL, Member
from .contract import read
from .owning import read as read_owners


def joined(state: State, message: Message) -> Entry | None:
    """The wish that the contract, and what came of it, take up tracks that it does not have; None where it has all.

    It is in the name of who opened them, and it is made once, whatever becomes of it.
    """
    path = next((path for path in sorted(state.record.shared) if path.endswith(CONTRACT)), None)
    halted = state.stopped or state.trouble is not None or state.record.closed != ""
    made = [phase for phase in state.phases if phase.phase.output in OF_ALL and _is_made(phase)]
    if path is None or halted or not any(phase.phase.output == "contract" for phase in made):
        return None
    known = read(state.record.shared[path]).names
    late = [track for track in ground_of(state.record).tracks if normal(track.name) not in known]
    wish = Revise(_words(late))
    if not late or any(entry.message.deed == wish for entry in state.record.entries):
        return None
    opened = {each.number: each.by.lstrip("@") for each in read_owners(_concerns(state)).opened}
    by = opened.get(late[-1].number) or message.by or state.pinned.started_by
    return Entry(replace(message, by=by, deed=wish), ",".join(phase.about for phase in made))


def _is_made(phase: PhaseState) -> bool:
    return phase.commit is not None and phase.commit.revision == phase.revision


def _concerns(state: State) -> str:
    return state.record.concerns.text if state.record.concerns else ""


def _words(late: list[Member]) -> str:
    """What is wished for, for the document's note and for the model."""
    named = " and ".join(f"track {track.number}, {plain(track.name, 60)}," for track in late)
    were = "was" if len(late) == 1 else "were"
    return (
        f"{named[:1].upper()}{named[1:]} {were} opened when the contract was written already. The contract, its "
        "settlement and the resolution take it up; what the other tracks agreed on stays as it is where it can."
    )
