"""Architecture planning: who owns a concern, whether tracks are needed, the contract between them, the resolutions."""

from collections.abc import Iterator

from bot.core.concerns import read as read_concerns
from bot.core.concerns.shape import OWNERS, RESOLUTION
from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.core.outputs.contract import standing_contract
from bot.core.outputs.owners import standing
from bot.core.run.absent import says_there_was_none
from bot.core.tracks import ROADMAP, tracks
from bot.core.tracks.changing import read_settlement, unlisted
from bot.core.tracks.contract import Fault
from bot.core.tracks.contract import faults as contract_faults
from bot.core.tracks.contract import read as read_contract
from bot.core.tracks.owning import SHARE, faults
from bot.core.tracks.owning import read as read_owners
from bot.core.tracks.resolving import faults as resolution_faults
from bot.core.tracks.resolving import read as read_resolutions

from .context import Context
from .place import missing


def owners(artifact: Artifact, _: Context) -> Iterator[Finding]:
    """Each concern has exactly one owning component, and each component is inside the roadmap or outside."""
    found = read_owners(artifact.text)
    if not found.line:
        yield missing(OWNERS)
        return
    ids = dict.fromkeys(concern.id for concern in read_concerns(artifact.text, artifact.path).concerns)
    for line, wrong, mend in faults(found, tuple(ids)):
        yield Finding(line, wrong, mend)


def tracks_needed(artifact: Artifact, _: Context, *, share: float = SHARE) -> Iterator[Finding]:
    """No more than this share of the concerns is owned by components that are in no roadmap and have no track."""
    found = read_owners(artifact.text)
    if found.share <= share:
        return
    away = [(part.name, found.concerns_of(part.name)) for part in found.outside]
    many = sum(len(ids) for _, ids in away)
    listed = "; ".join(f"{name}: {len(ids)} ({', '.join(ids)})" for name, ids in away)
    wrong = f"{many} of {len(found.owned)} concerns ({found.share:.0%}, more than {share:.0%}) are owned outside the "
    wrong += f"roadmap, so parallel tracks are needed. {listed}."
    yield Finding(
        found.line,
        wrong,
        "`/approve` opens a track for each of these components; `/reject <why>` has the owners worked out again.",
    )


def contract(artifact: Artifact, context: Context) -> Iterator[Finding]:
    """All that is consumed is provided, by exactly one track; no track waits in its first phase, or for itself."""
    open = [member.name for member in tracks(standing(context.documents))]
    found = read_contract(artifact.text)
    yield from map(_finding, contract_faults(found, [ROADMAP, *open] if open else ()))
    before = standing_contract(context.documents)
    if before and read_settlement(artifact.text).learnt:
        changes = read_settlement(artifact.text).changes
        yield from map(_finding, unlisted(read_contract(before), found, changes))


def resolutions(artifact: Artifact, context: Context) -> Iterator[Finding]:
    """Each concern has a decision with its rationale and exactly one owner, and none is waved away as out of scope."""
    found = read_resolutions(artifact.text)
    if not found.line:
        yield missing(RESOLUTION)
        return
    document = read_concerns(artifact.text, artifact.path)
    before = standing_contract(context.documents)
    agreed = read_contract(before) if before else None
    yield from map(_finding, resolution_faults(found, document, read_owners(artifact.text), agreed))


def searched(artifact: Artifact, context: Context) -> Iterator[Finding]:
    """Somebody searched before this was proposed, or the document's top says that there was no search to be had."""
    if context.fetched:
        return
    if context.searches:
        mend = "Search for how others solved this, read what you find, and then write."
        yield Finding(1, "Nothing was searched for before this was proposed.", mend)
    elif not says_there_was_none(artifact):
        mend = "Say below the title that it was written without web search."
        yield Finding(1, "There was no search, and the top of the document does not say so.", mend)


def _finding(fault: Fault) -> Finding:
    return Finding(max(1, fault.line), fault.wrong, fault.mend)
