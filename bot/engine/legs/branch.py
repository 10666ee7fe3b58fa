"""What a run's branch says about it: commits with trailers, people's changes, and the current documents."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.codec import from_json
from bot.core.concerns import read
from bot.core.concerns.decisions import DECISION
from bot.core.concerns.remembering import remembered, taken_out
from bot.core.definition import Phase
from bot.core.findings import Finding, errors, new
from bot.core.incoming.messages import Entry
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.sections import is_filled, part_of
from bot.core.outputs.concerns import NAME
from bot.core.outputs.contract import NAME as CONTRACT
from bot.core.ports import BranchCommit, Checkout, GitHub, RunRow
from bot.core.questions.asking import parse as parse_questions
from bot.core.run.committed import gist_of, others_of_commit, part_of_commit, parts_of
from bot.core.run.placing import Ground, paths_of, shared_paths
from bot.core.run.record import (
    PhaseCommit,
    PhaseStatus,
    Pinned,
    Record,
    Seen,
    Standing,
    parse_failed,
    parse_mended,
    parse_spent,
    trailers,
)
from bot.core.run.revisions import remarks
from bot.core.run.state import REQUEST
from bot.engine.rounds.earlier import closed
from bot.engine.rounds.kept import kept_record
from bot.engine.services import Services

from .drifting import drift_of
from .edited import edited
from .including import included
from .judged import judged_anew
from .remembering import Memory, memory_of

GONE = Finding(
    1, "The document is gone: somebody deleted it.", "Put it back, or `/revise` it by its number.", "deleted"
)


def recorded(services: Services, github: GitHub, pinned: Pinned, row: RunRow) -> Record:
    """The record: the row's entries, and the branch as it is now."""
    if pinned.branchless:
        return kept_record(services, github, pinned, row)
    head = github.head(pinned.branch)
    checkout = services.installations.checkout(pinned.subject.repository)
    written = github.branch_commits(pinned.branch, pinned.base) if head else []
    ours = [commit for commit in written if commit.ours]
    checkout.fetch(pinned.base, *([head] if head else []), *(commit.sha for commit in ours))
    entries = tuple(from_json(Entry, entry) for entry in row.entries)
    commits: tuple[PhaseCommit, ...] = ()
    changed: dict[str, str] = {}
    remarked: dict[str, str] = {}
    shared: dict[str, str] = {}
    there: Mapping[str, str] = {}
    text = concerns = None
    if head is not None:
        known = _known_findings(row)
        there = checkout.blobs(head, pinned.folder)
        memory = memory_of(services, pinned, row, ours, checkout)
        concerns = _concerns(row, checkout, head, there, memory)
        ground = Ground(frozenset(there), concerns.text if concerns else "")
        shared = _texts(checkout, head, shared_paths(pinned, ground) & there.keys())
        commits = tuple(_commits(pinned, ours, checkout, known, ground))
        changed = dict(edited(commits, written, checkout, there))
        theirs = tuple(_theirs(pinned, commits, _Stands(checkout, pinned, head, shared, ground)))
        changed |= {path: blob for commit in theirs for path, blob in commit.files.items()}
        commits = tuple(_as_people_left_them(pinned, commits, changed, checkout, head)) + theirs
        remarked = dict(_remarks(commits, checkout, head))
        text = checkout.text(f"{pinned.folder}/001-{REQUEST}.md", head)
    pull = github.pull_for(pinned.branch) if head is not None else None
    reviewed = github.pull(pinned.round.pull) if pinned.round else None
    texts = _texts(checkout, head, _written(commits)) if head else {}
    return Record(
        pinned=pinned,
        commits=commits,
        entries=entries,
        request=text,
        head=head,
        head_at=written[-1].at if written else "",
        seen=from_json(Seen, row.state["seen"]) if row.state and row.state.get("seen") else None,
        pull=pull.number if pull else None,
        closed=closed(reviewed, pull),
        edited=changed,
        remarks=remarked,
        spent=services.ledger.run_total(row.id),
        limits=services.limits.lowered(pinned.policy.budgets),
        trouble=row.trouble or None,  # type: ignore[arg-type]
        reason=row.reason,
        web="web" in services.model.capabilities(),
        without=tuple((row.state or {}).get("without", ())),
        drift=drift_of(github, checkout, pinned, texts),
        concerns=concerns,
        shared=shared,
        there=tuple(sorted(there)),
        included=tuple(included(services, pinned, row, written)),
        now=services.clock.now(),
    )


def _texts(checkout: Checkout, commit: str, paths: Collection[str]) -> dict[str, str]:
    return {path: checkout.text(path, commit) or "" for path in sorted(paths)}


def _concerns(row: RunRow, checkout: Checkout, head: str, there: Mapping[str, str], memory: Memory) -> Standing | None:
    """The concerns document in the run's folder, the one with the highest number; empty if it was deleted."""
    path = max((path for path in there if path.endswith(NAME)), default=memory.path)
    text = (checkout.text(path, head) or "") if path in there else ""
    # What people write before any panel is theirs to take out again.
    known = remembered(memory.concerns, read(text).concerns) if memory.concerns else ()
    if path not in there and not taken_out(known, text):
        return None
    return Standing(path, text, from_json(tuple[Seen, ...], (row.state or {}).get("concerns") or []), known)


def _written(commits: Sequence[PhaseCommit]) -> set[str]:
    """The paths of the phases' documents, without the request."""
    return {path for commit in commits if commit.phase != REQUEST for path in commit.files}


def _known_findings(row: RunRow) -> Mapping[str, tuple[Finding, ...]]:
    """The findings of earlier commits, by commit, as the last leg stored them."""
    kept = (row.state or {}).get("findings", {})
    return {sha: from_json(tuple[Finding, ...], found) for sha, found in kept.items()}


def _commits(
    pinned: Pinned,
    ours: list[BranchCommit],
    checkout: Checkout,
    known: Mapping[str, tuple[Finding, ...]],
    ground: Ground,
) -> Iterator[PhaseCommit]:
    told: dict[str, tuple[Finding, ...]] = {}
    for commit in ours:
        values = trailers(commit.message)
        phase, _, revision = values.get("Phase", "").partition("@")
        if values.get("Run") != pinned.run or not revision.isdigit():
            continue
        blobs = checkout.blobs(commit.sha, pinned.folder)
        files = {
            path: blobs[path]
            for path in _paths(pinned, phase, replace(ground, there=frozenset(blobs)))
            if path in blobs
        }
        status = values.get("Status", "done")
        texts = _texts(checkout, commit.sha, files)
        made = parts_of(pinned.definition, phase, texts)
        findings = known.get(commit.sha)
        if not findings:
            left = status in ("blocked", "findings")
            findings = judged_anew(pinned, phase, texts, checkout, told) if left else ()
        told[phase] = findings
        questions = [
            question
            for path, text in made.items()
            if status == "asking"
            for question in parse_questions(Artifact(path, text)).questions
        ]
        yield PhaseCommit(
            phase,
            int(revision),
            status,  # type: ignore[arg-type]
            commit.sha,
            files,
            values.get("Model", ""),
            parse_spent(values.get("Spent", "")),
            tuple(questions),
            findings,
            gist_of(pinned.definition, phase, made),
            commit.at,
            texts if any(known.id == phase and known.output for known in pinned.definition.phases) else {},
            parse_failed(values.get("Failed", "")),
            part_of_commit(pinned.definition, phase, texts),
            others_of_commit(pinned.definition, phase, _decided(pinned, phase, checkout, commit.sha, blobs)),
            parse_mended(values.get("Mended", "")),
        )


def _as_people_left_them(
    pinned: Pinned, commits: Sequence[PhaseCommit], changed: Mapping[str, str], checkout: Checkout, head: str
) -> Iterator[PhaseCommit]:
    """The commits, with new gate findings and status where people changed a document since."""
    newest = {commit.phase: commit for commit in commits}
    gated = {phase.id for phase in pinned.definition.phases}
    told: dict[str, tuple[Finding, ...]] = {}
    for commit in commits:
        theirs = any(path in changed for path in commit.files) and newest[commit.phase] is commit
        if theirs and commit.phase in gated and commit.status in ("blocked", "findings", "done") and not commit.failed:
            found = _left_by_people(pinned, commit, changed, checkout, head, told)
            blocked = commit.status == "blocked" and errors(found)
            status: PhaseStatus = "blocked" if blocked else "findings" if found else "done"
            yield replace(commit, findings=found, status=status)
        else:
            found = commit.findings
            yield commit
        told[commit.phase] = found


def _left_by_people(
    pinned: Pinned,
    commit: PhaseCommit,
    changed: Mapping[str, str],
    checkout: Checkout,
    head: str,
    told: Mapping[str, tuple[Finding, ...]],
) -> tuple[Finding, ...]:
    """The findings in a phase's documents after people's edits.

    All findings if we had left some ourselves, otherwise only new ones.
    """
    gone = tuple(replace(GONE, path=path) for path in commit.files if changed.get(path) == "")
    if gone:
        return commit.findings or gone
    found = judged_anew(pinned, commit.phase, _texts(checkout, head, commit.files), checkout, told)
    if commit.status != "done":
        return found
    # Some gates knew more when we wrote it: what they would find in our own text now is nobody's fault.
    ours = judged_anew(pinned, commit.phase, _texts(checkout, commit.sha, commit.files), checkout, told)
    return new(found, ours)


def _decided(pinned: Pinned, phase: str, checkout: Checkout, commit: str, there: Collection[str]) -> Mapping[str, str]:
    """The documents that decisions and approvals write, as this commit left them."""
    if phase != DECISION and not any(
        one.id == phase and one.output == "resolutions" for one in pinned.definition.phases
    ):
        return {}
    return _texts(checkout, commit, [path for path in there if path.endswith((NAME, CONTRACT))])


def _paths(pinned: Pinned, phase: str, ground: Ground) -> list[str]:
    """The paths that a phase's commit writes."""
    if phase == REQUEST:
        return [f"{pinned.folder}/001-{REQUEST}.md"]
    if phase == DECISION:
        return [f"{pinned.folder}/{known.file}" for known in pinned.definition.phases if known.output == "concerns"]
    found = [known for known in pinned.definition.phases if known.id == phase]
    return [path for known in found for _, path in paths_of(pinned, known, ground)]


def _remarks(commits: tuple[PhaseCommit, ...], checkout: Checkout, head: str) -> Iterator[tuple[str, str]]:
    """What people wrote among the revision notes, by document path."""
    for path in sorted({path for commit in commits if commit.revision > 1 for path in commit.files}):
        if found := remarks(checkout.text(path, head) or ""):
            yield path, found


@dataclass(frozen=True)
class _Stands:
    """The documents as they are on the branch now; `shared` has the texts of those that several phases fill."""

    checkout: Checkout
    pinned: Pinned
    head: str
    shared: Mapping[str, str]
    ground: Ground


def _theirs(pinned: Pinned, commits: tuple[PhaseCommit, ...], stands: _Stands) -> Iterator[PhaseCommit]:
    """Documents on the branch that no commit of ours made: a person rebased, squashed or wrote them.

    They are accepted as they are, because generating them again would overwrite what a person pushed. In a document
    that several phases fill, only the phase's own sections count.
    """
    made = {commit.phase for commit in commits}
    head = stands.checkout.blobs(stands.head, pinned.folder)
    base = stands.checkout.blobs(pinned.base, pinned.folder)
    # A round adds to what an earlier one wrote: that this stands there says nothing of this round.
    for phase in pinned.definition.phases if pinned.round is None else ():
        paths = _paths(pinned, phase.id, stands.ground)
        files = {path: head[path] for path in paths if path in head and head[path] != base.get(path)}
        if phase.source != "model" or phase.id in made or len(files) < len(paths) or not paths:
            continue
        if not phase.into:
            yield PhaseCommit(phase.id, 1, "done", stands.head, files)
        elif all(_filled(phase, path, stands) for path in files):
            part = part_of_commit(pinned.definition, phase.id, {path: stands.shared[path] for path in files})
            yield PhaseCommit(phase.id, 1, "done", stands.head, files, part=part)


def _filled(phase: Phase, path: str, stands: _Stands) -> bool:
    """Whether people wrote all sections of a phase in this document since the run began."""
    before = stands.checkout.text(path, stands.pinned.base) or ""
    now = stands.shared[path]
    return is_filled(now, phase.sections) and part_of(now, phase.sections) != part_of(before, phase.sections)
