"""The word at the top of a status where a document is written again, or where people changed what had findings."""

from dataclasses import replace

import pytest

from bot.core.incoming import messages as m
from bot.core.run.judge import judge
from bot.core.run.phase import is_edited
from bot.core.run.state import State, fold
from bot.core.views.headline import headline
from tests.core.a_run import ASKING, PLAIN, Play, message, with_entry, wrong

ABOUT = "understanding@1"
PATH = "_tasks/queue-depth/002-understanding.md"


def asked() -> State:
    play = Play(None, ASKING)
    play.go()
    return play.state


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([m.Say("1A 2B", direct=True)], ", being finished with the answers …"),
        ([m.Say("1A", direct=True), m.Proceed()], ", being finished with the answers …"),
        ([m.Proceed()], ", being finished with the recommended options as assumptions …"),
        ([m.Expired(ABOUT)], ", being finished with the recommended options as assumptions …"),
        ([m.Say("We already use Redis, so drop the store")], ", being written again after the author's reply …"),
        ([m.Revise("002 shorter")], ", being revised as asked …"),
    ],
    ids=["answers", "answers and assumptions", "assumptions", "nobody answered", "another premise", "a revision"],
)
def test_why_a_document_with_questions_is_written_again(said: list[m.Deed], words: str) -> None:
    state = asked()
    for deed in said:
        state = with_entry(state, deed, ABOUT)
    assert headline(state) == f"Phase 1 of 2: understanding{words}"


def test_a_first_draft_needs_no_reason() -> None:
    play = Play(None, PLAIN)
    with pytest.raises(IndexError):  # the model has nothing more to say
        play.go()
    assert headline(play.state) == "Phase 2 of 2: prior art …"


def left(count: int, now: str = "theirs") -> State:
    """A document that was blocked, as people left it."""
    play = Play(None, *[(PLAIN, (wrong(),) * count)] * 3)
    play.go()
    return fold(replace(play.state.record, edited={PATH: now}))


def test_what_people_changed_is_told_as_such() -> None:
    assert headline(left(1)) == (
        "Phase 1 of 2: people changed the document, and 1 finding is left in it (see the check). Fix it on the branch; "
        "`/proceed` goes on with it, `/revise 002 ...` has it written again."
    )
    assert "and 2 findings are left in it (see the check). Fix them on the branch; " in headline(left(2))
    assert headline(left(1, "")) == (
        "Phase 1 of 2: the document was deleted from the branch. Put it back on the branch; `/proceed` goes on without "
        "it, `/revise 002 ...` has it written again."
    )


def test_a_retry_does_not_write_over_what_people_changed() -> None:
    judged = judge(left(1), message(m.Retry()))
    assert judged.entry is None
    assert judged.reply == (
        "002 Understanding is as people left it, and `/retry` does not write over that. `/revise 002 <what>` has it "
        "written again, `/proceed` goes on with it."
    )


def test_what_people_change_while_it_is_tried_again_keeps_its_findings() -> None:
    play = Play(None, *[(PLAIN, (wrong(),))] * 3, PLAIN)
    play.go()
    again = with_entry(play.state, m.Retry(), ABOUT)
    state = fold(replace(again.record, edited={PATH: "theirs"}))
    first = state.phases[0]
    assert first.commit is not None
    assert is_edited(first.commit, first.phase, state.record)
    assert first.status == "findings"
