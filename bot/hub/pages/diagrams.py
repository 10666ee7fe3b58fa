"""A Mermaid text becomes a picture, drawn here and not in the browser."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import lru_cache

import mermaidx

LIMIT = 50_000
_BOX = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class Drawing:
    """An image (`source` is a data URL) with its size, or the fault that kept it from being drawn."""

    source: str = ""
    width: int = 0
    height: int = 0
    fault: str = ""


@lru_cache(maxsize=256)
def draw(text: str) -> Drawing:
    """The diagram as an image: an image runs no script and loads nothing, whatever its text says."""
    if len(text) > LIMIT:
        return Drawing(fault=f"it has {len(text)} characters, and {LIMIT} are the limit")
    try:
        svg = mermaidx.render(text).svg()
    except RuntimeError as error:
        return Drawing(fault=str(error).removeprefix("Mermaid rendering failed: "))
    box = _BOX.search(svg)
    width, height = (round(float(box[1])), round(float(box[2]))) if box else (600, 400)
    # A percentage is no size for an image: the browser would stretch it.
    svg = svg.replace('width="100%"', f'width="{width}" height="{height}"', 1)
    encoded = base64.b64encode(svg.encode()).decode()
    return Drawing(f"data:image/svg+xml;base64,{encoded}", width, height)
