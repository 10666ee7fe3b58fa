"""What is proposed of each concern: the decision and why, the one track that owns it, and how the contract changes.

(Architecture planning, phase 5.) It is a section of the document of concerns, and counts when a maintainer says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.core.concerns import Concerns
from bot.core.concerns.shape import RESOLUTION, Decision, is_undecided
from bot.core.concerns.words import ids_in, verdict_in
from bot.core.markdown.artifact import Artifact, normal

from . import tables
from .changing import Change, applied, concerned, names
from .contract import Contract, Fault, Item, number_in, uses_of, uses_text
from .contract import faults as contract_faults
from .members import ROADMAP
from .owning import Owners

CONTRACT = "Contract"
"""The owner of what crosses tracks."""
CHANGES = "Changes of the contract"
HEADER = ("Concern", "Title", "Decision", "Rationale", "Owner", "Contract")
_RESOLVED = {
    "concern": ("concern", "id", "concern id", "no"),
    "title": ("title", "what it says"),
    "decision": ("decision", "resolution"),
    "rationale": ("rationale", "why", "reason"),
    "owner": ("owner", "track"),
}
_CHANGES = {
    "item": ("item", "id"),
    "concerns": ("concerns", "concern"),
    "what": ("what", "contract"),
    "provider": ("provided by", "provider"),
    "phase": ("in phase", "phase"),
    "consumers": ("consumed by", "consumers"),
    "designs": ("designs", "touches"),
    "why": ("why", "reason"),
}
CHANGE_HEADER = ("Item", "Concerns", "What", "Provided by", "In phase", "Consumed by", "Designs", "Why")
_ACCEPTED = re.compile(
    r"\brisks?\b[^.;|]{0,40}\b(?:accepted|taken|carried|borne)\b[^.;|]{0,10}\bby\s+(?:the\s+)?@?\w+"
    r"|@?\w+\s+(?:accepts?|takes?|carr(?:y|ies)|bears?)\s+(?:the|this|that)\s+risk",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Resolved:
    """What is proposed of one concern. `owners` are several only where a document is at fault."""

    concern: str
    title: str
    decision: Decision | None
    rationale: str
    owners: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True)
class Amendment:
    """An item of the contract as it would be then (without a text, it is taken out), for which concerns, and why."""

    item: Item
    concerns: tuple[str, ...]
    designs: tuple[str, ...]
    why: str

    def change(self, when: str) -> Change:
        """The change that the contract lists of it."""
        what = f"{', '.join(self.concerns)}: {self.item.what or 'taken out'}"
        return Change(self.item.id, what, self.designs, self.why, when)


@dataclass(frozen=True)
class Resolutions:
    """The section, whole. `line` is its heading's, 0 where there is no such section."""

    resolved: tuple[Resolved, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    line: int = 0

    def of(self, concern: str) -> Resolved | None:
        """What is proposed of a concern."""
        return next((each for each in self.resolved if each.concern == concern), None)


def read(text: str) -> Resolutions:
    """The resolutions that a document of concerns has; nothing where the section is missing."""
    artifact = Artifact("", text)
    section = artifact.section(RESOLUTION)
    if section is None:
        return Resolutions()
    found = list(tables.tables_in(artifact, RESOLUTION))
    resolved = tuple(
        Resolved(id, row["title"], _decision(row["decision"]), row["rationale"], names(row["owner"]), row.line)
        for row in tables.read(found, _RESOLVED, ("concern", "decision", "owner"))
        for id in ids_in(row["concern"]) or (row["concern"],)
    )
    amendments = tuple(
        Amendment(
            Item(
                row["item"],
                row["what"],
                names(row["provider"]),
                number_in(row["phase"]),
                tuple(uses_of(row["consumers"])),
                row.line,
            ),
            ids_in(row["concerns"]),
            names(row["designs"]),
            row["why"],
        )
        for row in tables.read(found, _CHANGES, ("item", "what", "designs"))
    )
    return Resolutions(resolved, amendments, section.heading.line)


def render(resolutions: Resolutions) -> str:
    """The section."""
    touched: dict[str, list[str]] = {}
    for amendment in resolutions.amendments:
        for id in amendment.concerns:
            touched.setdefault(id, []).append(amendment.item.id)
    lines = [f"## {RESOLUTION}", ""]
    lines += tables.table(
        HEADER,
        (
            (
                each.concern,
                each.title,
                _decision_text(each.decision),
                each.rationale,
                ", ".join(each.owners),
                ", ".join(touched.get(each.concern, ())),
            )
            for each in resolutions.resolved
        ),
    )
    lines += [f"### {CHANGES}", ""]
    lines += tables.table(CHANGE_HEADER, map(_amendment_row, resolutions.amendments))
    return "\n".join(lines).rstrip() + "\n"


def unplaced(resolutions: Resolutions) -> Resolutions:
    """The same without lines, so that two can be compared."""
    return replace(
        resolutions,
        resolved=tuple(replace(each, line=0) for each in resolutions.resolved),
        amendments=tuple(replace(each, item=replace(each.item, line=0)) for each in resolutions.amendments),
        line=0,
    )


def faults(resolutions: Resolutions, document: Concerns, owners: Owners, contract: Contract | None) -> Iterator[Fault]:
    """What is wrong with the resolutions of these concerns, given who owns them and the contract."""
    yield from _complete(resolutions, document)
    for each in resolutions.resolved:
        yield from _resolved(each, document, owners, contract)
    if resolutions.amendments:
        yield from _amended(resolutions, document, contract)


def out_of_scope(id: str, verdict: str, words: str, owners: Owners) -> str:
    """Why a concern can't be closed so, in a sentence; "" where it can.

    One that is owned outside the roadmap needs a track, or words that say who accepts the risk.
    """
    owned = next((each for each in owners.owned if each.concern == id), None)
    if (
        owned is None
        or verdict not in ("reject", "defer")
        or owners.is_inside(owned)
        or owners.is_open(owned.component)
    ):
        return ""
    if _ACCEPTED.search(words):
        return ""
    return (
        f"{id} is owned by {owned.component}, outside the roadmap without a track: “out of scope” resolves nothing. "
        f"Open a track (`/tracks open {owned.component}: why`), or say who accepts the risk, "
        "as in “… ; @ada accepts the risk”."
    )


def why(resolved: Resolved) -> str:
    """The reason that the field of a concern gets."""
    assert resolved.decision is not None
    return " ".join(part for part in (_sentence(resolved.decision.why), resolved.rationale) if part)


def _sentence(text: str) -> str:
    return text if not text or text[-1] in ".!?" else f"{text}."


def _complete(resolutions: Resolutions, document: Concerns) -> Iterator[Fault]:
    known, had = {concern.id: concern for concern in document.concerns}, dict[str, int]()
    for each in resolutions.resolved:
        if each.concern in had:
            wrong = f"{each.concern} is resolved in line {had[each.concern]} already."
            yield Fault(each.line, wrong, "Each concern has one resolution and one owner: keep one of the rows.")
        elif each.concern not in known:
            wrong = f"There is no concern {each.concern or 'without an id'} here."
            yield Fault(each.line, wrong, "Name a concern by its id.")
        had.setdefault(each.concern, each.line)
    for id in known:
        if id not in had:
            yield Fault(resolutions.line, f"{id} has no resolution.", "Add its row: decision, rationale and owner.")


def _resolved(each: Resolved, document: Concerns, owners: Owners, contract: Contract | None) -> Iterator[Fault]:
    if each.decision is None or not each.decision.verdict or not each.decision.why:
        mend = "Write “accept: what is done”, “reject: …” or “defer: …”."
        yield Fault(each.line, f"{each.concern} has no decision.", mend)
    if not each.rationale:
        yield Fault(each.line, f"{each.concern} has no rationale.", "Say why this, and not what else was proposed.")
    allowed = [ROADMAP, *(one.component for one in owners.opened), *([CONTRACT] if contract is not None else [])]
    listed = ", ".join(allowed)
    if len(each.owners) != 1:
        wrong = f"{each.concern} has {'no owner' if not each.owners else 'several owners: ' + ', '.join(each.owners)}."
        yield Fault(each.line, wrong, f"Name exactly one of {listed}; what crosses tracks belongs into the contract.")
    elif normal(each.owners[0]) not in map(normal, allowed):
        wrong = f"{each.concern} is owned by “{each.owners[0]}”, which is no track."
        yield Fault(each.line, wrong, f"Name one of {listed}.")
    concern = next((concern for concern in document.concerns if concern.id == each.concern), None)
    verdict = each.decision.verdict if each.decision else ""
    said = concern.decision if concern is not None and not is_undecided(concern) else None
    if said and said.verdict and verdict != said.verdict:
        wrong = f"{each.concern} was decided already: {said.verdict}."
        yield Fault(each.line, wrong, f"Say “{said.verdict}” too; `/decide` changes it.")
    elif not said and (refused := out_of_scope(each.concern, verdict, f"{each.rationale} {why_of(each)}", owners)):
        yield Fault(each.line, *_parted(refused))


def why_of(each: Resolved) -> str:
    """What the decision says besides its verdict."""
    return each.decision.why if each.decision else ""


def _parted(words: str) -> tuple[str, str]:
    wrong, _, mend = words.partition(". ")
    return f"{wrong}.", mend


def _amended(resolutions: Resolutions, document: Concerns, contract: Contract | None) -> Iterator[Fault]:
    known = {concern.id for concern in document.concerns}
    for each in resolutions.amendments:
        line, name = each.item.line, each.item.id or "A new item"
        if unknown := [id for id in each.concerns if id not in known] or ([""] if not each.concerns else []):
            wrong = f"{name} is changed for {unknown[0] or 'no concern'}, which is no concern here."
            yield Fault(line, wrong if unknown[0] else f"{name} is changed for no concern.", "Name those it resolves.")
        if not each.why:
            yield Fault(line, f"{name} is changed without a reason.", "Say why.")
        old = contract.item(each.item.id) if contract else None
        listed = set(map(normal, each.designs))
        if missing := [track for track in concerned(old, each.item) if normal(track) not in listed]:
            mend = "List every track that provides or consumes the item, before or after: their designs have to follow."
            yield Fault(line, f"The change of {name} does not list the design of {', '.join(missing)}.", mend)
    if contract is None:
        mend = "Take the changes out, or open a track first."
        yield Fault(resolutions.line, "The contract is changed, and there is none.", mend)
        return
    before = {(fault.wrong, fault.mend) for fault in contract_faults(contract, ())}
    line = resolutions.amendments[0].item.line
    for fault in contract_faults(applied(contract, [each.item for each in resolutions.amendments]), ()):
        if (fault.wrong, fault.mend) not in before:
            yield Fault(line, f"With these changes the contract would not hold: {fault.wrong}", fault.mend)


def _decision(text: str) -> Decision | None:
    verdict, said = verdict_in(text)
    return Decision(verdict, said) if text else None


def _decision_text(decision: Decision | None) -> str:
    return ": ".join(part for part in (decision.verdict, decision.why) if part) if decision else ""


def _amendment_row(each: Amendment) -> tuple[str, ...]:
    item = each.item
    return (
        item.id,
        ", ".join(each.concerns),
        item.what,
        ", ".join(item.providers),
        str(item.phase) if item.phase else "",
        uses_text(item.consumers),
        ", ".join(each.designs),
        each.why,
    )
