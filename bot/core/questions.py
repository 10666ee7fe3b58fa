"""Questions to the author, as the model writes them in an artifact and people read them in a comment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One lettered choice; exactly one of a question's options is recommended."""

    letter: str
    text: str
    recommended: bool = False


@dataclass(frozen=True)
class Question:
    """One question: its number within the round (from 1), why it matters in one line, and its options."""

    number: int
    text: str
    why: str
    options: tuple[Option, ...]

    @property
    def recommended(self) -> Option:
        """The option that holds where nobody answers."""
        return next((option for option in self.options if option.recommended), self.options[0])


@dataclass(frozen=True)
class Answer:
    """What a person answered to one question: the letter where they chose an option, else their words."""

    number: int
    letter: str
    text: str
    assumed: bool = False
