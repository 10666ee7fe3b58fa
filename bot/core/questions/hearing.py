"""What words come to, be they behind `/answer` or plain, against the questions that are open."""

from typing import assert_never

from bot.core.incoming.messages import Entry, Judgement, Message
from bot.core.run.phase import PhaseState
from bot.core.run.state import DESCRIPTION, State

from .answers import Advice, Answered, Aside, Premise, Unclear, is_to_another
from .asking import Answer, Question
from .rounds import understood
from .wording import is_question


def heard(state: State, phase: PhaseState | None, message: Message, text: str, direct: bool) -> Judgement:
    """What words come to. Whatever is not plain is said once for each round of questions: no dialogue begins."""
    if state.lacks_description and (message.author or (direct and message.writer)):
        return Judgement(Entry(message, DESCRIPTION))
    if phase is None or phase.status != "asking" or phase.round is None:
        none = "No question is open, so there is nothing to answer. `/status` says where the run stands."
        return Judgement(reply=none if direct else "")
    if not (message.author or (direct and message.writer)):
        return Judgement()
    open = phase.round.open
    match understood(phase.round, text, direct):
        case Answered(answers=answers):
            return Judgement(Entry(message, phase.about), _taken(open, answers))
        case Premise():
            return Judgement(Entry(message, phase.about))
        case Advice():
            return Judgement(reply=_advice(open), once=f"advice/{phase.about}")
        case Unclear(text=words, numbers=numbers) if is_question(words):
            return Judgement(reply=_explained(open, numbers), once="" if direct else f"explained/{phase.about}")
        case Unclear(numbers=numbers) if set(numbers) <= set(phase.round.asked_back):
            return Judgement()
        case Unclear(numbers=numbers):
            return Judgement(Entry(message, phase.about), _ask_back(open, numbers))
        case Aside() if direct:
            return Judgement(reply=_ask_back(open, ()))
        case Aside():
            quiet = is_to_another(text)
            return Judgement() if quiet else Judgement(reply=_no_answer(open), once=f"no-answer/{phase.about}")
        case meaning:
            assert_never(meaning)


def _advice(open: tuple[Question, ...]) -> str:
    lines = "\n".join(
        f"- **Q{q.number}.** {q.recommended.letter}) {q.recommended.text}. Why it matters: {q.why}" for q in open
    )
    return f"My advice is what the questions recommend:\n\n{lines}\n\n`/answer recommended` takes all of it."


def _ask_back(open: tuple[Question, ...], numbers: tuple[int, ...]) -> str:
    unclear = ", ".join(f"Q{number}" for number in numbers)
    what = f"the answer to {unclear}" if unclear else "which question that answers"
    return f"I can't tell {what}. Please write, for example, {_example(open)}, or the number and your own words."


def _explained(open: tuple[Question, ...], numbers: tuple[int, ...]) -> str:
    about = tuple(q for q in open if q.number in numbers) or open
    lines = "\n".join(f"- **Q{q.number}.** {q.text} Why it matters: {q.why}" for q in about)
    return (
        "I read this as a question, not as an answer. I can't say more here than the questions do:\n\n"
        f"{lines}\n\nTo answer: {_example(about)}, or your own words with the question's number. "
        "`/answer recommended` takes the recommended options for all that are open."
    )


def _no_answer(open: tuple[Question, ...]) -> str:
    which = f"question{'s' if len(open) > 1 else ''} {_numbers(open)}"
    return (
        f"I don't read this as an answer to the open {which}. "
        f"To answer: {_example(open)}, or your own words with the question's number."
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
