"""Whether a message changes a run, what it is about, and what to say where it does not."""

from dataclasses import dataclass
from typing import assert_never

from .answers import Advice, Answered, Aside, Premise, Unclear, is_to_another
from .briefs import TOUCHES
from .messages import (
    Approve,
    Entry,
    Expired,
    Message,
    Proceed,
    Pushed,
    Reject,
    Retry,
    Revise,
    Say,
    Start,
    Stop,
    Touched,
)
from .questions import Answer, Question
from .revisions import named
from .rounds import understood
from .state import DESCRIPTION, PhaseState, State
from .wording import is_question


@dataclass(frozen=True)
class Judgement:
    """What a message comes to: an entry, a word to the person, or both; `looks` at least shows the run anew."""

    entry: Entry | None = None
    reply: str = ""
    looks: bool = False


def judge(state: State, message: Message) -> Judgement:
    """Judges a message against the state that it meets."""
    if any(entry.message.id == message.id for entry in state.record.entries):
        return Judgement()
    phase = state.current
    match message.deed:
        case Start() | Stop():
            return Judgement(Entry(message))
        case Pushed():
            return Judgement(looks=True)
        case Say(text=text, direct=direct):
            return _words(state, phase, message, text, direct)
        case Proceed():
            return _proceed(state, phase, message)
        case Approve() | Reject():
            return _verdict(state, phase, message)
        case Revise(what=what):
            return _revise(state, message, what)
        case Touched():
            return Judgement()
        case Retry():
            return _retry(state, phase, message)
        case Expired(about=about):
            waiting = not state.stopped and phase is not None and phase.status == "asking" and phase.about == about
            return Judgement(Entry(message, about)) if waiting else Judgement()
        case _:
            assert_never(message.deed)


def _words(state: State, phase: PhaseState | None, message: Message, text: str, direct: bool) -> Judgement:
    if state.lacks_description and (message.author or (direct and message.writer)):
        return Judgement(Entry(message, DESCRIPTION))
    if phase is None or phase.status != "asking" or phase.round is None:
        return Judgement(
            reply="No question is open, so there is nothing to answer. `/status` says where the run stands."
            if direct
            else ""
        )
    if not (message.author or (direct and message.writer)):
        return Judgement()
    meaning = understood(phase.round, text, direct)
    match meaning:
        case Answered(answers=answers):
            return Judgement(Entry(message, phase.about), _taken(phase.round.open, answers))
        case Premise():
            return Judgement(Entry(message, phase.about))
        case Advice():
            return Judgement(reply=_advice(phase.round.open))
        case Unclear(text=words, numbers=numbers):
            back = _explained if is_question(words) else _ask_back
            return Judgement(reply=back(phase.round.open, numbers))
        case Aside():
            if direct:
                return Judgement(reply=_ask_back(phase.round.open, ()))
            return Judgement(reply="" if is_to_another(text) else _no_answer(phase.round.open))
        case _:
            assert_never(meaning)


def _advice(open: tuple[Question, ...]) -> str:
    lines = "\n".join(
        f"- **Q{q.number}.** {q.recommended.letter}) {q.recommended.text}. Why it matters: {q.why}" for q in open
    )
    return f"Our advice is what the questions recommend:\n\n{lines}\n\n`/answer recommended` takes all of it."


def _ask_back(open: tuple[Question, ...], numbers: tuple[int, ...]) -> str:
    unclear = ", ".join(f"Q{number}" for number in numbers)
    what = f"the answer to {unclear}" if unclear else "which question that answers"
    return f"I can't tell {what}. Please write, for example, {_example(open)}, or the number and your own words."


def _explained(open: tuple[Question, ...], numbers: tuple[int, ...]) -> str:
    about = tuple(q for q in open if q.number in numbers) or open
    lines = "\n".join(f"- **Q{q.number}.** {q.text} Why it matters: {q.why}" for q in about)
    return (
        "I read this as a question, so as no answer. More than the questions say I can't say here:\n\n"
        f"{lines}\n\nTo answer: {_example(about)}, or words with the question's number. "
        "`/answer recommended` takes what is recommended for all that are open."
    )


def _no_answer(open: tuple[Question, ...]) -> str:
    which = f"question{'s' if len(open) > 1 else ''} {_numbers(open)}"
    return (
        f"I read this as no answer to the open {which}. "
        f"To answer: {_example(open)}, or words with the question's number."
    )


def _taken(open: tuple[Question, ...], answers: tuple[Answer, ...]) -> str:
    """What was understood, where questions stay open; else the run goes on, which shows by itself."""
    given = {answer.number for answer in answers}
    left = tuple(question for question in open if question.number not in given)
    took = ", ".join(f"{a.number}{a.letter}" if a.letter else f"{a.number} in your words" for a in answers)
    return f"I took {took}; still open: {_numbers(left)}." if left else ""


def _numbers(questions: tuple[Question, ...]) -> str:
    return ", ".join(str(question.number) for question in questions)


def _example(questions: tuple[Question, ...]) -> str:
    return f"`/answer {' '.join(f'{q.number}{q.recommended.letter}' for q in questions)}`"


def _proceed(state: State, phase: PhaseState | None, message: Message) -> Judgement:
    if state.lacks_description:
        return Judgement(reply="A description is needed first: reply with it, or write `/answer <description>`.")
    if phase is not None and phase.status in ("asking", "blocked"):
        return Judgement(Entry(message, phase.about))
    if phase is not None and phase.status == "awaiting":
        return Judgement(reply="This waits for approval: `/approve`, or `/reject <why>`.")
    return Judgement(reply="Nothing waits for `/proceed`. `/status` says where the run stands.")


def _verdict(state: State, phase: PhaseState | None, message: Message) -> Judgement:
    if phase is None or phase.status != "awaiting" or phase.commit is None:
        return Judgement(reply="Nothing waits for approval. `/status` says where the run stands.")
    return Judgement(Entry(message, phase.about, state.digest(phase.commit)))


def _revise(state: State, message: Message, what: str) -> Judgement:
    if hindrance := _hindrance(state):
        return Judgement(reply=hindrance)
    wanted = named(state.definition, what)
    made = tuple(phase for phase in state.phases if phase.phase.id in wanted and phase.commit)
    if made:
        missing = [phase.phase.title for phase in state.phases if phase.phase.id in wanted and not phase.commit]
        unmade = f"Not written yet, so not revised: {', '.join(missing)}." if missing else ""
        return Judgement(Entry(message, ",".join(phase.about for phase in made)), unmade)
    if wanted or TOUCHES not in state.definition.prompts:
        there = ", ".join(f"{phase.phase.number:03d} {phase.phase.title}" for phase in state.phases if phase.commit)
        return Judgement(
            reply=f"Please name the documents that this touches, for example `/revise 002 ...`. There are: {there}."
        )
    return Judgement(Entry(message))


def _hindrance(state: State) -> str:
    """Why nothing can be revised now, or nothing."""
    pull = f"#{state.record.pull}"
    if state.record.closed == "merged":
        return f"{pull} is merged, so this design is final here. A new issue starts another that can change it."
    if state.record.closed == "closed":
        return f"{pull} is closed. Reopen it, and write `/revise` again."
    if state.stopped or state.trouble is not None:
        return "The run stands still. `/resume` takes it up again; then write `/revise` again."
    if not any(phase.commit for phase in state.phases):
        return "No document is written yet, so there is nothing to revise. `/status` says where the run stands."
    return ""


def _retry(state: State, phase: PhaseState | None, message: Message) -> Judgement:
    again = phase is not None and (phase.status == "blocked" or (state.trouble == "refused"))
    if again and phase is not None:
        return Judgement(Entry(message, phase.about))
    if state.stopped or state.trouble is not None:
        return Judgement(Entry(message))
    return Judgement(reply="There is nothing to retry. `/status` says where the run stands.")
