"""The checklist in a run's status comment: one line for each phase, and below it one for each member of the phase."""

from collections.abc import Iterator

from bot.core.markdown.safe import line as one_line
from bot.core.run.phase import PhaseState, is_deleted, is_edited
from bot.core.run.state import State

from .pages import link


def lines_of(state: State, phase: PhaseState) -> Iterator[str]:
    """The line of a phase, followed by one line for each of its members."""
    number = phase.phase.label
    ticked = "x" if phase.finished else " "
    path = next(iter(phase.commit.files), "") if phase.commit else ""
    name = link(state, path, number) if path and not phase.members else number
    if phase.phase.source == "workflow":
        without = "the run went on without it" if phase.status == "findings" else progress(phase)
        yield f"- [{ticked}] {name}{': ' if without else ''}{without}"
        return
    yield f"- [{ticked}] {name}{_notes(state, phase)}"
    yield from _members(state, phase)


def _members(state: State, phase: PhaseState) -> Iterator[str]:
    """One line for each member of a phase: delivered, failed or still pending."""
    halted = state.stopped or state.trouble is not None
    waiting = "" if halted or state.current != phase else " …"
    files = phase.commit.files if phase.commit else {}
    failed = dict(phase.commit.failed) if phase.commit else {}
    names = {member.id: one_line(member.name) for member in phase.members}
    for member, path in phase.paths if phase.members else ():
        label = f"{path.rpartition('/')[2][:3]} {names[member]}"
        if path in files:
            yield f"  - [x] {link(state, path, label)}"
        elif member in failed:
            yield f"  - [ ] {label}: **failed**. {one_line(failed[member])}"
        else:
            yield f"  - [ ] {label}{waiting}"


def _notes(state: State, phase: PhaseState) -> str:
    """Remarks in parentheses after a phase's name: its status, mended drafts, people's edits, revisions."""
    if phase.commit is None:
        return ""
    notes = {"asking": " (questions open)", "awaiting": " (waits for approval)", "blocked": " (findings)"}
    gone = any(is_deleted(path, state.record) for path in phase.commit.files)
    theirs = is_edited(phase.commit, phase.phase, state.record)
    edited = " (deleted by a person)" if gone else " (edited by a person)" if theirs else ""
    rules = ", ".join(f"`{one_line(rule)}`" for rule in phase.commit.mended)
    mended = f" (a draft was sent back for {rules}, and fixed)" if rules else ""
    return f"{notes.get(phase.status, '')}{mended}{edited}{revised(phase)}"


def revised(phase: PhaseState) -> str:
    """A remark about the newest revision that a person asked for; "" if there is none."""
    if not phase.notes:
        return ""
    last = phase.notes[-1]
    if phase.wish:
        return f" (to be revised, as asked by {one_line(last.by)} on {last.at[:10]})"
    return f" (revised, as asked by {one_line(last.by)} on {last.at[:10]})"


def progress(phase: PhaseState) -> str:
    """The progress of the run that this phase includes, with a link to its status; "" if it has not begun."""
    other = phase.included
    if other is None:
        return ""
    words = {"done": "done", "stopped": "stopped", "failed": "failed"}.get(other.status, other.words)
    return f"{words}, see [its status]({other.link})" if other.link else words
