"""The texts of a plan's tracking issue, and of the groups below it where it has more units than an issue can have."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.core.markdown.fitting import shortened
from bot.core.markdown.safe import line
from bot.core.plan.ids import spoken

from .drawing import drawing
from .marks import mention
from .shape import MOST
from .standing import Standing
from .unit_text import Source
from .units import Piece

BEGUN = (
    "The issues of this plan's units are being opened, one after another. "
    "The full text of this issue follows once they all are."
)
_KEPT = (
    "Charrette maintains this part, and rewrites it when the plan or its issues change. "
    "What you write above or below it stays, and so do your titles, labels, milestones and ticks. An issue that you "
    "close stays closed. `/plan issues` brings everything into line with the plan; `/plan issues --dry-run` shows "
    "first what that would change."
)
WITHOUT = {
    "sub_issues": "This GitHub has no sub-issues, so the units are listed here as tasks.",
    "dependencies": "This GitHub has no dependencies between issues, so each unit lists what blocks it as tasks.",
}


def tracking_text(
    pieces: Sequence[Piece],
    standing: Mapping[str, Standing],
    source: Source,
    groups: Mapping[str, Sequence[Piece]],
    lacking: Sequence[str] = (),
) -> str:
    """What the tracking issue says: how far it is, the order as a drawing, and a table of the units or their groups."""
    parts = [f"The plan is {source.link}. {_progress(pieces, standing)}", *(WITHOUT[each] for each in lacking)]
    parts += ["### Order", drawing(pieces, standing)]
    if groups:
        parts += [f"### Groups\n\nAn issue has at most {MOST} sub-issues, so the units are in {len(groups)} groups."]
        parts.append(_group_table(groups, standing))
    else:
        by_key = {piece.key: piece for piece in pieces}
        parts += ["### Units", table(pieces, by_key, standing)]
        if "sub_issues" in lacking:
            parts.append(_tasks([piece.key for piece in pieces if standing[piece.key].issue], standing))
    if groups and "sub_issues" in lacking:
        parts.append(_tasks(list(groups), {}))
    parts.append(f"<details><summary>How this is kept</summary>\n\n{_KEPT}\n\n</details>")
    return shortened("\n\n".join(parts), 60_000)


def group_text(
    pieces: Sequence[Piece],
    by_key: Mapping[str, Piece],
    standing: Mapping[str, Standing],
    source: Source,
    lacking: Sequence[str] = (),
) -> str:
    """What a group's issue says."""
    parts = [f"Some of the units of {mention('plan')}, whose plan is {source.link}. {_progress(pieces, standing)}"]
    parts.append(table(pieces, by_key, standing))
    if "sub_issues" in lacking:
        parts.append(_tasks([piece.key for piece in pieces if standing[piece.key].issue], standing))
    return shortened("\n\n".join(parts), 60_000)


def table(pieces: Sequence[Piece], by_key: Mapping[str, Piece], standing: Mapping[str, Standing]) -> str:
    """Units with their issues, what they stand at, and what they need of all that there are."""
    lines = ["| unit | title | issue | status | depends on |", "| --- | --- | --- | --- | --- |"]
    for piece in pieces:
        needs = ", ".join(_shown(by_key[key], standing) for key in piece.needs) or "nothing"
        issue = mention(piece.key) if standing[piece.key].issue else "none"
        cells = (line(spoken(piece.unit.id)), line(piece.unit.title, 100), issue)
        lines.append(f"| {' | '.join(cells)} | {standing[piece.key].told} | {needs} |")
    return "\n".join(lines)


def _shown(piece: Piece, standing: Mapping[str, Standing]) -> str:
    return mention(piece.key) if standing[piece.key].issue else line(spoken(piece.unit.id))


def _progress(pieces: Sequence[Piece], standing: Mapping[str, Standing]) -> str:
    counts = Counter(standing[piece.key].status for piece in pieces)
    told = [f"{counts['done']} of {len(pieces)} units done"]
    told += [f"{counts['ready']} ready to start"] if counts["ready"] else []
    told += [f"{counts['held']} held by a validation"] if counts["held"] else []
    told += [f"{counts['waiting']} waiting for others"] if counts["waiting"] else []
    told += [f"{counts['aside']} closed as not planned"] if counts["aside"] else []
    return f"**{', '.join(told)}.**"


def _tasks(keys: Sequence[str], standing: Mapping[str, Standing]) -> str:
    done = {key for key in keys if key in standing and standing[key].status in ("done", "aside")}
    return "\n".join(f"- [{'x' if key in done else ' '}] {mention(key)}" for key in keys)


def _group_table(groups: Mapping[str, Sequence[Piece]], standing: Mapping[str, Standing]) -> str:
    lines = ["| group | units | first to last | done | ready |", "| --- | --- | --- | --- | --- |"]
    for key, pieces in groups.items():
        counts = Counter(standing[piece.key].status for piece in pieces)
        ends = f"{spoken(pieces[0].unit.id)} to {spoken(pieces[-1].unit.id)}"
        lines.append(f"| {mention(key)} | {len(pieces)} | {line(ends)} | {counts['done']} | {counts['ready']} |")
    return "\n".join(lines)
