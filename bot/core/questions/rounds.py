"""A round of questions to the author, and what became of it."""

import re
from dataclasses import dataclass, replace

from bot.core.incoming.messages import Entry, Expired, Message, Proceed, Revise, Say, Touched

from .answers import Answered, Premise, Unclear, Understanding, understand
from .asking import Answer, Question
from .segments import named
from .wording import is_question


@dataclass(frozen=True)
class Round:
    """The questions that one revision of a phase asked, with the answers so far.

    `closed` says that the phase can go on. `rest` holds the author's words beyond the answers; `premise` says that they
    change what the questions rest on; `dropped`, that a person wants the document made again without answers.
    `asked_back` are the questions to which an answer was unclear once.
    """

    about: str
    questions: tuple[Question, ...]
    asked_at: str = ""
    answers: tuple[Answer, ...] = ()
    rest: str = ""
    premise: bool = False
    closed: bool = False
    dropped: bool = False
    asked_back: tuple[int, ...] = ()

    @property
    def open(self) -> tuple[Question, ...]:
        """The questions without an answer."""
        answered = {answer.number for answer in self.answers}
        return tuple(question for question in self.questions if question.number not in answered)

    def answer_to(self, question: Question) -> Answer | None:
        """The answer to one question, if there is one."""
        return next((answer for answer in self.answers if answer.number == question.number), None)


def with_entry(round: Round, entry: Entry) -> Round:
    """The round after one more entry that is about it."""
    message = entry.message
    match message.deed:
        case Say(text=text, direct=direct):
            return _with_words(round, text, direct, message)
        case Proceed() | Expired():
            return _assumed(round, message)
        case Revise() | Touched():
            return replace(round, closed=True, dropped=True)
        case _:
            return round


def understood(round: Round, text: str, direct: bool) -> Understanding:
    """What words mean to a round.

    What is unclear is asked back once. An `/answer` that is unclear again is taken as it stands, as the answer in their
    own words; a question never is.
    """
    meaning = _understood(round, text, direct)
    if not isinstance(meaning, Unclear) or not direct or is_question(meaning.text):
        return meaning
    if not set(meaning.numbers) <= set(round.asked_back):
        return meaning
    words = " ".join(text.split())
    return Answered(tuple(Answer(number, "", words) for number in meaning.numbers))


def _understood(round: Round, text: str, direct: bool) -> Understanding:
    """Words against a round: its open questions first; one that is answered changes only where it is named."""
    everything = understand(text, round.questions, direct=direct)
    if not isinstance(everything, Answered):
        return everything if not round.answers else understand(text, round.open, direct=direct)
    open = {question.number for question in round.open}
    meant = open | {int(number) for number in re.findall(r"(?<!\d)\d{1,2}(?!\d)", named(text, round.questions))}
    answers = tuple(answer for answer in everything.answers if answer.number in meant)
    return replace(everything, answers=answers) if answers else Unclear(text, tuple(sorted(open)))


def _with_words(round: Round, text: str, direct: bool, message: Message) -> Round:
    match understood(round, text, direct):
        case Answered(answers=answers, rest=rest):
            stamped = tuple(replace(answer, by=message.by, at=message.at) for answer in answers)
            kept = tuple(a for a in round.answers if a.number not in {new.number for new in stamped})
            merged = tuple(sorted((*kept, *stamped), key=lambda answer: answer.number))
            after = replace(round, answers=merged, rest=_joined(round.rest, rest))
            return replace(after, closed=not after.open)
        case Premise(text=words):
            return replace(round, rest=_joined(round.rest, words), premise=True, closed=True)
        case Unclear(numbers=numbers):
            return replace(round, asked_back=tuple(sorted({*round.asked_back, *numbers})))
        case _:
            return round


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _assumed(round: Round, message: Message) -> Round:
    """The open questions answered with what was recommended, marked as assumptions."""
    added = tuple(
        Answer(question.number, question.recommended.letter, question.recommended.text, assumed=True, at=message.at)
        for question in round.open
    )
    return replace(round, answers=tuple(sorted((*round.answers, *added), key=lambda a: a.number)), closed=True)
