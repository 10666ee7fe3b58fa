"""What a person's words say to the open questions, as people write them. Words alone are judged; no model is asked.

Where it could be several things it is `Unclear`, and the person is asked back. A plain comment has to look like an
answer to be one; behind `/answer` (`direct`) almost everything is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.markdown.artifact import Artifact, normal
from bot.core.questions import wording

from .asking import Answer, Option, Question
from .segments import Segment, named, segments


@dataclass(frozen=True)
class Answered:
    """Answers to some questions or all; `rest` are the words that belong to none.

    Where an option was chosen, an answer's text is the option's, and behind a semicolon what they added.
    """

    answers: tuple[Answer, ...]
    rest: str = ""


@dataclass(frozen=True)
class Advice:
    """They ask what we think."""

    text: str


@dataclass(frozen=True)
class Premise:
    """They change what the questions rest on, so the phase is made again."""

    text: str


@dataclass(frozen=True)
class Unclear:
    """It is meant as an answer, but not plain to which of these questions, or which option."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Aside:
    """A comment that answers nothing."""

    text: str


_LONGEST = 10_000  # an answer to five questions is short; what is longer is about something else

Understanding = Answered | Advice | Premise | Unclear | Aside

_EXCEPT = re.compile(
    r"(.*?)\b(?:except|but|apart from|other than|besides|save)(?: for)?\b[\s:,]*(.*)", re.IGNORECASE | re.DOTALL
)
_REMAINDER = re.compile(
    r"(?:(?<![\s,;.])[\s,;.]+)?(?:\band )?\b(?:(?:as )?for )?"
    r"(?:the )?(?:rest|others|other ones|remaining(?: ones)?|everything else|all others?)\b[\s:,]*"
    r"(?:(?:is|are|as|with|go with|use|by|can be|to be|stay)\s+)*(?:the |your )?"
    r"(?:recommended|recommendations?|defaults?|suggested|fine|ok(?:ay)?|good|up to you)\b"
    r"(?: (?:ones?|options?|answers?|choices?)\b)?[\s.!]*",
    re.IGNORECASE,
)
_CONNECTS = (
    r"(?:but|and|with|because|since|as|if|please|for|except|though|although|unless|until|when|while|thanks|plus)\b"
)
_LETTER = re.compile(
    rf"(?P<option>(?:the )?(?:option|answer|choice)\s+)?\(?(?P<letter>[A-Za-z])(?![\w'’+#])\)?"
    rf"(?P<rest>\s*(?:$|[,;.:)–—-]\s*.*|{_CONNECTS}.*))",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(r"(?:the )?(?:option|answer|choice)\s+\(?([A-Za-z])\b\)?(.*)", re.IGNORECASE | re.DOTALL)
_VERB = re.compile(
    r"(?:please |we['’]?(?:ll|d)? |i['’]?(?:ll|d)? |would |let['’]?s |just )*"
    r"(?:use|go (?:with|for)|prefer|take|choose|pick|want) ",
    re.IGNORECASE,
)
_FOR_ALL = re.compile(
    r"all\s+\(?([A-Za-z])\)?|\(?([A-Za-z])\)?\s+everywhere"
    r"|\(?([A-Za-z])\)?\s+(?:for|to|on)\s+(?:all|both|everything|each)(?:\s+\w+){0,2}",
    re.IGNORECASE,
)
_INDEX = re.compile(rf"\(?([1-9])[.)]?\s*((?:$|,|;|[–—-]\s|{_CONNECTS}).*)", re.IGNORECASE | re.DOTALL)


def understand(text: str, questions: Sequence[Question], *, direct: bool = False) -> Understanding:
    """What these words say to these questions; `direct` is `/answer`."""
    said = _said(text)
    whole = text.strip()
    numbers = tuple(question.number for question in questions)
    if not said or not questions:
        return Aside(whole)
    addressed = not direct and is_to_another(text)
    if len(said) > _LONGEST:
        return Unclear(whole, numbers) if direct else Aside(whole)
    said = named(said, questions)
    found = _by_exception(said, questions, direct) or _by_number(said, questions, direct)
    if found and (isinstance(found, Answered) or not addressed):
        return found
    if addressed or (not direct and re.search(r"(?<!\w)@\w", said)):
        return Aside(whole)
    if wording.is_advice(said):
        return Advice(whole)
    if wording.is_premise(said, direct and len(questions) == 1):
        return Premise(whole)
    if wording.is_question(said):
        return Unclear(whole, _about(said, questions))
    if len(questions) == 1:
        return _one(said, questions[0], direct) or (Unclear(whole, numbers) if direct else Aside(whole))
    return _several(said, questions, direct) or (Unclear(whole, numbers) if direct else Aside(whole))


def is_to_another(text: str) -> bool:
    """They speak to somebody else: the words begin with a login that isn't the bot's."""
    return re.match(r"\W*(?<!\w)@\w", _said(text)) is not None


def _about(said: str, questions: Sequence[Question]) -> tuple[int, ...]:
    """The questions whose words these words take up; all of them where they take up none."""
    words = {question.number: wording.content(_whole(question)) for question in questions}
    rare = {word for word in wording.content(said) if sum(word in held for held in words.values()) == 1}
    return tuple(number for number, held in words.items() if rare & held) or tuple(words)


def _whole(question: Question) -> str:
    return " ".join((question.text, question.why, *(option.text for option in question.options)))


def _said(text: str) -> str:
    """The person's own words: without code blocks, comments, quotations and a greeting to the bot."""
    kept = {line.number: line.text for line in Artifact("", text).prose(code=True)}
    last = max(kept, default=0)
    own = [kept.get(number, "") for number in range(1, last + 1) if not kept.get(number, "").lstrip().startswith(">")]
    return re.sub(r"^\s*@[\w-]*(?:charrette[\w-]*(?:\[bot\])?|\[bot\])[,:]?\s*", "", "\n".join(own)).strip()


def _by_exception(said: str, questions: Sequence[Question], direct: bool) -> Understanding | None:
    """`all recommended except 3B`; `1A, the rest as recommended`."""
    but = _EXCEPT.fullmatch(said)
    if but and wording.is_recommended(but[1]):
        bare = re.fullmatch(r"(?:[Qq]?\d{1,2}\b(?:\s*(?:,|and|&)\s*)?)+[.!]?", but[2])
        if bare:
            left = {int(number) for number in re.findall(r"\d+", but[2])}
            return Answered(tuple(_recommended(question) for question in questions if question.number not in left))
        return _filled(_by_number(but[2], questions, True), questions)
    rest = _REMAINDER.search(said)
    if rest and rest.group().strip() != said:
        return _filled(_by_number(f"{said[: rest.start()]} {said[rest.end() :]}".strip(), questions, direct), questions)
    return None


def _filled(found: Understanding | None, questions: Sequence[Question]) -> Understanding | None:
    """What was found, and for the other questions what is recommended."""
    if not isinstance(found, Answered):
        return found
    given = {answer.number: answer for answer in found.answers}
    return Answered(tuple(given.get(question.number) or _recommended(question) for question in questions), found.rest)


def _by_number(said: str, questions: Sequence[Question], direct: bool) -> Understanding | None:
    """Answers that name their question: `1A 2B`, `1. use Redis 2. yes`, `Q1: A`."""
    if len(questions) == 1 and (chosen := _INDEX.fullmatch(said)) and int(chosen[1]) <= len(questions[0].options):
        return Answered((_choice(questions[0], questions[0].options[int(chosen[1]) - 1], chosen[2]),))
    numbers = {question.number: question for question in questions}
    found = segments(said, {question.number: _letters(question) for question in questions}, direct)
    if not found.parts:
        alone = re.fullmatch(r"\W*(\d{1,2})\W*", said)
        return Unclear(said, (int(alone[1]),)) if alone and int(alone[1]) in numbers else None
    answers: dict[int, Answer] = {}
    rest, unclear = [found.lead], []
    for part in found.parts:
        answer = _value(part.value, numbers[part.number]) if part.number in numbers else None
        earlier = answers.get(part.number)
        if answer is None or (earlier and earlier.letter != answer.letter):
            unclear.append(part)
            answers.pop(part.number, None)
        else:
            answers[part.number] = answer
        rest.append(part.after)
    if not answers:
        return _nothing(said, unclear)
    words = "\n\n".join(part for part in (*rest, *(part.text for part in unclear)) if part)
    return Answered(tuple(answers[number] for number in sorted(answers)), words)


def _nothing(said: str, unclear: Sequence[Segment]) -> Understanding:
    """Numbers were named, but nothing is answered."""
    if wording.is_advice(said):
        return Advice(said)
    return Unclear(said, tuple(dict.fromkeys(part.number for part in unclear)))


def _value(text: str, question: Question) -> Answer | None:
    """One question's answer, from the words that stand for it; None where they choose what is not there."""
    said = text.strip().strip("*_` ").strip()
    letter = _LETTER.fullmatch(said) or None
    named = _NAMED.fullmatch(said)
    if letter or named:
        name, added = (letter["letter"], letter["rest"]) if letter else (named[1], named[2]) if named else ("", "")
        option = next((one for one in question.options if one.letter == name.upper()), None)
        return _choice(question, option, added) if option else None
    if not said or wording.is_advice(said) or wording.is_question(said):
        return None
    placed = wording.place(said)
    if placed and -1 <= placed[0] < len(question.options) and re.match(rf"\s*(?:$|[,;.!]|{_CONNECTS})", placed[1]):
        return _choice(question, question.options[placed[0]], placed[1])
    return _in_words(said, question)


def _in_words(said: str, question: Question) -> Answer:
    first = re.split(r"[,;.–—](?=\s)", said, maxsplit=1)[0]
    for words, added in ((said, ""), (first, said[len(first) :])):
        same = (normal(words), normal(_VERB.sub("", words, count=1)))
        chosen = next((option for option in question.options if normal(option.text) in same), None)
        if found := chosen or _agreed(words, question):
            return _choice(question, found, added)
    return Answer(question.number, "", " ".join(said.split()))


def _agreed(words: str, question: Question) -> Option | None:
    """The option that `yes`, `no`, `sure` or `recommended` means here."""
    begins = "no" if wording.is_no(words) else "yes" if wording.is_yes(words) else ""
    literal = [option for option in question.options if normal(option.text).split()[:1] == [begins]]
    if literal:
        return literal[0]
    assents = wording.is_recommended(words) or wording.is_assent(words)
    return question.recommended if assents else None


def _choice(question: Question, option: Option, added: str) -> Answer:
    words = " ".join(re.sub(r"^[\s,;.:)–—-]+", "", added).split())
    more = "" if re.fullmatch(r"(?:please|thanks|thank you)?[\s.!]*", words, re.IGNORECASE) else f"; {words}"
    return Answer(question.number, option.letter, f"{option.text}{more}")


def _recommended(question: Question) -> Answer:
    return _choice(question, question.recommended, "")


def _letters(question: Question) -> str:
    return "".join(option.letter for option in question.options)


def _one(said: str, question: Question, direct: bool) -> Understanding | None:
    """An answer to the only question, which need not be named."""
    answer = _value(said, question)
    if answer is None:
        return Unclear(said, (question.number,))
    if wording.is_no(said) and not answer.letter:
        return Unclear(said, (question.number,))
    if not direct and wording.is_assent(said) and not (wording.is_yes(said) or wording.is_recommended(said)):
        return None
    return Answered((answer,)) if answer.letter or direct or wording.is_reply(said) else None


def _several(said: str, questions: Sequence[Question], direct: bool) -> Understanding | None:
    """An answer to all questions at once, or one after the other without their numbers."""
    numbers = tuple(question.number for question in questions)
    if wording.is_recommended(said) or (direct and wording.is_assent(said)):
        return Answered(tuple(_recommended(question) for question in questions))
    if everywhere := _FOR_ALL.fullmatch(said.strip(" .!")):
        letter = next(group for group in everywhere.groups() if group)
        answers = [_value(letter, question) for question in questions]
        found = tuple(answer for answer in answers if answer)
        return Answered(found) if len(found) == len(answers) else Unclear(said, numbers)
    tokens = _tokens(said, len(questions), direct)
    if tokens is None:
        return None
    answers = [_value(token, question) for token, question in zip(tokens, questions, strict=False)]
    found = tuple(answer for answer in answers if answer)
    return Answered(found) if len(tokens) == len(found) == len(questions) else Unclear(said, numbers)


def _tokens(said: str, count: int, direct: bool) -> list[str] | None:
    """The answers in a row, or None where the words are no such row."""
    parts = [part for part in re.split(r"\s*(?:[,;\n]|\band\b|\bthen\b)\s*", said.strip(" .!")) if part.strip()]
    if all(_is_simple(part) for part in parts):
        return parts
    words = said.strip(" .!").split()
    if all(_is_simple(word) for word in words):
        return words
    if not direct:
        return None
    if re.fullmatch(r"[A-Z]{2,}", said) and len(said) == count:
        return list(said)
    rows = [line for line in said.split("\n") if line.strip()]
    if len(rows) == count:
        return [re.sub(r"^\s*[-*+]\s+", "", row) for row in rows]
    return parts if len(parts) == count and any(_is_simple(part) for part in parts) else None


def _is_simple(part: str) -> bool:
    return bool(re.fullmatch(r"(?:option\s+)?\(?[A-Za-z]\)?\.?", part.strip("*_ "), re.IGNORECASE)) or (
        len(part.split()) <= 2 and (wording.is_yes(part) or wording.is_no(part))
    )
