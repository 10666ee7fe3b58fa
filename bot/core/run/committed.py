"""Where a run stands after a commit, and what that commit is known by."""

from collections.abc import Mapping
from dataclasses import replace

from bot.core.concerns import read
from bot.core.concerns.remembering import remembered
from bot.core.definition import Definition
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.sections import digest_of_part, part_of
from bot.core.outputs.concerns import NAME

from .acts import Commit, Committed
from .committing import asked, failed, mended
from .phase import PhaseState
from .placing import ground_of, shared_paths
from .record import PhaseCommit, Spent, Standing
from .state import State, fold


def after_commit(state: State, act: Commit, result: Committed) -> State:
    """The state once a commit was made, or refused."""
    if result.refused == "conflict":
        return replace(state, stale=True)
    if result.refused == "stopped":
        return replace(state, stopped=True, shown=False, drafts={})
    head = state.record.head if state.pinned.branchless else result.sha
    record = replace(state.record, head=head, now=result.at or state.now)
    record = replace(record, there=tuple(sorted({*record.there, *act.files})))
    if state.request_path in act.files:
        record = replace(record, request=act.files[state.request_path])
    if concerns := next(((path, text) for path, text in act.files.items() if path.endswith(NAME)), None):
        before = record.concerns or Standing("", "")
        known = remembered(before.known, read(concerns[1]).concerns)
        record = replace(record, concerns=Standing(*concerns, before.seen, known))
    paths = shared_paths(state.pinned, ground_of(record))
    shared = {path: text for path, text in act.files.items() if path in paths}
    record = replace(record, shared={**record.shared, **shared})
    phase = next((phase for phase in state.phases if phase.phase.id == act.phase), None)
    drafts = tuple(state.drafts.values())
    # An approval may write what is another phase's beside it.
    own = {path for _, path in phase.paths} if phase else set(act.files)
    files = {path: text for path, text in act.files.items() if path in own}
    made = PhaseCommit(
        act.phase,
        act.revision,
        act.status,
        result.sha,
        _files(phase, {path: blob for path, blob in result.files.items() if path in own}),
        next((draft.model for draft in drafts), "") if phase else "",
        sum((draft.spent for draft in drafts), Spent()) if phase else Spent(),
        asked(state, phase) if phase and act.status == "asking" else (),
        tuple(finding for draft in drafts for finding in draft.findings) if phase else (),
        gist_of(state.definition, act.phase, parts_of(state.definition, act.phase, files)),
        result.at,
        files if phase and phase.phase.output else {},
        failed(state, phase) if phase else (),
        part_of_commit(state.definition, act.phase, files),
        others_of_commit(state.definition, act.phase, act.files),
        mended(state) if phase else (),
    )
    folded = fold(replace(record, commits=(*record.commits, made), spent=state.spent))
    return replace(folded, without=state.without)


def _files(phase: PhaseState | None, made: Mapping[str, str]) -> dict[str, str]:
    """The documents of a phase after a commit: those of members that were not made again too."""
    kept = phase.commit.files if phase and phase.commit and phase.phase.each else {}
    return {**kept, **made}


def parts_of(definition: Definition, phase: str, files: Mapping[str, str]) -> Mapping[str, str]:
    """What of these documents the phase made: its sections, or all."""
    known = next((known for known in definition.phases if known.id == phase and known.into), None)
    return files if known is None else {path: part_of(text, known.sections) for path, text in files.items()}


def part_of_commit(definition: Definition, phase: str, files: Mapping[str, str]) -> str:
    """The digest of the sections that a phase made of a document that others fill too; "" where it made it all."""
    known = next((known for known in definition.phases if known.id == phase and known.into), None)
    return "".join(digest_of_part(text, known.sections) for text in files.values()) if known else ""


def others_of_commit(definition: Definition, phase: str, files: Mapping[str, str]) -> tuple[str, ...]:
    """The digests of the sections of other phases, as a commit of this one leaves them: decisions change them too."""
    others = [known for known in definition.phases if known.into and known.id != phase]
    return tuple(
        digest_of_part(text, known.sections)
        for known in others
        for path, text in files.items()
        if path.endswith(f"-{known.into}.md")
    )


def gist_of(definition: Definition, phase: str, files: Mapping[str, str]) -> str:
    """The first section of what the last phase made; "" for any other phase."""
    if phase != definition.phases[-1].id:
        return ""
    sections = (section for path, text in sorted(files.items()) for section in Artifact(path, text).sections)
    return next((section.body.strip() for section in sections if section.heading.level > 1), "")
