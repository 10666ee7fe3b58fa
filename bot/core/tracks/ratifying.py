"""What an approval writes: the tracks that it opens, or the decisions that were proposed, with what they change.

It is a commit of the phase that was approved, so that the branch alone says that this one is done.
"""

from collections.abc import Iterator, Mapping

from bot.core.concerns import Decision, read
from bot.core.concerns.deciding import Decided, decide
from bot.core.concerns.shape import is_undecided
from bot.core.incoming.messages import Approve, Entry
from bot.core.outputs.contract import NAME as CONTRACT
from bot.core.run.phase import PhaseState
from bot.core.run.record import Standing
from bot.core.run.state import State

from . import resolving
from .changing import written
from .owning import opened
from .owning import read as read_owners
from .resolving import Amendment, Resolutions, why


def ratified(state: State) -> tuple[PhaseState, Mapping[str, str]] | None:
    """The phase whose approval has something to write still, and what (path to text); None where there is none."""
    if state.record.concerns is None:
        return None
    for phase in state.phases:
        approval = _approval(state, phase)
        if approval is not None:
            match phase.phase.output:
                case "owners":
                    return phase, _tracks(state.record.concerns, approval)
                case "resolutions":
                    return phase, _decisions(state, state.record.concerns, approval)
                case _:
                    pass
    return None


def _approval(state: State, phase: PhaseState) -> Entry | None:
    """The approval of what a phase made, where the branch has not what comes of it yet."""
    commit = phase.commit
    if commit is None or commit.status != "awaiting" or not phase.finished or commit.revision != phase.revision:
        return None
    approvals = (entry for entry in reversed(state.record.entries) if isinstance(entry.message.deed, Approve))
    return next((entry for entry in approvals if entry.about == phase.about), None)


def _tracks(concerns: Standing, approval: Entry) -> Mapping[str, str]:
    """The document of concerns with a track for each component outside the roadmap."""
    names = [component.name for component in read_owners(concerns.text).outside]
    return {concerns.path: opened(concerns.text, names, "approved", approval.message.by, approval.message.at)}


def _decisions(state: State, concerns: Standing, approval: Entry) -> Mapping[str, str]:
    """The document of concerns with what was proposed of each that is open; and the contract, where that changes it."""
    proposed = resolving.read(concerns.text)
    text = _decided(concerns.text, proposed, approval, state.record.head or "")
    files = {concerns.path: text}
    path = next((path for path in sorted(state.record.shared) if path.endswith(CONTRACT)), None)
    amendments = tuple(_that_count(proposed, text))
    if path and amendments:
        when = f"{approval.message.at[:10]} @{approval.message.by}"
        changes = [amendment.change(when) for amendment in amendments]
        files[path] = written(state.record.shared[path], [one.item for one in amendments], changes)
    return files


def _decided(text: str, proposed: Resolutions, approval: Entry, commit: str) -> str:
    message = approval.message
    for concern in read(text).concerns:
        resolved = proposed.of(concern.id)
        if resolved is None or resolved.decision is None or not is_undecided(concern):
            continue
        decision = Decision(resolved.decision.verdict, why(resolved))
        track = ", ".join(resolved.owners)
        text = decide(text, Decided((concern.id,), decision, message.by, message.at, track, commit))
    return text


def _that_count(proposed: Resolutions, text: str) -> Iterator[Amendment]:
    """The changes of the contract whose concerns were all decided as it was proposed."""
    said = {concern.id: concern.decision for concern in read(text).concerns}
    for amendment in proposed.amendments:
        verdicts = [(proposed.of(id), said.get(id)) for id in amendment.concerns]
        if all(_same(resolved.decision if resolved else None, decision) for resolved, decision in verdicts):
            yield amendment


def _same(proposed: Decision | None, decided: Decision | None) -> bool:
    return proposed is not None and decided is not None and proposed.verdict == decided.verdict
