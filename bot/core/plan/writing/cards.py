"""Blocks and units: a heading each, with labelled lines below it, as the reading side takes them apart."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.core.markdown.artifact import Artifact, Section, normal
from bot.core.plan.concept import blocks
from bot.core.plan.ids import ids
from bot.core.plan.reading import plan_of
from bot.core.plan.shape import Unit
from bot.core.plan.units import cleaned

from . import tidy
from .forms import Data

ASPECTS = ("observes", "controls", "owns", "invariants", "events", "extension_friction")
_ASCII = re.compile(r"[A-Za-z0-9]+")
_NUMBERED = re.compile(r"^(?:\d+[.)]|[A-Z]\.\d+)\s*")
_STRAY = re.compile(r"^\([^()]*\)\s*")
_ID = re.compile(r"(?:PR)?[ -]?#?(\d+[a-z]?)", re.IGNORECASE)
_GUARANTEE = re.compile(r"(?:BC|G|INV)-[A-Z0-9]+(?:-[A-Z0-9]+)*")

# The fields of seed 003's two tiers, by the names that the reader and the rules know them under. `*` marks lists.
TIER_1 = (
    ("depends_on", "Depends on"),
    ("block_change", "Building Block Change"),
    ("extension_type", "Extension Type"),
    ("motivation", "Motivation"),
    ("in_scope*", "In Scope"),
    ("out_of_scope*", "Out of Scope"),
    ("guarantees", "Behavioral Guarantees"),
    ("risks*", "Risks"),
    ("cross_cutting", "Cross-Cutting"),
    ("validation_gate", "Validation Gate"),
)
TIER_2 = (
    ("architectural_impact", "Architectural Impact"),
    ("api_surface", "API Surface Changes"),
    ("cli_changes", "CLI Changes"),
    ("tests*", "Test Categories"),
    ("exercised_by", "Exercised By"),
    ("documentation", "Documentation Updates"),
    ("extension_friction", "Extension Friction"),
    ("parallel_development", "Parallel Development"),
    ("why_reviewable", "Why Independently Reviewable"),
    ("why_no_dead_code", "Why No Dead Code"),
    ("files*", "Files"),
    ("size", "Size"),
)
_MARKS = ("--- Tier 1: Human Review Summary ---", "--- Tier 2: Implementation Guide ---")


# --- blocks ----------------------------------------------------------------------------------------------------------


def tidy_block(block: Data) -> Data:
    """A block of which each text can stand in its place."""
    name = tidy.fixed(block["name"].replace("—", "-"), tidy.plain, lambda text: _NUMBERED.sub("", text))
    said = tidy.fixed(block["responsibility"], lambda text: _STRAY.sub("", text).strip(" #–—:-"))
    aspects = {each: tidy.fixed(block[each], lambda text: text.strip(" *")) for each in ASPECTS}
    return {"name": name, "responsibility": said} | aspects


def write_block(n: int, block: Data) -> str:
    """`#### 1. Meter — Reads how much memory a worker holds.`, and its contract below."""
    lines = [f"- **{_label(aspect)}:** {block[aspect]}".rstrip() for aspect in ASPECTS]
    return "\n".join([f"#### {n}. {block['name']} — {block['responsibility']}".rstrip("— "), "", *lines])


def read_blocks(artifact: Artifact, _: Section) -> list[Data]:
    """The blocks of the concept model."""
    return [
        {"name": block.name, "responsibility": block.responsibility}
        | {aspect: block.aspects.get(normal(aspect), "") for aspect in ASPECTS}
        for block in blocks(artifact)
    ]


def _label(aspect: str) -> str:
    return aspect.capitalize().replace("_", " ")


# --- units -----------------------------------------------------------------------------------------------------------


def tidy_unit(unit: Data) -> Data:
    """A unit of which each text can stand in its place; `ValueError` where its id is none."""
    found: Data = tidy.deep(unit, tidy.tidied)
    found["id"] = unit_id(unit["id"])
    found["title"] = title = tidy.fixed(unit["title"], tidy.plain, lambda text: cleaned(text, marked=True)[0])
    words = _ASCII.findall(normal(unit["stable"])) or _ASCII.findall(normal(title))[:3] or _ASCII.findall(found["id"])
    found["stable"] = "-".join(words).lower()
    found["depends_on"] = list(dict.fromkeys(unit_id(id) for id in unit["depends_on"]))
    found["guarantees"] = [_guarantee(each) for each in unit["guarantees"]]
    return found


def unit_id(text: str) -> str:
    """`PR 3`, however it is written; `ValueError` where it is none."""
    match = _ID.fullmatch(text.strip())
    if not match:
        raise ValueError(f"“{text}” is no id of a unit; number them PR 0, PR 1, PR 2 …")
    return f"PR {match[1].lower()}"


def _guarantee(guarantee: Data) -> Data:
    id = guarantee["id"].strip().upper()
    if not _GUARANTEE.fullmatch(id):
        raise ValueError(f"“{guarantee['id']}” is no name of a guarantee; name those of PR 3 BC-3-1, BC-3-2 …")
    return {"id": id, "text": tidy.fixed(guarantee["text"], lambda text: text.lstrip(" :.)–—-*"))}


def write_unit(_: int, unit: Data) -> str:
    """`### PR 1: Memory reading <!-- unit: memory-reading -->`, and its two tiers below."""
    lines = [f"### {unit['id']}: {unit['title']} <!-- unit: {unit['stable']} -->"]
    for mark, tier in zip(_MARKS, (TIER_1, TIER_2), strict=True):
        lines += ["", mark, ""]
        for field, label in tier:
            lines += _field(label, _texts(unit, field))
    return "\n".join(lines)


def _texts(unit: Data, field: str) -> Sequence[str]:
    value: Any = unit[field.rstrip("*")]
    match field:
        case "depends_on":
            return [", ".join(value) or "none"]
        case "guarantees":
            return ["", *(f"{each['id']}: {each['text']}".rstrip() for each in value)]
        case _:
            return value if field.endswith("*") else [value]


def _field(label: str, texts: Sequence[str]) -> Iterator[str]:
    """One text behind its label, several as a list below it."""
    alone = texts[0] if len(texts) == 1 else ""
    yield f"- **{label}:** {alone}".rstrip()
    if not alone:
        yield from (f"  - {text}" for text in texts if text)


def read_units(artifact: Artifact, _: Section) -> list[Data]:
    """The units of the plan."""
    return [_unit(unit) for unit in plan_of(artifact).units]


def _unit(unit: Unit) -> Data:
    found: Data = {"id": spaced(unit.id), "title": unit.title, "stable": unit.stable}
    for tier, fields in ((unit.tier1, TIER_1), (unit.tier2, TIER_2)):
        for field, label in fields:
            text = tier.get(normal(label), "")
            found[field.rstrip("*")] = _listed(text) if field.endswith("*") else text
    found["depends_on"] = [spaced(id) for id in ids(found["depends_on"])]
    found["guarantees"] = [{"id": each.id, "text": each.text} for each in unit.guarantees if each.id]
    return found


def _listed(text: str) -> list[str]:
    return [each for line in text.split("\n") if (each := line.strip().removeprefix("- "))]


def spaced(id: str) -> str:
    """`PR 3` for PR3."""
    return re.sub(r"^PR(?=\d)", "PR ", id)
