"""Gate findings of one of our commits, computed again: after a lost database only the branch is left."""

from collections.abc import Mapping

from bot.core.definition import Phase
from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.sections import fresh, others, own
from bot.core.ports import Checkout
from bot.core.run.placing import is_closing
from bot.core.run.record import Pinned
from bot.gates import judge
from bot.gates.context import Context


def judged_anew(
    pinned: Pinned,
    phase: str,
    texts: Mapping[str, str],
    checkout: Checkout,
    told: Mapping[str, tuple[Finding, ...]],
) -> tuple[Finding, ...]:
    """The findings in a phase's documents (path to text). `told` has those of earlier commits, by phase."""
    context = Context(checkout.tree(pinned.base), {}, pinned.body, web=pinned.web)
    known = pinned.definition.phase(phase)
    found: list[Finding] = []
    for path, text in texts.items():
        judged = judge(Artifact(path, text), context, known.gates)
        mine = own(judged, text, known.sections) if known.into else judged
        found += [*mine, *(others(judged, mine) if is_closing(pinned.definition, known) else ())]
    return _untold(pinned, known, tuple(found), told)


def _untold(
    pinned: Pinned, phase: Phase, found: tuple[Finding, ...], told: Mapping[str, tuple[Finding, ...]]
) -> tuple[Finding, ...]:
    """The findings without those already reported for other phases, if this phase completes the document."""
    if not is_closing(pinned.definition, phase):
        return found
    into = (other.id for other in pinned.definition.phases if other.into == phase.into and other.id != phase.id)
    return fresh(found, [finding for id in into for finding in told.get(id, ())])
