"""Comments that ask the author: one for each round of questions, and one for a missing description."""

from collections.abc import Iterator

from bot.core.markdown.fitting import LIMIT, shortened
from bot.core.markdown.safe import line as one_line
from bot.core.markdown.safe import published
from bot.core.publications import CommentWish
from bot.core.questions.asking import Question
from bot.core.questions.rounds import Round
from bot.core.run.state import DESCRIPTION, State

from .pages import link

# How long each text of a question may be: whole, as long as all of them fit.
WIDTHS = (10_000, 1_000, 300, 100)
# Days: questions that wait longer are never taken as answered, as far as anybody can tell.
LONGEST_WAIT = 1_000


def asking(state: State) -> Iterator[CommentWish]:
    home = state.pinned.subject.home
    if state.was_asked and not state.stopped:
        asks = _ask_description(state) if state.lacks_description else _described(state)
        yield CommentWish(f"questions/{DESCRIPTION}", home, asks)
    for round in state.rounds:
        texts = (_round(state, round, width) for width in WIDTHS)
        fits = next((text for text in texts if len(text) <= LIMIT), _round(state, round, WIDTHS[-1]))
        yield CommentWish(f"questions/{round.about}", home, shortened(fits))


def _round(state: State, round: Round, width: int) -> str:
    """The comment for one round of questions, with each text cut to `width` characters."""
    body = [f"{author(state)}, before the {state.definition.thing} goes on:", ""]
    if round.closed:
        there = f"the answers are in {link(state, state.request_path, '001')}"
        body = [f"These questions are answered; {there}.", ""]
    if round.dropped:
        body = ["These questions are dropped: the document that asked them is made again.", ""]
    for question in round.questions:
        answer = round.answer_to(question)
        body += _question(question, width)
        if answer is not None:
            said = published(_cut(f"{answer.letter} {answer.text}".strip(), width))
            body += [f"**{'Assumed' if answer.assumed else 'Answered'}:** {said}", ""]
    if not round.closed:
        body.append(_how_to_answer(state, round.open))
    return "\n".join(body) + "\n"


def _question(question: Question, width: int) -> list[str]:
    options = [
        f"- **{option.letter})** {_cut(option.text, width)}{' **(recommended)**' if option.recommended else ''}"
        for option in question.options
    ]
    text, why = _cut(question.text, width), _cut(question.why, width)
    return [f"**{question.number}. {text}**", "", f"*Why it matters:* {why}", "", *options, ""]


def _cut(text: str, width: int) -> str:
    """The whole text; or, if it is too long, its beginning as plain text, because Markdown can't be cut anywhere."""
    return text if len(text) <= width else one_line(text, width)


def _how_to_answer(state: State, open: tuple[Question, ...]) -> str:
    example = " ".join(f"{question.number}{question.recommended.letter}" for question in open)
    days = state.definition.wait_days
    wait = "" if days > LONGEST_WAIT else f"; so do I after {days:g} day{'s' if days != 1 else ''}"
    return (
        f"Reply in your own words, or with `/answer {example}`, or with `/answer recommended`. `/proceed` goes on with "
        f"the recommended options{wait}. Whatever you did not answer is then recorded as an assumption."
    )


def _ask_description(state: State) -> str:
    names = " or ".join(f"“{name}”" for name in state.definition.needs_description[:2])
    return (
        f"{author(state)}, this issue has no description to design from. Reply with one: what is wanted, for "
        f"whom, and what must not change. (It may also stand in the issue under a heading {names}; then put the label "
        "on again.)\n"
    )


def _described(state: State) -> str:
    where = link(state, state.request_path, "001") if state.record.head else "001, on the branch"
    return f"There was no description to design from. There is one now: it stands in {where}.\n"


def author(state: State) -> str:
    """The login of the author, or a phrase if GitHub no longer knows the account."""
    gone = state.pinned.author in ("", "ghost")
    return "Whoever may write here (the author's account is gone)" if gone else f"@{state.pinned.author}"
