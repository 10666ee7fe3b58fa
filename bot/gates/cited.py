"""Citations of the repository's code."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from bot.core.citations.reading import distinct, find
from bot.core.citations.verdicts import Verified, verify
from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact

from .context import Context
from .place import shown
from .repeated import repeated_places, repeated_statements


def citations(artifact: Artifact, context: Context, *, at_least: int = 0, strict: bool = False) -> Iterator[Finding]:
    """Every citation's path and lines exist at the commit, and so many distinct places are cited.

    Lines that do not hold what the sentence names are a warning, where `strict` an error. What is marked UNVERIFIED
    counts as no citation and is no fault; but what another document marks is not repeated without the mark.
    """
    if context.tree is None:
        held = [one for one in find(artifact) if not (one.foreign or one.unverified)]
    else:
        checked = claims(artifact, context)
        held = [one.citation for one in checked if one.verdict in {"ok", "unnamed", "content-mismatch"}]
        for verified in checked:
            yield from faults(verified, strict)
        for _, finding in repeated_places(checked, artifact, context):
            yield finding
    for _, finding in repeated_statements(artifact, context):
        yield finding
    if distinct(held) < at_least:
        wrong = f"{shown(distinct(held), 'place')} of at least {at_least} in the code "
        wrong += "is cited." if distinct(held) == 1 else "are cited."
        yield Finding(1, wrong, "Cite where it stands, as “path:line” of what you have read.")


def claims(artifact: Artifact, context: Context) -> Sequence[Verified]:
    """What the artifact cites and does not mark, with the verdicts; nothing where there is no tree."""
    found = [citation for citation in find(artifact) if not citation.unverified]
    return verify(found, context.tree, context.web) if context.tree else ()


def faults(verified: Verified, strict: bool) -> Iterator[Finding]:
    """What is wrong with a citation, if anything."""
    citation = verified.citation
    mark = "or mark it [UNVERIFIED]"
    match verified.verdict:
        case "path-missing":
            near = f" Did you mean “{verified.candidates[0]}”?" if verified.candidates else ""
            mend = f"Cite a path that is there, {mark}.{near}"
            yield Finding(citation.line, f"“{citation.text}”: there is no file {citation.path}.", mend)
        case "ambiguous":
            several = ", ".join(verified.candidates[:4])
            mend = f"Write the whole path: {several}."
            yield Finding(citation.line, f"“{citation.text}”: several files are called {citation.path}.", mend)
        case "out-of-range":
            wrong = f"“{citation.text}”: {verified.resolved} has {shown(verified.lines, 'line')}."
            yield Finding(citation.line, wrong, f"Cite lines that are there, {mark}.")
        case "content-mismatch":
            wrong = f"“{citation.text}”: nothing that the sentence names stands there."
            mend = f"Cite the lines that hold it, {mark}."
            yield Finding(citation.line, wrong, mend, severity="error" if strict else "warning")
        case "ok" | "unnamed" | "external":
            return
        case _:
            assert_never(verified.verdict)
