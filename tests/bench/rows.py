"""Rows of figures, and the table that they make."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Row:
    """One figure with its unit, and what has to be known to read it."""

    figure: str
    value: float | str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """What a bench works with: an empty folder of its own, and the workflows to run."""

    folder: Path
    workflows: Path


def shown(value: float | str) -> str:
    """Three digits that mean something."""
    if isinstance(value, str):
        return value
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(rows: Sequence[tuple[str, Row]]) -> str:
    """Rows, each with the name of its bench, as a Markdown table."""
    lines = ["| bench | figure | value | unit | note |", "| --- | --- | ---: | --- | --- |"]
    last = ""
    for name, row in rows:
        shortened = "" if name == last else f"`{name}`"
        last = name
        lines.append(f"| {shortened} | {row.figure} | {shown(row.value)} | {row.unit} | {row.note} |")
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Where and when the figures were taken, in a line."""
    cores = os.cpu_count() or 0
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    load = f"load average {os.getloadavg()[0]:.1f} at the start"
    return (
        f"{day}, {cores} cores ({platform.machine()}), Python {platform.python_version()}, {platform.system()}, {load}"
    )


def written(page: str, command: str, where: str, figures: str) -> str:
    """The page with the figures between its markers replaced."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The page has no {BEGIN} with {END} after it.")
    return f"{before}{BEGIN}\n\n`{command}`, {where}.\n\n{figures}\n{END}{after}"


def share(part: float, whole: float) -> float:
    """Per cent."""
    return 100 * part / whole if whole else 0.0


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that at least so many per cent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent) // 100) - 1)]
