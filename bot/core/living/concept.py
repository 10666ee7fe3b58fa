"""The question whether a plan's concept model still describes the system, after a part of the plan was merged."""

from collections.abc import Sequence
from typing import Any

from bot.core.codec import from_json
from bot.core.definition import Definition
from bot.core.identity import Address, Repository
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.safe import line, published
from bot.core.outputs.concept_check import ConceptCheck
from bot.core.plan import plan_of
from bot.core.plan.sections import letter_of
from bot.core.prompts import render
from bot.core.run.acts import Brief

from .edits import Reworded

_MOST_DIFF = 60_000
_TURNS = 4


def brief(
    definition: Definition, repository: Repository, document: str, base: str, pull: int, title: str, diff: str
) -> Brief | None:
    """What the model is asked; None of a plan without a concept model."""
    artifact = Artifact("", document)
    section = next((each for each in artifact.sections if letter_of(each.title) == "D"), None)
    blocks = [block.name for block in plan_of(artifact).blocks]
    if section is None or not blocks:
        return None
    house = _house(definition, repository)
    cut = diff if len(diff) <= _MOST_DIFF else f"{diff[:_MOST_DIFF]}\n(The rest is left out.)"
    values = house | {"model": section.body, "diff": cut, "title": title, "blocks": blocks}
    return Brief(
        address=Address(f"{repository.id}.{pull}.plan.1", "concept", pull, "writer", 1),
        system=render(definition.prompts["system"], house),
        documents=(),
        charge=render(definition.prompts["concept"], values),
        path="concept-check",
        base=base,
        output="concept-check",
        model=definition.model,
        turns=_TURNS,
        last=True,
    )


def _house(definition: Definition, repository: Repository) -> dict[str, Any]:
    parameters = definition.parameters
    return {
        "repository": repository.full_name,
        "project": parameters.get("project", ""),
        "systems": parameters.get("systems", []),
        "web": False,
        "data": True,
        "parameters": parameters,
    }


def reworded(data: Any, pull: int) -> tuple[Reworded, ...]:
    """The edits that the answer proposes."""
    blocks = from_json(ConceptCheck, data).blocks
    return tuple(Reworded(each.block, each.old, each.new, pull) for each in blocks if each.old and each.new)


def told(data: Any, pull: int, unplaced: Sequence[str], cost: str) -> str:
    """The answer, for people, and what it cost."""
    blocks = from_json(ConceptCheck, data).blocks
    wrong = sum(not each.holds for each in blocks)
    head = "still holds" if not wrong else f"no longer holds in {wrong} of {len(blocks)} blocks"
    parts = [f"**The concept model {head}** after #{pull}."]
    for each in blocks:
        mark = "✅" if each.holds else "✏️"
        parts.append(f"- {mark} **{line(each.block, 80)}:** {published(each.why)}")
        if each.old and each.new:
            parts += [f"  - it says: {_bare(each.old)}", f"  - it should say: {_bare(each.new)}"]
    if wrong:
        parts += ["", "The suggested edits are on this branch: keep them, change them, or revert them."]
    parts += [f"- {word}" for word in unplaced]
    return "\n".join([*parts, "", cost])


def _bare(text: str) -> str:
    """A line of the document without what makes it an item of a list."""
    return published(text.strip().removeprefix("- "))
