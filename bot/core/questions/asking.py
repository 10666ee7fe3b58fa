"""Questions to the author, as the model writes them in an artifact and people read them in a comment."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact, Line, Section, loose


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
    """What a person (`by`) answered to one question: the letter of the option that they chose, else their words."""

    number: int
    letter: str
    text: str
    assumed: bool = False
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Reading:
    """The questions that an artifact asks, and what is wrong with how they are written.

    A question without options is a fault and not among the questions: nobody could go on with what it recommends.
    """

    questions: tuple[Question, ...] = ()
    faults: tuple[Finding, ...] = ()


@dataclass
class _Draft:
    """A question while its lines are read."""

    number: int
    line: int
    text: str
    whys: list[str] = field(default_factory=list)
    options: list[tuple[int, Option]] = field(default_factory=list)
    named: str = ""


_BOLD = r"(?:\*\*|__)?"
_QUESTION = re.compile(
    rf"\s{{0,3}}(?P<head>#{{1,6}}\s+)?(?:[-*+]\s+)?(?P<open>{_BOLD})"
    rf"(?:(?P<q>Q|Question)\s*)?#?(?P<number>\d{{1,2}})\s*(?P<point>[.:)]|[—–-](?=\s))?(?P<close>{_BOLD})[.:]?(?:\s+|$)"
    r"(?P<text>.*)",
    re.IGNORECASE,
)
_OPTION = re.compile(
    rf"\s*(?:[-*+]\s+)?(?:\[[ x]\]\s+)?(?P<open>{_BOLD})(?:Option\s+)?"
    rf"\(?(?P<letter>[A-Za-z])(?:[).:]|\s[—–-](?=\s))(?P<close>{_BOLD})(?:\s+|$)(?P<text>.*)",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\s*(?:[-*+]\s+)?[*_]{0,3}Why(?: this| it)? matters[*_]{0,3}\s*[:—–-][*_]{0,3}\s*(.*)", re.IGNORECASE
)
_NAMED = re.compile(
    r"\s*(?:[-*+]\s+)?[*_]{0,3}Recommend(?:ed|ation)(?: option| answer)?[*_]{0,3}\s*:[*_]{0,3}\s*"
    r"(?:option )?\(?([A-Za-z])\b.*",
    re.IGNORECASE,
)
_MARK = re.compile(r"\s*[*_]{0,3}[(\[]\s*recommended\s*[)\]][*_]{0,3}[.:]?\s*", re.IGNORECASE)


def render(questions: Sequence[Question]) -> str:
    """The questions as they stand below the heading “Questions”; each text on one line."""
    parts = []
    for question in questions:
        options = "\n".join(
            f"- {option.letter}) {_line(option.text)}{' (recommended)' if option.recommended else ''}"
            for option in question.options
        )
        head = f"### Q{question.number}. {_line(question.text)}"
        parts.append(f"{head}\n\nWhy it matters: {_line(question.why)}\n\n{options}\n")
    return "\n".join(parts)


def parse(artifact: Artifact) -> Reading:
    """The questions of the section “Questions” (or one with that word in its title), else of headings like `Q1.`."""
    section = _section(artifact)
    drafts, faults = _drafts(artifact.prose(section, code=True), plain=section is not None)
    questions: list[Question] = []
    for draft in drafts:
        question = Question(draft.number, draft.text, " ".join(draft.whys), _options(draft))
        faults += _faults(draft, question)
        if draft.number in {other.number for other in questions}:
            faults.append(Finding(draft.line, f"There is a second question {draft.number}.", "Number them from 1."))
        elif question.options:
            questions.append(question)
    return Reading(tuple(questions), tuple(sorted(faults, key=lambda fault: fault.line)))


def _line(text: str) -> str:
    return " ".join(text.split())


def _section(artifact: Artifact) -> Section | None:
    """The section that holds questions; a question's own heading is none."""
    titled = [section for section in artifact.sections if not _is_question(section.title, plain=False)]
    exact = [section for section in titled if loose(section.title) == "questions"]
    likely = [section for section in titled if "questions" in loose(section.title).split()]
    return next(iter(exact + likely), None)


def _is_question(text: str, plain: bool) -> re.Match[str] | None:
    """A question's first line. A bare `1.` is one only where `plain`."""
    match = _QUESTION.match(text)
    if not match or not (match["point"] or match["close"] or (match["q"] and match["head"])):
        return None
    return match if plain or match["q"] else None


def _drafts(lines: Sequence[Line], plain: bool) -> tuple[list[_Draft], list[Finding]]:
    drafts: list[_Draft] = []
    faults: list[Finding] = []
    for line in lines:
        draft = drafts[-1] if drafts else None
        question = _is_question(line.text, plain)
        if question:
            drafts.append(_Draft(int(question["number"]), line.number, _unbold(question)))
        elif not draft:
            if plain and line.text.rstrip().endswith("?"):
                mend = "Write “### Q1. …?”, a line “Why it matters: …” and lettered options."
                faults.append(Finding(line.number, "This question has no number.", mend))
        elif re.match(r"\s{0,3}#", line.text):
            faults.append(Finding(line.number, "This heading is no question.", "Write it as “### Q1. …?”, or move it."))
        else:
            faults += _read(draft, line)
    return drafts, faults


def _read(draft: _Draft, line: Line) -> Iterator[Finding]:
    """Adds a line below a question's first to it."""
    text = line.text
    if why := _WHY.match(text):
        draft.whys.append(_line(why[1]))
    elif named := _NAMED.match(text):
        draft.named = named[1].upper()
    elif option := _OPTION.match(text):
        draft.options.append((line.number, _option(option)))
    elif draft.options and text.startswith((" ", "\t")):
        at, last = draft.options[-1]
        draft.options[-1] = (at, replace(last, text=_line(f"{last.text} {text}")))
    elif not draft.options and not draft.whys:
        draft.text = _line(f"{draft.text} {text}")
    else:
        mend = "Indent it below its option, or put it into the question's first line."
        yield Finding(
            line.number, f"This line belongs to no part of question {draft.number}.", mend, severity="warning"
        )


def _unbold(match: re.Match[str]) -> str:
    """The text of a matched line, without the end of a bold run that began before it."""
    text = _line(match["text"])
    return text.replace(match["open"], "", 1).strip() if match["open"] and not match["close"] else text


def _option(match: re.Match[str]) -> Option:
    text = _unbold(match)
    mark = next((m for m in _MARK.finditer(text) if m.start() == 0 or m.end() == len(text)), None)
    kept = f"{text[: mark.start()]} {text[mark.end() :]}".strip() if mark else text
    return Option(match["letter"].upper(), kept, mark is not None)


def _options(draft: _Draft) -> tuple[Option, ...]:
    named = draft.named
    return tuple(
        replace(option, recommended=option.recommended or option.letter == named) for _, option in draft.options
    )


def _faults(draft: _Draft, question: Question) -> Iterator[Finding]:
    name = f"Question {draft.number}"
    letters = [option.letter for option in question.options]
    if not question.text:
        yield Finding(draft.line, f"{name} has no text.", "Write the question behind its number.")
    if len(draft.whys) != 1 or not question.why:
        many = "more than one line" if len(draft.whys) > 1 else "no line"
        yield Finding(draft.line, f"{name} has {many} “Why it matters: …”.", "Say in one line why it matters.")
    if len(letters) < 2:
        count = "one option" if letters else "no options"
        yield Finding(draft.line, f"{name} has {count}.", "Give two or more: “- A) …”, “- B) …”.")
    elif letters != [chr(ord("A") + at) for at in range(len(letters))]:
        wrong = f"The options of question {draft.number} are lettered {', '.join(letters)}."
        yield Finding(draft.options[0][0], wrong, "Letter them A, B, C, each once.")
    recommended = sum(option.recommended for option in question.options)
    if letters and recommended != 1:
        wrong = f"{name} has {recommended or 'no'} recommended option{'s' if recommended > 1 else ''}."
        yield Finding(draft.line, wrong, "End exactly one option with “(recommended)”.")
