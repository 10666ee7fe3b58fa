"""The briefs of a phase: what each conversation is given, in an order that the model's cache can use."""

from collections.abc import Iterator
from typing import Any

from bot.core.concerns import read
from bot.core.concerns.shape import is_undecided
from bot.core.definition import GateUse, Persona, Phase
from bot.core.findings import Finding, errors
from bot.core.identity import Address
from bot.core.incoming.messages import Entry, Revise
from bot.core.markdown.sections import Filling, spliced, within
from bot.core.prompts import render
from bot.core.tracks import OF_ALL

from .acts import Brief, DocumentRef, Outcome
from .phase import PhaseState, stands_as
from .placing import filling_of, ground_of
from .record import Earlier, PanelRound, Raised
from .state import State

TOUCHES = "touches"
READER = "reader"
PLAN = "macro-plan.md"
"""How the documents are called that are macro plans."""


def briefs(state: State, phase: PhaseState) -> tuple[Brief, ...]:
    """One brief for each member of the phase: a first draft, or the repair of the draft in hand."""
    shared = tuple(dict.fromkeys(_documents(state, phase.phase)))
    return tuple(_brief(state, phase, member, path, shared) for member, path in phase.wanted)


def _brief(state: State, phase: PhaseState, member: str, path: str, shared: tuple[DocumentRef, ...]) -> Brief:
    draft = state.drafts.get(member)
    number = draft.address.draft + 1 if draft else 1
    concerns = _concerns(state, phase)
    again = phase.commit is not None and path in phase.commit.files
    stands = again or (phase.phase.into and path in state.record.shared)
    own = tuple({_written(state, phase, path)} - set(shared)) if stands else ()
    persona = _persona(state, phase.phase, member)
    whose = next((each.name for each in phase.members if each.id == member), "")
    return Brief(
        address=Address(
            state.pinned.run, phase.phase.id, phase.revision, member, number, stands_as(phase, state.record)
        ),
        system=render(state.definition.prompts["system"], _house(state, phase.phase)),
        documents=shared + concerns + own,
        charge=_charge(state, phase, member, path, draft, shared),
        path=path,
        base=state.pinned.base,
        title=_title(state, phase.phase, whose),
        filling=filling(state, phase.phase),
        lens=persona.lens if persona else "",
        tools=phase.phase.tools,
        output=phase.phase.output,
        gates=_gates(phase.phase) + _answering(phase.phase, concerns),
        model=phase.phase.model or state.definition.model,
        turns=state.record.limits.turns,
        last=number >= state.definition.attempts,
        fetched=draft.fetched if draft else (),
        taken=_taken(state) if phase.phase.output == "concerns" else (),
    )


def _taken(state: State) -> tuple[str, ...]:
    """The ids of the concerns that ever stood in the document, those that people took out of it too."""
    return tuple(concern.id for concern in state.record.concerns.known) if state.record.concerns else ()


def touches_brief(state: State, wish: Entry, what: str) -> Brief:
    """The small conversation that says which artifacts a wish touches; a draft in hand is mended."""
    head = state.record.head or ""
    made = tuple(phase for phase in state.phases if phase.commit)
    wishes = [entry.message.id for entry in state.record.entries if isinstance(entry.message.deed, Revise)]
    draft = state.drafts.get(READER)
    house = _house(state, state.definition.phases[0]) | {"data": True}
    documents = [
        {"phase": phase.phase.id, "title": phase.phase.title, "path": path}
        for phase in made
        for path in sorted(phase.commit.files if phase.commit else ())
    ]
    values = house | {"title": state.pinned.title, "feedback": what, "documents": documents, "decided": _decided(state)}
    parts = [render(state.definition.prompts[TOUCHES], values)]
    if draft is not None:
        phase = {"id": TOUCHES, "title": "What is touched", "number": 0, "output": "touched"}
        repair = values | {"path": TOUCHES, "phase": phase, "earlier": []}
        parts.append(
            render(state.definition.prompts["repair"], repair | {"draft": draft.text, "findings": draft.findings})
        )
    return Brief(
        address=Address(
            state.pinned.run,
            TOUCHES,
            wishes.index(wish.message.id) + 1,
            READER,
            draft.address.draft + 1 if draft else 1,
        ),
        system=render(state.definition.prompts["system"], house),
        documents=(
            DocumentRef(state.request_path, head),
            *dict.fromkeys(DocumentRef(each["path"], head) for each in documents),
            *_decisions(state),
        ),
        charge="\n".join(parts),
        path=TOUCHES,
        base=state.pinned.base,
        output="touched",
        model="quick",
        turns=state.record.limits.turns,
    )


def _persona(state: State, phase: Phase, member: str) -> Persona | None:
    """Through whose eyes a member of the phase looks."""
    if phase.each != "experts":
        return phase.persona
    return next((persona for persona in state.definition.panel if persona.id == member), None)


def filling(state: State, phase: Phase) -> Filling | None:
    """What a phase fills of a document that others fill too; None where its document is its own."""
    name = phase.into.replace("-", " ").capitalize()
    return filling_of(state.definition, phase, f"{name}: {state.pinned.title}")


def _title(state: State, phase: Phase, whose: str) -> str:
    """The title of a document that code writes."""
    return f"{whose}, {phase.title.lower()}: {state.pinned.title}" if whose else f"{phase.title}: {state.pinned.title}"


def _gates(phase: Phase) -> tuple[GateUse, ...]:
    asking = (GateUse("questions"),) if phase.asks and not any(g.name == "questions" for g in phase.gates) else ()
    return phase.gates + asking


def _documents(state: State, phase: Phase) -> Iterator[DocumentRef]:
    """The request, then the artifacts that the phase reads, in the order of their numbers."""
    head = state.record.head or ""
    round = state.pinned.round
    if round is None:
        yield DocumentRef(state.request_path, head)
        yield from _brought(state, phase)
    else:
        yield from (DocumentRef(path, state.pinned.base) for path in round.documents)
        yield from _brought(state, phase)
        if round.earlier:
            yield _earlier(state, round.earlier, as_it_stands=phase.output == "concerns")
    for other in state.phases:
        if other.phase.id in phase.reads and other.commit is not None:
            yield from (_written(state, other, path) for path in sorted(other.commit.files))
        elif other.phase.id in phase.reads and other.phase.source == "workflow" and state.record.concerns:
            yield DocumentRef(state.record.concerns.path, head)


def _brought(state: State, phase: Phase) -> Iterator[DocumentRef]:
    """What comes with the workflow, or stands in its place in the repository; and what the request brings."""
    round = state.pinned.round
    plans = state.definition.plans or any(path.endswith(PLAN) for path in (round.documents if round else ()))
    for name, template in state.definition.documents.items():
        if path := state.definition.parameters.get(name.replace("-", "_")):
            yield DocumentRef(path, state.pinned.base)
        elif (text := render(template, _house(state, phase) | {"plans": plans})).strip():
            yield DocumentRef(name, state.pinned.base, text)
    yield from (DocumentRef(each.path, each.commit) for each in state.pinned.brought)


def _earlier(state: State, earlier: Earlier, as_it_stands: bool) -> DocumentRef:
    """The concerns of earlier rounds; those who merge need them with what was decided meanwhile."""
    if state.pinned.branchless:
        now = state.record.concerns.text if as_it_stands and state.record.concerns else earlier.text
        return DocumentRef(earlier.concerns, state.pinned.base, now)
    return DocumentRef(earlier.concerns, (state.record.head or "") if as_it_stands else earlier.commit)


def _written(state: State, phase: PhaseState, path: str) -> DocumentRef:
    """An artifact as it stands on the branch, or as it was written where there is none."""
    if state.pinned.branchless:
        return DocumentRef(path, state.pinned.base, phase.commit.texts[path] if phase.commit else "")
    return DocumentRef(path, state.record.head or "")


def _concerns(state: State, phase: PhaseState) -> tuple[DocumentRef, ...]:
    """The document of concerns, where one that is written has to follow what was decided there.

    A document that others fill too, or that holds data, has no place to say so; it follows where somebody asks for it.
    What is about all tracks says what comes of concerns in a form of its own.
    """
    if phase.phase.output in OF_ALL:
        return ()
    whole = phase.phase.output is None and not phase.phase.into and phase.phase.each is None
    return _decisions(state) if phase.feedback or whole else ()


def _answering(phase: Phase, concerns: tuple[DocumentRef, ...]) -> tuple[GateUse, ...]:
    """Prose says what became of each accepted concern; data has no place for it."""
    return (GateUse("answers-concerns"),) if concerns and phase.output is None else ()


def _decisions(state: State) -> tuple[DocumentRef, ...]:
    """The document of concerns, where some of them were decided."""
    if not _decided(state):
        return ()
    assert state.record.concerns is not None
    return (DocumentRef(state.record.concerns.path, state.record.head or ""),)


def _decided(state: State) -> list[dict[str, str]]:
    """The concerns that people decided, for those who write documents; a panel has its own way to be told."""
    if state.record.concerns is None or state.pinned.round is not None:
        return []
    return [
        {"id": each.id, "title": each.title, "verdict": each.decision.verdict or "decided", "why": each.decision.why}
        for each in read(state.record.concerns.text).concerns
        if each.decision is not None and not is_undecided(each)
    ]


def _house(state: State, phase: Phase) -> dict[str, Any]:
    return {
        "repository": state.pinned.subject.repository.full_name,
        "project": state.definition.parameters.get("project", ""),
        "systems": state.definition.parameters.get("systems", []),
        "web": "web" in phase.tools and state.record.web,
        "data": phase.output is not None,
        "parameters": state.definition.parameters,
    }


def _charge(
    state: State,
    phase: PhaseState,
    member: str,
    path: str,
    draft: Outcome | None,
    shared: tuple[DocumentRef, ...],
) -> str:
    """The phase's prompt, then what is particular: the persona, the answers, a person's feedback, the findings."""
    prompts = state.definition.prompts
    values = _house(state, phase.phase) | {
        "title": state.pinned.title,
        "phase": phase.phase,
        "path": path,
        "sections": phase.phase.sections,
        "member": next((each for each in phase.members if each.id == member), None),
        "tracks": ground_of(state.record).tracks,
        "earlier": [{"path": ref.path, "title": ref.path.rpartition("/")[2]} for ref in shared],
    }
    parts = [render(phase.phase.prompt, values)]
    if phase.phase.into and phase.phase.output is None:
        parts.append(render(prompts["sections"], values))
    if persona := _persona(state, phase.phase, member):
        parts.append(f"# Your lens: {persona.lens}\n\n{persona.brief.strip()}\n")
    if phase.phase.each == "experts" and (round := state.pinned.round) and (round.earlier or round.left):
        parts.append(render(prompts["again"], values | _again(round)))
    if phase.round is not None and phase.round.closed and (phase.round.answers or phase.round.rest):
        parts.append(render(prompts["answers"], values | _answers(state, phase)))
    if phase.feedback:
        parts.append(render(prompts["revise"], values | {"feedback": phase.feedback, "decided": _decided(state)}))
    # A run that began before there was such a prompt has it in the one for revisions.
    if _concerns(state, phase) and "concerns" in prompts:
        parts.append(render(prompts["concerns"], values | {"decided": _decided(state)}))
    if draft is not None:
        findings = _to_mend(state, phase.phase, path, draft)
        parts.append(render(prompts["repair"], values | {"draft": draft.text, "findings": findings}))
    return "\n".join(parts)


def _to_mend(state: State, phase: Phase, path: str, draft: Outcome) -> tuple[Finding, ...]:
    """The errors of a draft, each with its line in what the model is shown of it."""
    fills = filling(state, phase)
    found = errors(draft.findings)
    return within(found, spliced(state.record.shared.get(path, ""), draft.text, fills), draft.text) if fills else found


def _again(round: PanelRound) -> dict[str, Any]:
    """What a reviewer has to know of earlier rounds, and of what was left out."""
    earlier = round.earlier
    return {
        "number": round.number,
        "since": earlier.since if earlier else "",
        "changed": earlier.changed if earlier else (),
        "raised": [_raised(each) for each in earlier.raised] if earlier else [],
        "left": round.left,
    }


def _raised(each: Raised) -> dict[str, str]:
    """A concern of an earlier round; of one that people took out, that they did."""
    verdict = each.verdict or ("taken out of the document by hand, and not decided" if each.gone else "")
    return {"id": each.id, "severity": each.severity, "title": each.title, "verdict": verdict, "why": each.why}


def _answers(state: State, phase: PhaseState) -> dict[str, Any]:
    round = phase.round
    assert round is not None
    texts = {question.number: question.text for question in round.questions}
    return {
        "round": phase.rounds,
        "rest": round.rest,
        "premise": round.premise,
        "last_round": phase.rounds >= state.definition.rounds,
        "answers": [
            {"question": texts[a.number], "letter": a.letter, "text": a.text, "assumed": a.assumed}
            for a in round.answers
        ],
    }
