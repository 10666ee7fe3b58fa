"""The rules for macro plans as one gate."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact

from .context import Context
from .plan import RULES, Level, Paper, lint, unknown


def plan(
    artifact: Artifact,
    context: Context,
    *,
    only: Sequence[str] = (),
    off: Sequence[str] = (),
    warnings: Sequence[str] = (),
    errors: Sequence[str] = (),
    strict: bool = False,
) -> Iterator[Finding]:
    """The rules for macro plans hold: all of them, or those of `only`, less those of `off`, at their levels.

    With `strict` none is softened because the plan has not all of its sections, or no units, yet.
    """
    levels: dict[str, Level] = {name: "off" for name in RULES if only and name not in only}
    given: tuple[tuple[Sequence[str], Level], ...] = ((warnings, "warning"), (errors, "error"), (off, "off"))
    levels |= {name: level for names, level in given for name in names}
    yield from lint(Paper.of(artifact, context.tree, strict), levels)


def plan_faults(given: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each name in the gate's parameters that is no rule's."""
    for name, names in given.items():
        if name != "strict":
            yield from unknown(names)
