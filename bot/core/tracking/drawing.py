"""The order of the units as Mermaid, as GitHub draws it: at most 50,000 characters and 500 edges."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.core.markdown.safe import plain
from bot.core.plan.ids import spoken

from .standing import Standing
from .units import Piece

MOST_UNITS, MOST_EDGES = 150, 400
_COLORS = {"done": "#2da44e", "ready": "#bf8700", "held": "#cf222e", "waiting": "#6e7781", "aside": "#8c959f"}


def drawing(pieces: Sequence[Piece], standing: Mapping[str, Standing]) -> str:
    """A fence with the graph, or a line that says why there is none."""
    at = {piece.key: f"u{n}" for n, piece in enumerate(pieces, 1)}
    edges = [(at[other], at[piece.key]) for piece in pieces for other in piece.needs]
    if len(pieces) > MOST_UNITS or len(edges) > MOST_EDGES:
        return f"The order of {len(pieces)} units, with {len(edges)} dependencies, is too large to be drawn here."
    lines = ["```mermaid", "flowchart LR"]
    lines += [f'  {at[piece.key]}["{_label(piece)}"]' for piece in pieces]
    lines += [f"  {first} --> {then}" for first, then in edges]
    lines += _classes(pieces, standing, at)
    return "\n".join([*lines, "```"])


def _classes(pieces: Sequence[Piece], standing: Mapping[str, Standing], at: Mapping[str, str]) -> Iterator[str]:
    for status, color in _COLORS.items():
        those = [at[piece.key] for piece in pieces if standing[piece.key].status == status]
        if those:
            yield f"  classDef {status} fill:{color},stroke:{color},color:#fff"
            yield f"  class {','.join(those)} {status}"


def _label(piece: Piece) -> str:
    title = plain(piece.unit.title, 48)
    text = f"{spoken(piece.unit.id)}: {title}" if title else spoken(piece.unit.id)
    # In Mermaid a `#` begins a character reference, and backquotes a Markdown string.
    return re.sub(r'["#`<>&]', lambda match: f"#{ord(match[0])};", text)
