"""A draft that no repair follows: what does not hold is marked, what holds is linked, and so it is committed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.citations.linking import linked, marked, marked_behind
from bot.core.definition import GateUse
from bot.core.findings import Finding, errors
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.safe import published
from bot.core.markdown.sections import Filling, faults, others, own, part_of, spliced
from bot.core.markdown.sentences import UNVERIFIED

from . import judge
from .cited import claims
from .cited import faults as faults_of_claim
from .context import Context
from .repeated import repeated_places, repeated_statements


@dataclass(frozen=True)
class Settled:
    """The text that is committed, and what its gates found."""

    text: str
    findings: tuple[Finding, ...]


def settled(artifact: Artifact, context: Context, uses: Sequence[GateUse], last: bool) -> Settled:
    """The artifact as it is committed; as it is where it has errors and is not the `last` draft.

    A citation that does not hold is marked, and its finding is a warning from then on.
    """
    found = judge(artifact, context, uses)
    text = artifact.text
    if errors(found) and not last:
        return Settled(text, found)
    for use in uses:
        if use.name == "citations":
            text, found = _marked(artifact, context, bool(use.parameters.get("strict")), found)
    if context.tree is not None and context.web:
        text = linked(text, context.tree, context.web)
    return Settled(published(text), found)


def settled_part(
    stands: Artifact, answer: str, filling: Filling, context: Context, uses: Sequence[GateUse], last: bool
) -> Settled:
    """The sections of an answer as they are committed, judged in the document as it `stands`.

    The findings have the lines of the whole document, and are those of these sections. An answer that holds more, or
    less, than the sections is given back whole, so that it can be mended. Who closes the document tells what is left
    in the sections of others too, which is nothing that they have to mend.
    """
    wrong = tuple(faults(answer, filling))
    whole = Artifact(stands.path, spliced(stands.text, answer, filling))
    end = settled(whole, context, uses, last)
    found = own(end.findings, whole.text, filling.sections)
    if errors(end.findings) and not errors(found):
        # What is wrong with another's section is no reason to leave ours as it is.
        end = settled(whole, context, uses, last=True)
        found = own(end.findings, whole.text, filling.sections)
    part = answer if wrong and not last else part_of(end.text, filling.sections)
    return Settled(part, (*wrong, *found, *_left(whole, filling, context, uses)))


def _left(whole: Artifact, filling: Filling, context: Context, uses: Sequence[GateUse]) -> tuple[Finding, ...]:
    """What is wrong in other sections of a document that is closed with these."""
    if not filling.closing:
        return ()
    found = judge(whole, context, uses)
    return others(found, own(found, whole.text, filling.sections))


def _marked(
    artifact: Artifact, context: Context, strict: bool, found: Sequence[Finding]
) -> tuple[str, tuple[Finding, ...]]:
    checked = claims(artifact, context)
    told = [(one, fault) for one in checked for fault in faults_of_claim(one, strict)]
    told += repeated_places(checked, artifact, context)
    wrong = {one: fault for one, fault in told if fault.severity == "error"}
    text = marked(artifact.text, wrong)
    again = [sentence for sentence, _ in repeated_statements(Artifact(artifact.path, text), context)]
    repeated = (fault for _, fault in repeated_statements(artifact, context))
    those = {(fault.line, fault.wrong) for fault in (*wrong.values(), *repeated)}
    mend = f"It is marked {UNVERIFIED}: look at it before you rely on it."
    findings = tuple(
        replace(finding, severity="warning", mend=mend)
        if finding.rule == "citations" and (finding.line, finding.wrong) in those
        else finding
        for finding in found
    )
    return marked_behind(text, again), findings
