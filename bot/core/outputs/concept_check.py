"""Whether a plan's concept model still describes the system, block by block."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bot.core.codec import from_json, to_json

from .output import Output, Setting, on_one_line


@dataclass(frozen=True)
class CheckedBlock:
    """A building block: whether what the model says of it still `holds`, and why in a sentence.

    Where it does not, `old` is one line of the model as it stands there, character for character, and `new` is what
    that line should say; both are empty otherwise.
    """

    block: str
    holds: bool
    why: str
    old: str
    new: str


@dataclass(frozen=True)
class ConceptCheck:
    """What a change means for each block of the concept model, in the model's order."""

    blocks: list[CheckedBlock]


def settle(data: Any, _: Setting) -> Any:
    """The data, tidied; `ValueError` where it has another shape, or a block no name or reason."""
    found = from_json(ConceptCheck, on_one_line(data))
    for each in found.blocks:
        if not each.block or not each.why:
            raise ValueError("every block has a name, and a sentence that says why it holds or does not")
        if each.holds and (each.old or each.new):
            raise ValueError(f"“{each.block}” holds, so it has no `old` and no `new`")
    return to_json(found)


def render(data: Any) -> str:
    """A line for each block, and two below it where the model should say something else."""
    lines = []
    for each in from_json(ConceptCheck, data).blocks:
        lines.append(f"- {'Holds' if each.holds else 'Does not hold'}: {each.block} | {each.why}")
        lines += [f"  - Now: {each.old}", f"  - Should say: {each.new}"] if each.old or each.new else []
    return "".join(f"{line}\n" for line in lines) or "None.\n"


def parse(text: str) -> Any:
    """What `render` wrote."""
    pattern = r"^- (Holds|Does not hold): (.*?) \| (.*)$(?:\n  - Now: (.*)\n  - Should say: (.*)$)?"
    return to_json(
        ConceptCheck(
            [
                CheckedBlock(block, said == "Holds", why, old or "", new or "")
                for said, block, why, old, new in re.findall(pattern, text, re.MULTILINE)
            ]
        )
    )


CONCEPT_CHECK = Output("concept-check", TypeAdapter(ConceptCheck).json_schema(), settle, render, parse)
