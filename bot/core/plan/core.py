"""The part of a plan that people review: what is built and why, scope, concept model, and each unit in short."""

from collections.abc import Iterator

from bot.core.markdown.artifact import Artifact, Section

from .reading import plan_of
from .sections import letter_of
from .shape import Unit

CORE = ("A", "C", "D")


def review_core(text: str, link: str) -> str:
    """A, C, D and the tier-1 summaries of a plan, each section with a link to the rest; "" where that is no plan.

    `link` is the document's address.
    """
    artifact = Artifact("", text)
    sections = {letter_of(section.title): section for section in artifact.sections if section.heading.level == 2}
    if not all(letter in sections for letter in CORE):
        return ""
    parts = [f"## {sections[letter].title}\n\n{sections[letter].body.strip()}\n" for letter in CORE]
    plan = plan_of(artifact)
    if plan.units:
        parts.append("## The units, each in short\n")
        parts += [f"### {unit.id}: {unit.title}\n\n{_tier_1(artifact, unit)}\n" for unit in plan.units]
    rest = [f"- [{section.title}]({link}#L{section.heading.line})" for section in _rest(sections)]
    return "\n".join([*parts, "## The rest of the plan\n", *rest]) + "\n"


def _rest(sections: dict[str, Section]) -> Iterator[Section]:
    return (section for letter, section in sections.items() if letter and letter not in CORE)


def _tier_1(artifact: Artifact, unit: Unit) -> str:
    """The lines of a unit's first tier; all of it where its tiers are not told apart."""
    first, second = unit.tiers
    last = second - 1 if second > first else unit.last
    return "\n".join(artifact.source[(first or unit.line) : last]).strip()
