"""Revisions that people ask for: what their words name, what is made again, and the dated notes that are left."""

from dataclasses import replace

import pytest

from bot.core.incoming import messages as m
from bot.core.publications import CommentWish, DraftWish, PullRequestWish
from bot.core.run.acts import Commit, Converse, End, Outcome, Wait
from bot.core.run.advance import next_act
from bot.core.run.briefs import READER, TOUCHES
from bot.core.run.judge import judge
from bot.core.run.record import Record
from bot.core.run.request import parse as parse_request
from bot.core.run.revisions import Note, named, remarks, with_notes
from bot.core.run.state import State, fold
from bot.core.views.run import check, publications, pull_request, status
from tests.core.a_run import (
    ASKING,
    PLAIN,
    PRIOR,
    PROMPTS,
    REVIEWS,
    SUMMARY,
    UNDERSTAND,
    Play,
    definition,
    message,
    outcome,
    pinned,
    with_entry,
    wrong,
)

WHOLE = definition(UNDERSTAND, PRIOR, REVIEWS, replace(SUMMARY, approval=None))
ASKS = replace(
    WHOLE, prompts=PROMPTS | {TOUCHES: "Which? {% for d in documents %}{{ d.phase }} {% endfor %}{{ feedback }}"}
)

FILES = fold(Record(pinned(WHOLE))).files
SMALL = replace(ASKS, phases=definition().phases)


def done(*said: object, of: object = None) -> Play:
    """A run that went to its end; what the model says next may follow."""
    play = Play(Record(pinned(of or definition())), PLAIN, PLAIN, *said)  # type: ignore[arg-type]
    assert play.go() == End("done")
    return play


def files(play: Play) -> dict[str, str]:
    """The files of the last commit."""
    return [act for act in play.acts if isinstance(act, Commit)][-1].files


def charges(play: Play) -> list[str]:
    return [brief.charge for act in play.acts if isinstance(act, Converse) for brief in act.briefs]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("003: name Ray too", ["prior-art"]),
        ("003 and 005, shorter", ["prior-art", "summary"]),
        ("003-prior-art.md is too long", ["prior-art"]),
        ("`_tasks/queue-depth/003-prior-art.md` is too long", ["prior-art"]),
        ("004-tarjan-review", ["review"]),
        ("prior-art: name Ray", ["prior-art"]),
        ("the Prior Art lacks Ray", ["prior-art"]),
        ("summary and understanding: the summary of the prior art is wrong", ["understanding", "summary"]),
        ("003: the summary repeats it", ["prior-art"]),
        ("a note: the summary repeats it", ["summary"]),
        ("001 is wrong", ["user-request"]),
        ("error 2003, v1.003 or a-003 is nothing of ours", []),
        ("make it simpler", []),
    ],
)
def test_words_name_artifacts(what: str, expected: list[str]) -> None:
    assert list(named(WHOLE, FILES, what)) == expected


NOTE = Note(2, "2026-11-21T09:00:00Z", "grace", "name *Ray*\nand @ada", "https://github.example/c/2")


def test_notes_stand_at_the_end_whatever_the_model_wrote() -> None:
    text = with_notes(
        "# A\n\nText.\n\n## Revision notes\n\n- 2020-01-01, revision 9, asked by me: all\n\n## B\n\nMore.\n", [NOTE]
    )
    assert text.startswith(
        "# A\n\nText.\n\n## B\n\nMore.\n\n## Revision notes\n\n- 2026-11-21, revision 2, asked by [grace]"
    )
    assert "revision 9" not in text
    assert "@ada" not in text
    assert with_notes(text, [NOTE]) == text


def test_what_people_write_among_the_notes_is_kept() -> None:
    text = with_notes("# A\n", [NOTE]) + "Agreed in the meeting of Monday.\n"
    assert remarks(text) == "Agreed in the meeting of Monday."
    again = with_notes("# A\n\nNew.\n", [NOTE], remarks(text))
    assert again.endswith("\n\nAgreed in the meeting of Monday.\n")
    assert remarks("# A\n") == ""
    assert with_notes("# A\n\n```\n## Revision notes\n```\n", []) == "# A\n\n```\n## Revision notes\n```\n"


def test_a_named_artifact_is_made_again_and_the_run_is_done_again() -> None:
    play = done("# Again\n")
    assert play.then(m.Revise("003: name Ray"), "prior-art@1") == End("done")
    (text,) = files(play).values()
    assert text.startswith("# Again\n\n## Revision notes\n\n- 2026-11-20, revision 2, asked by [ada](")
    assert text.endswith("): 003: name Ray\n")
    assert charges(play)[-1].endswith("Mind this: 003: name Ray\n")
    assert [f"{c.phase}@{c.revision}" for c in play.state.record.commits][-2:] == ["user-request@2", "prior-art@2"]


def test_several_are_made_again_in_order_and_each_keeps_all_its_notes() -> None:
    play = done("# U2\n", "# P2\n", "# P3\n")
    assert play.then(m.Revise("003, 002: shorter"), "understanding@1,prior-art@1") == End("done")
    assert play.then(m.Revise("003: longer"), "prior-art@2") == End("done")
    assert [f"{c.phase}@{c.revision}" for c in play.state.record.commits if c.phase != "user-request"][2:] == [
        "understanding@2",
        "prior-art@2",
        "prior-art@3",
    ]
    (text,) = files(play).values()
    assert [line[:26] for line in text.split("\n") if line.startswith("- 2026")] == [
        "- 2026-11-20, revision 2, ",
        "- 2026-11-20, revision 3, ",
    ]
    assert charges(play)[-1].endswith("Mind this: 003: longer\n")


def test_a_person_s_text_is_given_and_what_they_wrote_among_the_notes_stays() -> None:
    play = done("# P2\n")
    path = "_tasks/queue-depth/003-prior-art.md"
    play.state = fold(replace(play.state.record, edited={path: "theirs"}, remarks={path: "Agreed."}))
    assert play.then(m.Revise("003: name Ray"), "prior-art@1") == End("done")
    brief = [brief for act in play.acts if isinstance(act, Converse) for brief in act.briefs][-1]
    assert (brief.documents[-1].path, brief.documents[-1].commit) == (path, play.state.record.commits[-2].sha)
    assert files(play)[path].endswith("\n\nAgreed.\n")


def test_a_wish_that_could_not_be_made_yet_is_minded_with_the_next() -> None:
    play = done(replace(_any(), ended="failed", reason="Gone."), "# P3\n")
    assert play.then(m.Revise("003: name Ray"), "prior-art@1") == End("failed")
    play.state = with_entry(play.state, m.Retry())
    assert play.then(m.Revise("003: and Nomad"), "prior-art@2") == End("done")
    assert charges(play)[-1].endswith("Mind this: 003: name Ray\n\n003: and Nomad\n")


def _any() -> Outcome:
    play = Play(None, PLAIN, PLAIN)
    play.go()
    return outcome(next(act for act in play.acts if isinstance(act, Converse)).briefs[0], "")


def test_a_document_that_asks_may_be_revised_instead_of_answered() -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    play.go()
    assert play.then(m.Revise("002: leave the store alone"), "understanding@1") == End("done")
    assert "Dropped" in play.state.request
    assert "Answers:" not in charges(play)[1]
    asked = [wish for wish in publications(play.state) if wish.key == "questions/understanding@1"]
    assert isinstance(asked[0], CommentWish)
    assert asked[0].body.startswith("These questions are dropped: ")


def test_a_blocked_document_may_be_revised() -> None:
    bad = (PLAIN, (wrong(),))
    play = Play(Record(pinned(definition(PRIOR))), bad, bad, bad, PLAIN)
    assert play.go() == Wait("mending", "prior-art@1")
    assert play.then(m.Revise("003: leave that out"), "prior-art@1") == End("done")


# --- where nothing is named ------------------------------------------------------------------------------------------


def found(*pairs: tuple[str, str], **changes: object) -> Outcome:
    data = {"documents": [{"phase": phase, "why": why} for phase, why in pairs]}
    return replace(_any(), data=data, **changes)  # type: ignore[arg-type]


def test_a_small_conversation_says_what_is_touched_and_that_is_kept() -> None:
    play = done(found(("prior-art", "It names Ray."), ("nonsense", "")), "# P2\n", of=SMALL)
    assert play.then(m.Revise("drop Ray")) == End("done")
    brief = [brief for act in play.acts if isinstance(act, Converse) for brief in act.briefs][-2]
    assert (brief.output, brief.model, brief.address.phase, brief.address.member) == (
        "touched",
        "quick",
        TOUCHES,
        READER,
    )
    assert brief.charge == "Which? understanding prior-art drop Ray\n"
    assert [ref.path[-12:] for ref in brief.documents] == ["r-request.md", "rstanding.md", "prior-art.md"]
    parsed = parse_request(play.state.request)
    assert parsed is not None
    assert parsed.entries == play.state.record.entries
    assert parsed.entries[-1].about == "prior-art@1"
    assert parsed.entries[-1].message.deed == m.Touched("gh-1.0", (m.Touch("prior-art", "It names Ray."),))
    (text,) = files(play).values()
    assert text.endswith("): drop Ray\n")
    assert fold(play.state.record).current is None
    assert not [wish for wish in publications(play.state) if wish.key.startswith("revise/")]


def test_what_it_touches_is_on_the_branch_before_anything_is_made_again() -> None:
    play = done(found(("prior-art", "It names Ray.")), "# P2\n", of=SMALL)
    play.then(m.Revise("drop Ray"))
    after = [act for act in play.acts if act.kind != "show"][-5:]
    assert [act.kind for act in after] == ["converse", "commit", "converse", "commit", "end"]
    assert isinstance(after[1], Commit)
    assert after[1].phase == "user-request"


def test_a_person_s_document_is_left_until_it_is_named() -> None:
    play = done(found(("understanding", "Why."), ("prior-art", "It names Ray.")), "# U2\n", of=SMALL)
    path = "_tasks/queue-depth/003-prior-art.md"
    play.state = fold(replace(play.state.record, edited={path: "theirs"}))
    assert play.then(m.Revise("drop Ray")) == End("done")
    assert play.state.record.commits[-1].phase == "understanding"
    word = next(wish for wish in publications(play.state) if wish.key == "revise/gh-1.0")
    assert isinstance(word, CommentWish)
    assert "only their names change: 003 Prior art." in word.body
    assert "`/revise 003 ...`" in word.body


def test_where_nothing_is_touched_the_person_is_asked_to_name_it() -> None:
    play = done(found(), of=SMALL)
    assert play.then(m.Revise("be nice")) == End("done")
    word = next(wish for wish in publications(play.state) if wish.key == "revise/gh-1.0")
    assert isinstance(word, CommentWish)
    assert word.body.startswith("@ada I can't tell which documents this touches.")


def test_an_answer_that_can_t_be_read_is_asked_for_again_and_then_left_to_the_person() -> None:
    bad = replace(found(), data=None, findings=(wrong(),), text="nonsense")
    play = done(bad, bad, bad, of=SMALL)
    assert play.then(m.Revise("drop Ray")) == End("done")
    drafts = [brief.address.draft for act in play.acts if isinstance(act, Converse) for brief in act.briefs][-3:]
    assert drafts == [1, 2, 3]
    assert "It says nothing." in charges(play)[-1]
    assert any(wish.key == "revise/gh-1.0" for wish in publications(play.state))


# --- what is said ----------------------------------------------------------------------------------------------------


def state_of(**changes: object) -> State:
    state = done().state
    return fold(replace(state.record, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "what", "about"),
    [
        (state_of(), "003: name Ray", "prior-art@1"),
        (state_of(), "002 and 003", "understanding@1,prior-art@1"),
        (fold(replace(done(of=SMALL).state.record)), "drop Ray", ""),
    ],
    ids=["named", "several", "not named"],
)
def test_a_wish_becomes_an_entry(state: State, what: str, about: str) -> None:
    judged = judge(state, message(m.Revise(what)))
    assert judged.entry is not None
    assert (judged.entry.about, judged.reply) == (about, "")


def blocked() -> State:
    bad = (PLAIN, (wrong(),))
    play = Play(None, bad, bad, bad)
    play.go()
    return play.state


@pytest.mark.parametrize(
    ("state", "what", "words"),
    [
        (state_of(closed="merged"), "003: name Ray", "#13 is merged, so this design is final here."),
        (state_of(closed="closed"), "003: name Ray", "#13 is closed. Reopen it, and write `/revise` again."),
        (with_entry(blocked(), m.Stop("")), "002: shorter", "`/resume` continues it"),
        (fold(replace(blocked().record, trouble="failed")), "002: shorter", "`/resume` continues it"),
        (fold(Record(pinned())), "002: shorter", "No document is written yet"),
        (blocked(), "003: name Ray", "There are: 002 Understanding."),
        (state_of(), "001: name Ray", "`/revise 002 ...`. There are: 002 Understanding, 003 Prior art."),
        (state_of(), "drop Ray", "Please name the documents"),
    ],
    ids=["merged", "closed", "stopped", "failed", "nothing made", "not made yet", "the request", "a workflow without"],
)
def test_what_can_t_be_revised_gets_a_word(state: State, what: str, words: str) -> None:
    judged = judge(state, message(m.Revise(what), id="gh-9.0"))
    assert judged.entry is None
    assert words in judged.reply


def test_of_several_those_that_are_made_are_revised_and_the_others_named() -> None:
    judged = judge(blocked(), message(m.Revise("002 and 003: shorter")))
    assert judged.entry is not None
    assert judged.entry.about == "understanding@1"
    assert judged.reply == "Not written yet, so not revised: Prior art."


def test_what_was_found_is_no_message_of_a_person_s() -> None:
    assert judge(state_of(), message(m.Touched("gh-1.0"))).entry is None


def test_a_revision_is_shown_while_it_is_made_and_afterwards() -> None:
    before = done().state
    state = with_entry(before, m.Revise("003: name Ray"), "prior-art@1")
    assert "**Phase 2 of 2: prior art, being revised as asked …**" in status(state)
    assert "(to be revised, as asked by ada on 2026-11-20)" in status(state)
    pull = next(wish for wish in publications(state) if isinstance(wish, PullRequestWish))
    assert pull.draft
    assert [wish.key for wish in publications(state) if isinstance(wish, DraftWish)] == ["draft/gh-1.0"]
    assert check(state).conclusion is None
    play = done("# P2\n")
    play.then(m.Revise("003: name Ray"), "prior-art@1")
    assert "(revised, as asked by ada on 2026-11-20)" in status(play.state)
    assert "| done (revised, as asked by ada on 2026-11-20) |" in pull_request(play.state)
    assert [wish for wish in publications(play.state) if isinstance(wish, DraftWish)] == []


def test_while_it_is_not_known_what_is_touched_the_status_says_so() -> None:
    state = with_entry(done(of=SMALL).state, m.Revise("drop Ray"))
    assert "**Finding the documents that the request of @ada touches …**" in status(state)
    assert check(state).conclusion is None


def test_a_found_wish_without_its_message_changes_nothing() -> None:
    state = with_entry(done().state, m.Touched("gh-77.0", (m.Touch("prior-art", "Why."),)), "prior-art@1")
    assert state.current is None
    assert next_act(replace(state, shown=True)).kind == "commit"
