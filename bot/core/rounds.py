"""A round of questions to the author, and what became of it."""

from dataclasses import dataclass, replace

from .answers import Answered, Premise, understand
from .messages import Entry, Expired, Proceed, Say
from .questions import Answer, Question


@dataclass(frozen=True)
class Round:
    """The questions that one revision of a phase asked, with the answers so far.

    `closed` says that the phase can go on. `rest` holds the author's words beyond the answers; `premise` says that they
    change what the questions rest on. `by` and `at` are of the last answer.
    """

    about: str
    questions: tuple[Question, ...]
    asked_at: str = ""
    answers: tuple[Answer, ...] = ()
    rest: str = ""
    premise: bool = False
    closed: bool = False
    by: str = ""
    at: str = ""
    link: str = ""

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
    stamped = replace(round, by=message.by, at=message.at, link=message.link)
    match message.deed:
        case Say(text=text, direct=direct):
            return _with_words(stamped, text, direct)
        case Proceed() | Expired():
            return _assumed(stamped)
        case _:
            return round


def _with_words(round: Round, text: str, direct: bool) -> Round:
    match understand(text, round.questions, direct=direct):
        case Answered(answers=answers, rest=rest):
            kept = tuple(a for a in round.answers if a.number not in {new.number for new in answers})
            merged = tuple(sorted((*kept, *answers), key=lambda answer: answer.number))
            together = "\n\n".join(part for part in (round.rest, rest) if part)
            after = replace(round, answers=merged, rest=together)
            return replace(after, closed=not after.open)
        case Premise(text=words):
            together = "\n\n".join(part for part in (round.rest, words) if part)
            return replace(round, rest=together, premise=True, closed=True)
        case _:
            return round


def _assumed(round: Round) -> Round:
    """The open questions answered with what was recommended, marked as assumptions."""
    added = tuple(
        Answer(question.number, question.recommended.letter, question.recommended.text, assumed=True)
        for question in round.open
    )
    return replace(round, answers=tuple(sorted((*round.answers, *added), key=lambda a: a.number)), closed=True)
