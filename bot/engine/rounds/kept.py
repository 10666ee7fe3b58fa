"""Rounds on pull requests from forks, where no branch is ours: what they write is stored as entries."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.codec import from_json, to_json
from bot.core.concerns.decisions import DECISION
from bot.core.incoming.messages import Entry, Message, Written
from bot.core.outputs.concerns import NAME
from bot.core.ports import GitHub, RunRow
from bot.core.run.acts import Commit, Committed
from bot.core.run.record import (
    PhaseCommit,
    Pinned,
    Record,
    Seen,
    Standing,
    parse_failed,
    parse_mended,
    parse_spent,
    trailers,
)
from bot.core.run.state import State
from bot.engine.services import Services

from .earlier import closed


def keep(services: Services, state: State, act: Commit) -> Committed:
    """Stores as an entry what would otherwise be a commit; repeating it changes nothing."""
    run, head, now = state.pinned.run, act.parent or state.pinned.base, services.clock.now()
    findings = tuple(finding for draft in state.drafts.values() for finding in draft.findings)
    written = Written(act.files, act.message, head, findings)
    message = Message(f"{run}/{act.phase}@{act.revision}", "", now, state.pinned.url, written)
    services.runs.append(run, to_json(Entry(message)))
    return Committed(head, _blobs(act.files), at=now)


def kept_record(services: Services, github: GitHub, pinned: Pinned, row: RunRow) -> Record:
    """The record: the row's entries, which contain the documents, and the pull request as it is now."""
    assert pinned.round is not None
    pull = github.pull(pinned.round.pull)
    services.installations.checkout(pinned.subject.repository).fetch(pinned.base)
    commits = tuple(_commits(row))
    found = latest(services.runs.of_subject(row.repository, row.home))
    seen = from_json(tuple[Seen, ...], (row.state or {}).get("concerns") or [])
    return Record(
        pinned=pinned,
        commits=commits,
        entries=tuple(from_json(Entry, entry) for entry in row.entries),
        head=pull.head,
        head_at=commits[-1].at if commits else "",
        pull=pull.number,
        closed=closed(pull),
        spent=services.ledger.run_total(row.id),
        limits=services.limits.lowered(pinned.policy.budgets),
        trouble=row.trouble or None,  # type: ignore[arg-type]
        reason=row.reason,
        web="web" in services.model.capabilities(),
        without=tuple((row.state or {}).get("without", ())),
        concerns=Standing(*found, seen) if found else None,
        now=services.clock.now(),
    )


def latest(rows: Sequence[RunRow]) -> tuple[str, str] | None:
    """Path and text of the concerns document as last written, in any round."""
    written = [(entry.message.at, deed) for row in rows for entry, deed in _written(row)]
    documents = [found for _, deed in sorted(written, key=lambda pair: pair[0]) for found in _concerns(deed)]
    return documents[-1] if documents else None


@dataclass(frozen=True)
class PastKept:
    """An earlier round: the commit it reviewed, the concerns document it left, and all paths it wrote."""

    base: str
    concerns: str
    paths: tuple[str, ...]


def past_kept(rows: Sequence[RunRow]) -> tuple[PastKept, ...]:
    """The rounds that left their concerns in these rows, oldest first."""
    found = []
    for row in rows:
        deeds = [deed for _, deed in _written(row)]
        merged = [text for deed in deeds if not _of(deed, DECISION) for _, text in _concerns(deed)]
        if merged:
            found.append(PastKept(row.pinned["base"], merged[-1], tuple(path for deed in deeds for path in deed.files)))
    return tuple(found)


def _written(row: RunRow) -> Iterator[tuple[Entry, Written]]:
    if (row.pinned.get("round") or {}).get("fork"):
        for entry in (from_json(Entry, entry) for entry in row.entries):
            if isinstance(deed := entry.message.deed, Written):
                yield entry, deed


def _of(deed: Written, phase: str) -> bool:
    return trailers(deed.message)["Phase"].partition("@")[0] == phase


def _concerns(deed: Written) -> Iterator[tuple[str, str]]:
    return ((path, text) for path, text in deed.files.items() if path.endswith(NAME))


def _commits(row: RunRow) -> Iterator[PhaseCommit]:
    """The entries as the record's commits, as if they had been committed."""
    for entry, deed in _written(row):
        values = trailers(deed.message)
        phase, _, revision = values["Phase"].partition("@")
        yield PhaseCommit(
            phase,
            int(revision),
            values["Status"],  # type: ignore[arg-type]
            deed.head,
            dict(_blobs(deed.files)),
            values.get("Model", ""),
            parse_spent(values.get("Spent", "")),
            (),
            deed.findings,
            "",
            entry.message.at,
            deed.files,
            parse_failed(values.get("Failed", "")),
            mended=parse_mended(values.get("Mended", "")),
        )


def _blobs(files: Mapping[str, str]) -> dict[str, str]:
    return {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files.items()}
