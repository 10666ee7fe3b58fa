"""Decisions on concerns: what a message decides, and how the document on the branch ought to read for it."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.core.findings import Finding
from bot.core.incoming.messages import Decide, Entry, Judgement, Message, OpenTrack, Ruled
from bot.core.run.record import Record, Seen, Standing
from bot.core.tracks.opening import checked as checked_track
from bot.core.tracks.owning import opened
from bot.core.tracks.owning import read as read_owners
from bot.core.tracks.resolving import out_of_scope

from . import Concern, read
from .continuing import put_back
from .contradictions import findings_of, logged
from .deciding import Decided, decide, note
from .remembering import taken_out
from .ruling import FORM, Ruling, rulings
from .shape import Concerns, Decision, is_undecided
from .words import verdict_in

DECISION = "decision"
NONE = (
    "I know of no concerns document here to decide on. `/review experts` on the pull request has a panel write one. "
    "If there is one that was merged or moved, decide in the file itself."
)
MOST_SHOWN = 20


def decided(record: Record, message: Message) -> Judgement:
    """What a message decides. Of what is kept already, only the word is left to say."""
    match message.deed:
        case Decide():
            return _ruled(record, message)
        case Ruled(left=left):
            return Judgement(Entry(message), left)
        case OpenTrack():
            return _track(record, message)
        case _:
            return _noted(record, message) if record.pinned.round else Judgement(looks=True)


def _ruled(record: Record, message: Message) -> Judgement:
    """What a `/decide` comes to: an entry for what holds, and a word on what does not."""
    if record.concerns is None:
        return Judgement(reply=NONE)
    assert isinstance(message.deed, Decide)
    said = rulings(message.deed.what)
    document = read(record.concerns.text)
    faults = list(said.faults)
    good: list[Ruling] = []
    for ruling in said.rulings:
        kept, wrong = _checked(record, document, ruling, message)
        faults += wrong
        good += kept
    reply = "\n".join(f"- {fault}" for fault in faults) if len(faults) > 1 else "".join(faults)
    if reply and not good:
        reply = f"Nothing is decided by that.\n\n{reply}" if len(faults) > 1 else f"{reply} Nothing was decided."
    return _kept(record, message, Ruled(tuple(good), reply)) if good else Judgement(reply=reply, looks=True)


def _track(record: Record, message: Message) -> Judgement:
    """What a wish for a track comes to: an entry under the component's own name, or a word on what is wrong."""
    assert isinstance(message.deed, OpenTrack)
    found = checked_track(record, message.deed)
    if found.wrong:
        return Judgement(reply=found.wrong, looks=True)
    return _kept(record, message, OpenTrack(found.component, found.why))


def _noted(record: Record, message: Message) -> Judgement:
    """What a push comes to: what it decides in a field gets its row, and each contradiction is named once."""
    if record.concerns is None:
        return Judgement(looks=True)
    document = read(record.concerns.text, record.concerns.path)
    rows = tuple(
        Ruling((concern.id,), concern.decision.verdict, concern.decision.why)
        for concern in (*_unlogged(document), *_redecided(record, document))
        if concern.decision
    )
    ids = {ruling.ids[0] for ruling in rows}
    others = [one for one in findings_of(document) if not _is_mended(one, ids)]
    parts = (_contradictions(record.concerns.path, others), _gone(record.concerns))
    reply = "\n\n".join(filter(None, parts))
    once = f"contradictions/{hashlib.sha256(reply.encode()).hexdigest()[:16]}" if reply else ""
    found = _kept(record, message, Ruled(rows, by_hand=True)) if rows else Judgement(looks=True)
    return replace(found, reply=reply, once=once)


@dataclass(frozen=True)
class Due:
    """The document as it ought to read, up to which decision, and what was decided, in a few words."""

    text: str
    number: int
    what: str


def due(record: Record) -> Due | None:
    """What decisions make of the document on the branch; None where it reads so already."""
    if record.concerns is None:
        return None
    text, made, last = record.concerns.text, _made(record), 0
    ids: list[str] = []
    tracks: list[str] = []
    for entry in record.entries:
        number, deed = _number(entry), entry.message.deed
        if number > made and isinstance(deed, Ruled):
            text, done = _applied(text, record, entry)
            last, ids = number, [*ids, *done]
        elif number > made and isinstance(deed, OpenTrack):
            text = opened(text, [deed.component], deed.why, entry.message.by, entry.message.at)
            last, tracks = number, [*tracks, deed.component]
    what = [f"decisions on {', '.join(dict.fromkeys(ids))}"] if ids else []
    what += [f"a track for {', '.join(tracks)}"] if tracks else []
    return Due(text, last, " and ".join(what)) if text != record.concerns.text else None


def watched(record: Record, now: str) -> tuple[Seen, ...]:
    """What could be seen of each concern, since when: a decision that was written before is of another text."""
    if record.concerns is None:
        return ()
    before = {seen.about: seen for seen in record.concerns.seen}
    document = read(record.concerns.text)
    found = []
    for concern in (*document.concerns, *_out(record.concerns)):
        old, digest = before.get(concern.id), _digest(concern)
        same = old is not None and old.digest == digest
        seen = old if old and same else Seen(concern.id, digest, now if old else "")
        found.append(replace(seen, field=_in_field(concern), row=_last_row(document, concern.id)))
    return tuple(found)


def _kept(record: Record, message: Message, deed: Ruled | OpenTrack) -> Judgement:
    number = 1 + max([_made(record), *map(_number, record.entries)])
    left = deed.left if isinstance(deed, Ruled) else ""
    return Judgement(Entry(replace(message, deed=deed), f"{DECISION}@{number}"), left)


def _made(record: Record) -> int:
    """Up to which decision the branch has them."""
    return max((commit.revision for commit in record.commits if commit.phase == DECISION), default=0)


def _number(entry: Entry) -> int:
    phase, _, number = entry.about.partition("@")
    return int(number) if phase == DECISION else 0


# --- /decide ---------------------------------------------------------------------------------------------------------


def _checked(
    record: Record, document: Concerns, ruling: Ruling, message: Message
) -> tuple[tuple[Ruling, ...], list[str]]:
    """The ruling, less the concerns that it can't be of; and why it can't."""
    out = _out(record.concerns) if record.concerns else ()
    known = {concern.id: concern for concern in (*out, *document.concerns)}
    owners = read_owners(record.concerns.text if record.concerns else "")
    times = Counter(concern.id for concern in document.concerns)
    wrong, left = [], []
    for id in ruling.ids[:MOST_SHOWN]:
        if id not in known:
            wrong.append(_unknown(id, tuple(known)))
        elif times[id] > 1:
            wrong.append(f"The id {id} stands {times[id]} times in the document. Give each a number of its own first.")
        elif not _saw(record, known[id], message):
            wrong.append(
                f"{id} has changed since you could see it, so that is not taken as a decision on what it says now. "
                f"Read it again: “{known[id].title}”."
            )
        elif _is_standing(document, replace(ruling, ids=(id,)), message):
            wrong.append(f"{id} is decided so already.")
        elif refused := out_of_scope(id, ruling.verdict, ruling.why, owners):
            wrong.append(refused)
        else:
            left.append(id)
    return ((replace(ruling, ids=tuple(left)),) if left else ()), wrong


def _unknown(id: str, known: tuple[str, ...]) -> str:
    if not known:
        return f"There is no concern {id}, and no other."
    nearest = min(known, key=lambda each: (each[0] != id[0], abs(_numeral(each) - _numeral(id)), each))
    there = ", ".join(known[:MOST_SHOWN]) + (", …" if len(known) > MOST_SHOWN else "")
    return f"There is no concern {id}. Did you mean {nearest}? There are: {there}. Write {FORM}."


def _numeral(id: str) -> int:
    return int(re.sub(r"\D", "", id)[:9])


def _saw(record: Record, concern: Concern, message: Message) -> bool:
    """Whether the concern reads as it could be seen to when the message was written, and not in that very second."""
    assert record.concerns is not None
    seen = next((seen for seen in record.concerns.seen if seen.about == concern.id), None)
    if seen is None:
        return message.at >= record.head_at
    return seen.digest == _digest(concern) and message.at > seen.at


def _digest(concern: Concern) -> str:
    return hashlib.sha256(repr((concern.title, concern.problem, concern.solution)).encode()).hexdigest()


def _is_standing(document: Concerns, ruling: Ruling, message: Message) -> bool:
    """Whether this person's very decision is the last one of the log, and in the field."""
    rows = logged(document, ruling.ids[0])
    decisions = (concern.decision for concern in document.concerns if concern.id == ruling.ids[0])
    same = any(one is not None and (one.verdict, one.why) == (ruling.verdict, ruling.why) for one in decisions)
    return bool(rows) and same and (rows[-1].by, rows[-1].date) == (f"@{message.by}", message.at[:10])


# --- an edit by hand -------------------------------------------------------------------------------------------------


def _unlogged(document: Concerns) -> Iterator[Concern]:
    """The concerns that their field decides, and no row of the log."""
    wrong = {finding.line for finding in findings_of(document) if finding.rule == "field-decides-no-log"}
    for concern in document.concerns:
        if concern.decision is not None and concern.decision.line in wrong:
            yield concern


def _lacks_row(document: Concerns, concern: Concern, ruling: Ruling) -> bool:
    """Whether what a push decided in the field has no row in the log yet."""
    if concern.decision is None:
        return False
    row = _last_row(document, concern.id)
    said = (concern.decision.verdict, concern.decision.why)
    return not row or (said == (ruling.verdict, ruling.why) and verdict_in(row) != verdict_in(_in_field(concern)))


def _redecided(record: Record, document: Concerns) -> Iterator[Concern]:
    """The concerns of which a field that was decided, and logged, says something else now, and the log does not."""
    before = {seen.about: seen for seen in record.concerns.seen} if record.concerns else {}
    for concern in document.concerns:
        seen, row = before.get(concern.id), _last_row(document, concern.id)
        edited = seen is not None and seen.row == row and seen.field != _in_field(concern)
        if edited and row and not is_undecided(concern) and verdict_in(row) != verdict_in(_in_field(concern)):
            yield concern


def _in_field(concern: Concern) -> str:
    """What the field says, as a row of the log would."""
    decision = concern.decision
    return ": ".join(part for part in (decision.verdict, decision.why) if part) if decision else ""


def _last_row(document: Concerns, id: str) -> str:
    rows = logged(document, id)
    return rows[-1].decision if rows else ""


def _is_mended(finding: Finding, ids: set[str]) -> bool:
    """Whether the row that we write takes care of it."""
    rules = ("field-decides-no-log", "verdicts-differ")
    return finding.rule in rules and finding.wrong.split(" ", 1)[0].rstrip(":") in ids


def _out(standing: Standing) -> tuple[Concern, ...]:
    return taken_out(standing.known, standing.text)


def _gone(standing: Standing) -> str:
    """What is said of concerns that nobody decided, and that stand in the document no more."""
    out = _out(standing)
    if not out:
        return ""
    grave = [concern.id for concern in out if concern.severity == "critical"]
    held = f" The check `charrette/concerns` stays red for {_listed(grave)} until then." if grave else ""
    return (
        f"Removed from `{standing.path}` undecided: {_listed([concern.id for concern in out])}. Removing a concern "
        f"decides nothing: it still counts as open. Put it back as it was, or decide it: "
        f"`/decide {out[0].id} reject: why`, with accept, reject or defer, puts it back with the decision.{held}"
    )


def _listed(ids: list[str]) -> str:
    return ", ".join(ids[:MOST_SHOWN]) + (", …" if len(ids) > MOST_SHOWN else "")


def _contradictions(path: str, findings: list[Finding]) -> str:
    if not findings:
        return ""
    lines = [f"- line {each.line}: {each.wrong} {each.mend}" for each in findings[:MOST_SHOWN]]
    lines += [f"- and {len(findings) - MOST_SHOWN} more"] if len(findings) > MOST_SHOWN else []
    return "\n".join([f"`{path}` contradicts itself:", "", *lines])


# --- the document ----------------------------------------------------------------------------------------------------


def _left_out(record: Record, text: str) -> tuple[Concern, ...]:
    return taken_out(record.concerns.known, text) if record.concerns else ()


def _applied(text: str, record: Record, entry: Entry) -> tuple[str, list[str]]:
    """The document with an entry's rulings, as far as their concerns are there still; and of which concerns."""
    message = entry.message
    done: list[str] = []
    assert isinstance(message.deed, Ruled)
    for ruling in message.deed.rulings:
        if back := [each for each in _left_out(record, text) if each.id in ruling.ids and not message.deed.by_hand]:
            text = put_back(text, back)
        document = read(text)
        known = {
            each.id for each in document.concerns if not message.deed.by_hand or _lacks_row(document, each, ruling)
        }
        ids = tuple(id for id in ruling.ids if id in known)
        if ids:
            of = Decision(ruling.verdict, ruling.why)
            decided = Decided(ids, of, message.by, message.at, ruling.track, record.head or "")
            text = note(text, decided) if message.deed.by_hand else decide(text, decided)
            done += ids
    return text, done
