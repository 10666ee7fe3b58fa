"""Whether a list of concerns lost nothing of the reviews that it comes from."""

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence

from bot.core.concerns import Concern, Concerns, Disposition, read
from bot.core.concerns.consolidating import Reviewed, highest
from bot.core.concerns.contradictions import findings_of
from bot.core.concerns.shape import SEVERITIES, Severity
from bot.core.concerns.words import severity_of
from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.core.outputs.concerns import concerns_in, reviews_in

from .context import Context


def dispositions(artifact: Artifact, context: Context) -> Iterator[Finding]:
    """Every finding of every review went to one concern or was dismissed; sources and severities are the reviews'."""
    document, reviews = read(artifact.text, artifact.path), reviews_in(context.documents)
    known = {(review.ref, found.id): found.severity for review in reviews for found in review.found}
    earlier = concerns_in(context.documents)
    old = {(fate.expert, fate.finding) for fate in earlier.dispositions} if earlier else set()
    yield from _fates(document, reviews, known, old)
    for concern in document.concerns:
        own = [fate for fate in document.dispositions if fate.concern == concern.id]
        new = [(fate.expert, fate.finding) for fate in own if (fate.expert, fate.finding) not in old]
        yield from _severity(concern, [known[ref] for ref in new if ref in known])
        yield from _sources(concern, own, reviews, known)


def decisions_agree(artifact: Artifact, context: Context) -> Iterator[Finding]:
    """Fields and decision log of the concerns say the same, and ids stand once, under their severity.

    What people had left so before this was written is told to them, and is no fault of what was written.
    """
    earlier = concerns_in(context.documents)
    old = {_what(finding) for finding in findings_of(earlier)} if earlier else set()
    yield from (each for each in findings_of(read(artifact.text, artifact.path)) if _what(each) not in old)


def _what(finding: Finding) -> tuple[str, str]:
    """A contradiction, wherever it stands by now."""
    return finding.rule, re.sub(r"\bline \d+", "", finding.wrong)


def _fates(
    document: Concerns,
    reviews: Sequence[Reviewed],
    known: Mapping[tuple[str, str], Severity],
    old: Container[tuple[str, str]],
) -> Iterator[Finding]:
    """`old` are the findings of which an earlier round disposed: what people made of those rows is theirs."""
    used = Counter((fate.expert, fate.finding) for fate in document.dispositions)
    refs, ids = {review.ref for review in reviews}, {concern.id for concern in document.concerns}
    for expert, finding in known:
        if not used[expert, finding]:
            mend = "Add its row to “Dispositions”: merged into a concern, kept as one, or dismissed with the reason."
            yield Finding(1, f"{expert} {finding} was dropped: it has no disposition.", mend)
    for fate in document.dispositions:
        if (fate.expert, fate.finding) in old:
            continue
        name = f"{fate.expert} {fate.finding}"
        if used[fate.expert, fate.finding] > 1:
            yield Finding(fate.line, f"{name} has several dispositions.", "Keep one of the rows.")
        if fate.expert in refs and (fate.expert, fate.finding) not in known:
            mend = "Take the row out, or correct the number."
            yield Finding(fate.line, f"The review {fate.expert} has no finding {fate.finding}.", mend)
        if fate.kind != "dismissed" and fate.concern not in ids:
            mend = "Name a concern of this document, as in “merged into C1”."
            yield Finding(fate.line, f"{name} went to {fate.concern or 'nothing'}, which is no concern here.", mend)
        if fate.kind == "dismissed" and not fate.reason:
            yield Finding(fate.line, f"{name} is dismissed without a reason.", "Write why nobody has to act on it.")


def _severity(concern: Concern, given: Sequence[Severity]) -> Iterator[Finding]:
    """A concern is as grave as the gravest finding that went to it in this round, unless it says why not."""
    if given and not concern.downgrade and SEVERITIES.index(concern.severity) > SEVERITIES.index(highest(given)):
        wrong = f"{concern.id} is “{concern.severity}”, and a source gave “{highest(given)}”."
        yield Finding(concern.line, wrong, "Move it there, or write “**Downgrade:** …” with the reason.")


def _sources(
    concern: Concern,
    own: Sequence[Disposition],
    reviews: Sequence[Reviewed],
    known: Mapping[tuple[str, str], Severity],
) -> Iterator[Finding]:
    """The sources of a concern against those whose findings went to it, where all of them are at hand."""
    lenses = {review.ref: review.lens for review in reviews}
    if not own or any(fate.expert not in lenses for fate in own):
        return
    said = {lenses[fate.expert] for fate in own}
    for source in concern.sources:
        if source.expert not in said:
            mend = f"Name those whose findings went to it: {', '.join(sorted(said))}."
            yield Finding(concern.line, f"{concern.id} names “{source.expert}”, who did not say so.", mend)
    for lens in sorted(said - {source.expert for source in concern.sources}):
        yield Finding(
            concern.line, f"{concern.id} does not name “{lens}”, who said so.", f"Add “{lens}” to its sources."
        )
    given = [known[fate.expert, fate.finding] for fate in own if (fate.expert, fate.finding) in known]
    shown = [severity_of(source.severity) for source in concern.sources if source.severity]
    if shown and given and (top := highest(given)) not in shown:
        mend = "Write the severity that each gave behind its name."
        yield Finding(concern.line, f"{concern.id} does not say that a source gave “{top}”.", mend)
