"""The message at the end of a run: how it ended, what is kept, and what to do next."""

from bot.core.incoming.messages import Stop
from bot.core.markdown.safe import line as one_line
from bot.core.markdown.safe import published
from bot.core.run.advance import ending
from bot.core.run.phase import PhaseState
from bot.core.run.state import State

NEXT = {
    "budget": "`/retry` goes on once the limit is raised.",
    "refused": "`/retry` asks the model anew.",
    "failed": "`/retry` goes on where it stopped.",
}
FEW = 5


def stopped(state: State) -> str:
    """The message for a run that somebody stopped: who stopped it and why, and how to resume it."""
    stops = [entry.message for entry in state.record.entries if isinstance(entry.message.deed, Stop)]
    why = ""
    if stops and isinstance(stops[-1].deed, Stop) and stops[-1].deed.why:
        by = f" (by {one_line(stops[-1].by)})" if stops[-1].by else ""
        why = _sentence(published(" ".join(stops[-1].deed.why.split())[:400]), by)
    if state.record.closed == "merged":
        then = "It can't go on, since the pull request is merged; a new issue starts another run."
    else:
        then = "To go on, put the label back on, or write `/resume`."
    return _joined("Stopped.", why, kept(state), then)


def troubled(state: State) -> str:
    """The message for a run that ended because of a failure or an exhausted budget."""
    trouble = state.trouble or "failed"
    how = "Out of budget" if trouble == "budget" else "Failed"
    return _joined(f"{how}:", _sentence(one_line(state.reason, 400)), kept(state), NEXT[trouble])


def done(state: State) -> str:
    """The message for a run that finished all documents: remaining findings, and the next steps for people."""
    found = [phase for phase in state.phases if phase.findings]
    count = sum(len(phase.findings) for phase in found)
    if ending(state) == "done":
        return f"Done. {_then(state)}"
    where = ", ".join(f"{len(phase.findings)} in {_name(phase)}" for phase in found[:FEW])
    more = f", and {len(found) - FEW} more documents" if len(found) > FEW else ""
    first = next((phase.phase.number for phase in found if phase.commit), 0)
    mend = f"To fix one, edit the document on the branch, or write `/revise {first:03d} ...`." if first else ""
    left = f"{count} finding{'' if count == 1 else 's'} left (see the check)"
    return f"Done, with {left}. {where}{more}. {mend} {_then(state)}"


def _then(state: State) -> str:
    """The next steps for people. If the last document is a summary of the others, they start with that."""
    first = "Read the summary first, then review" if state.definition.phases[-1].id.endswith("summary") else "Review"
    after = " When it is merged, each unit of the plan becomes an issue." if state.definition.plans else ""
    return f"{first} the pull request; people's edits on its branch are kept.{after}"


def kept(state: State) -> str:
    """Which documents the branch has, finished or not."""
    made = [phase for phase in state.phases if phase.phase.source == "model"]
    finished = sum(phase.finished for phase in made)
    drafts = [_name(phase) for phase in state.phases if phase.commit and not phase.finished]
    if not finished and not drafts:
        return "No document was made."
    unfinished = f", with {', '.join(drafts[:FEW])} unfinished" if drafts else ""
    where = "here" if state.pinned.branchless else "on the branch"
    return f"Kept {where}: {finished} of {len(made)} documents finished{unfinished}."


def _name(phase: PhaseState) -> str:
    return phase.phase.label


def _sentence(text: str, more: str = "") -> str:
    """The text as a sentence, with `more` inserted before its final full stop."""
    said = text.rstrip(". ")
    return f"{said[:1].upper()}{said[1:]}{more}." if said else ""


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
