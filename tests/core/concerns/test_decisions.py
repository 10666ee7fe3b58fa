"""Decisions on concerns: by a comment, or by hand in the file; both end in its field, its log and the check."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.concerns import Concern, Decision, read
from bot.core.concerns.decisions import NONE, watched
from bot.core.concerns.shape import is_undecided
from bot.core.incoming import messages as m
from bot.core.incoming.messages import Judgement, Message
from bot.core.publications import CheckWish
from bot.core.run.acts import Brief, Commit, Converse, End
from bot.core.run.judge import judge, said_of
from bot.core.run.record import Standing
from bot.core.run.state import State, fold
from bot.core.views.concerns import CONCERNS
from bot.core.views.shown import publications, status
from tests.core.a_run import PLAIN, PRIOR, REVIEWS, UNDERSTAND, Play, definition
from tests.core.run.test_revisions import found
from tests.core.views.test_round_views import C1, SECURITY, TARJAN, concerns, play

PATH = "_tasks/queue-depth/004-expert-concerns.md"
I1 = Concern("I1", "No limit", "important", C1.sources, "P", solution="A limit.")
N1 = replace(I1, id="N1", title="A name", severity="nice to have")
SHOWN = "2026-11-20T10:02:00Z"


def reviewed(*all_: Concern) -> State:
    """A round that is over, and whose end was shown."""
    round = play(TARJAN, SECURITY, concerns(*(all_ or (C1, I1, N1))))
    round.go()
    return shown(round.state)


def shown(state: State) -> State:
    standing = state.record.concerns
    assert standing is not None
    kept = replace(standing, seen=watched(state.record, SHOWN))
    return fold(replace(state.record, concerns=kept))


def said(what: str, at: str = "2026-11-20T10:05:00Z", id: str = "gh-1.0", by: str = "ada") -> Message:
    return Message(id, by, at, "https://github.example/c/1", m.Decide(what), writer=True)


def heard(state: State, message: Message) -> tuple[State, Judgement, list[Commit]]:
    """The leg of a message: what it is judged to be, and what is committed for it."""
    judged = judge(state, message)
    if judged.entry is None:
        return state, judged, []
    go = Play(replace(state.record, entries=(*state.record.entries, judged.entry)))
    assert isinstance(go.go(), End)
    return shown(go.state), judged, [act for act in go.acts if isinstance(act, Commit)]


def edited(state: State, before: str, after: str) -> State:
    """A person's push."""
    standing = state.record.concerns
    assert standing is not None
    assert before in standing.text
    text = standing.text.replace(before, after, 1)
    return fold(replace(state.record, head="e" * 40, concerns=replace(standing, text=text)))


def text_of(state: State) -> str:
    assert state.record.concerns is not None
    return state.record.concerns.text


def log_of(state: State) -> list[tuple[str, str, str, str, str, str]]:
    rows = read(text_of(state)).log
    return [("+".join(row.ids), row.decision, row.track, row.date, row.by, row.commit) for row in rows]


def check_of(state: State) -> str | None:
    return next(wish.conclusion for wish in publications(state) if wish.key == f"concerns/{state.record.head}")  # type: ignore[union-attr]


def test_a_decision_is_one_commit_of_field_and_log_and_turns_the_check_green() -> None:
    before = reviewed()
    assert check_of(before) == "failure"
    after, judged, commits = heard(before, said("C1 accept track 2: it grows\nI1+N1 reject: there is one"))
    assert judged.reply == ""
    (commit,) = commits
    assert list(commit.files) == [PATH]
    assert commit.parent == before.record.head
    assert commit.message.startswith("design(queue-depth): decisions on C1, I1, N1\n")
    assert "Charrette-Phase: decision@1\nCharrette-Status: done\n" in commit.message
    fields = [
        (each.id, each.decision.verdict, each.decision.why) for each in read(text_of(after)).concerns if each.decision
    ]
    assert fields == [("C1", "accept", "it grows"), ("I1", "reject", "there is one"), ("N1", "reject", "there is one")]
    head = (before.record.head or "")[:12]
    assert log_of(after) == [
        ("C1", "accept: it grows", "2", "2026-11-20", "@ada", head),
        ("I1+N1", "reject: there is one", "", "2026-11-20", "@ada", head),
    ]
    assert check_of(after) == "success"
    assert "Done: no concern is open." in status(after)
    assert "| **C1** The scan is linear | Graph algorithms | **accept**: it grows |" in status(after)


def test_a_message_that_comes_again_changes_nothing() -> None:
    after, _, _ = heard(reviewed(), said("C1 accept: so"))
    assert judge(after, said("C1 accept: so")) == Judgement()
    assert said_of(after.record, "gh-1.0") == Judgement()
    again, judged, _ = heard(after, said("C1 accept: so", id="gh-2.0"))
    assert judged.reply == "C1 is decided so already. Nothing was decided."
    assert text_of(again) == text_of(after)


def test_two_people_who_decide_the_same_are_both_logged_and_the_last_counts() -> None:
    first, _, _ = heard(reviewed(), said("C1 accept: so"))
    second, _, commits = heard(first, said("C1 reject: not so", id="gh-2.0", by="bo"))
    assert "decision@2" in commits[0].message
    assert [row[1:2] + row[4:5] for row in log_of(second)] == [("accept: so", "@ada"), ("reject: not so", "@bo")]
    decision = read(text_of(second)).concerns[0].decision
    assert decision is not None
    assert (decision.verdict, decision.why) == ("reject", "not so")


def test_both_wait_while_the_branch_can_t_be_written_and_are_one_commit_then() -> None:
    state = reviewed()
    for n in (1, 2):
        judged = judge(state, said(f"{'C' if n == 1 else 'I'}1 accept: so", id=f"gh-{n}.0"))
        assert judged.entry is not None
        assert judged.entry.about == f"decision@{n}"
        state = fold(replace(state.record, entries=(*state.record.entries, judged.entry)))
    go = Play(state.record)
    go.go()
    (commit,) = [act for act in go.acts if isinstance(act, Commit)]
    assert commit.revision == 2
    assert [row[0] for row in log_of(go.state)] == ["C1", "I1"]


def test_what_holds_is_taken_and_the_rest_is_told() -> None:
    after, judged, _ = heard(reviewed(), said("C1 accept: so\nC7, I1 reject: so\nN1 maybe"))
    assert [row[0] for row in log_of(after)] == ["C1", "I1"]
    assert judged.reply.startswith("- “N1 maybe” names no verdict: write ")
    assert (
        "- There is no concern C7. Did you mean C1? There are: C1, I1, N1. Write `/decide C1 accept: why`"
        in judged.reply
    )
    assert said_of(after.record, "gh-1.0").reply == judged.reply


@pytest.mark.parametrize(
    ("what", "reply"),
    [
        ("C2 accept: so", "There is no concern C2. Did you mean C1?"),
        ("I3 accept: so", "Did you mean I1?"),
        ("N99 accept: so", "Did you mean N1?"),
        ("X1 accept: so\nmaybe\nC1 maybe", "Nothing is decided by that.\n\n- "),
        ("C1", "names no verdict"),
    ],
)
def test_what_decides_nothing(what: str, reply: str) -> None:
    state, judged, _ = heard(reviewed(), said(what))
    assert reply in judged.reply
    assert judged.entry is None
    assert log_of(state) == []


def test_where_there_is_nothing_to_decide() -> None:
    before = play().state
    assert judge(before, said("C1 accept: so")).reply == NONE
    assert judge(before, replace(said(""), deed=m.Pushed("e" * 40))) == Judgement(looks=True)
    assert watched(before.record, SHOWN) == ()
    none = shown(fold(replace(before.record, concerns=Standing(PATH, concerns()))))
    assert judge(none, said("C1 accept: so")).reply.startswith("There is no concern C1, and no other.")
    many = reviewed(*(replace(C1, id=f"C{n}") for n in range(1, 31)))
    assert "C20, …. Write" in judge(many, said("C99 accept: so")).reply


def test_a_decision_on_what_has_changed_since_is_none() -> None:
    changed = edited(reviewed(), "A limit.", "Two limits.")
    stale = "I1 has changed since you could see it"
    assert judge(changed, said("I1 accept: so")).reply.startswith(stale)
    assert judge(changed, said("C1 accept: so")).entry is not None
    seen = Standing(PATH, text_of(changed), watched(changed.record, "2026-11-20T11:00:00Z"))
    late = fold(replace(changed.record, concerns=seen))
    assert judge(late, said("I1 accept: so", at="2026-11-20T10:59:00Z")).reply.startswith(stale)
    # Times are in whole seconds: it may have been written before it appeared in that second.
    assert judge(late, said("I1 accept: so", at="2026-11-20T11:00:00Z")).reply.startswith(stale)
    assert judge(late, said("I1 accept: so", at="2026-11-20T11:00:01Z")).entry is not None


def test_without_a_record_of_what_was_shown_the_branch_s_age_decides() -> None:
    record = reviewed().record
    lost = fold(replace(record, head_at="2026-11-20T10:04:00Z", concerns=Standing(PATH, text_of(reviewed()))))
    assert judge(lost, said("C1 accept: so")).entry is not None
    assert judge(lost, said("C1 accept: so", at="2026-11-20T10:03:00Z")).entry is None


def test_a_decision_while_the_run_stands_still_is_kept_for_later() -> None:
    state = reviewed()
    stopped = fold(replace(state.record, trouble="failed", reason="why"))
    judged = judge(stopped, said("C1 accept: so"))
    assert "`/resume`" in judged.reply
    assert judged.entry is not None
    entries = (*stopped.record.entries, judged.entry)
    halted = Play(replace(stopped.record, entries=entries))
    assert halted.go() == End("failed")
    assert not [act for act in halted.acts if isinstance(act, Commit)]
    later = Play(replace(stopped.record, entries=entries, trouble=None))
    later.go()
    assert [row[0] for row in log_of(later.state)] == ["C1"]


def test_a_concern_that_was_taken_out_meanwhile_is_put_back_with_its_decision() -> None:
    state = reviewed()
    judged = judge(state, said("C1+I1 accept: so\nN1 accept: so"))
    assert judged.entry is not None
    gone = edited(edited(state, "### I1. No limit", "### Something else"), "### N1. A name", "### Or other")
    go = Play(replace(gone.record, entries=(judged.entry,)))
    go.go()
    assert [row[0] for row in log_of(go.state)] == ["C1+I1", "N1"]
    fields = {each.id: (each.title, is_undecided(each)) for each in read(text_of(go.state)).concerns}
    assert fields == {"C1": (C1.title, False), "I1": ("No limit", False), "N1": ("A name", False)}


# --- an edit by hand -------------------------------------------------------------------------------------------------


def pushed(state: State, id: str = "gh-9.0") -> tuple[State, Judgement, list[Commit]]:
    return heard(state, replace(said("", id=id, by="bo"), deed=m.Pushed("e" * 40)))


OPEN = "**Decision:** [ ]"


def test_a_field_that_was_decided_by_hand_gets_its_row() -> None:
    by_hand = edited(reviewed(), OPEN, "**Decision:** [x] accept: as I say")
    after, judged, commits = pushed(by_hand)
    assert judged.reply == ""
    assert len(commits) == 1
    assert "**Decision:** [x] accept: as I say" in text_of(after)
    assert log_of(after) == [("C1", "accept: as I say", "", "2026-11-20", "@bo", "e" * 12)]
    assert check_of(after) == "success"
    again = pushed(after, "gh-10.0")[1]
    assert again == Judgement(looks=True)


ACCEPTED = "**Decision:** [x] accept: so"


@pytest.mark.parametrize("field", ["reject: it shrinks", "accept: for another reason", "reject"])
def test_a_field_that_says_something_else_by_hand_gets_a_row_too(field: str) -> None:
    first, _, _ = heard(reviewed(), said("C1 accept: so"))
    after, judged, commits = pushed(edited(first, ACCEPTED, f"**Decision:** [x] {field}"))
    assert judged.reply == ""
    assert len(commits) == 1
    assert [row[1:2] + row[4:5] for row in log_of(after)] == [("accept: so", "@ada"), (field, "@bo")]
    assert f"**Decision:** [x] {field}" in text_of(after)
    assert pushed(after, "gh-10.0")[1] == Judgement(looks=True)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("| accept: so |", "| reject: no |", "the field says “accept”, the log says “reject”"),
        (ACCEPTED, OPEN, "and its field leaves it open"),
        (ACCEPTED, "**Decision:** [x] accept [x] reject", "C1 has 2 boxes ticked"),
    ],
    ids=["the log", "opened again", "ticked twice"],
)
def test_where_nobody_can_tell_what_was_meant_it_is_told(before: str, after: str, told: str) -> None:
    first, _, _ = heard(reviewed(), said("C1 accept: so"))
    _, judged, commits = pushed(edited(first, before, after))
    assert commits == []
    assert told in judged.reply


def test_a_field_that_was_decided_anew_and_opened_again_before_its_row_was_written_gets_none() -> None:
    first, _, _ = heard(reviewed(), said("C1 accept: so"))
    anew = edited(first, ACCEPTED, "**Decision:** [x] reject: no")
    judged = judge(anew, replace(said("", id="gh-9.0", by="bo"), deed=m.Pushed("e" * 40)))
    assert judged.entry is not None
    for field in (OPEN, "**Decision:** [x] defer: later"):
        opened = edited(anew, "**Decision:** [x] reject: no", field)
        go = Play(replace(opened.record, entries=(*opened.record.entries, judged.entry)))
        go.go()
        assert [row[1] for row in log_of(go.state)] == ["accept: so"]


def test_what_else_contradicts_itself_is_named_once() -> None:
    state = edited(reviewed(), OPEN, "**Decision:** [x] accept [x] reject")
    _, judged, commits = pushed(state)
    assert commits == []
    assert judged.looks
    assert judged.reply.startswith(f"`{PATH}` contradicts itself:\n\n- line ")
    assert "C1 has 2 boxes ticked, so nothing is decided. Tick one" in judged.reply
    assert judged.once == pushed(state, "gh-11.0")[1].once
    assert check_of(state) == "failure"
    assert "**open**: several boxes are ticked" in status(state)
    both = edited(state, OPEN, "**Decision:** [x] the second way")
    after, judged, _ = pushed(both)
    assert log_of(after) == [("I1", "the second way", "", "2026-11-20", "@bo", "e" * 12)]
    assert "I1" not in judged.reply
    assert "C1 has 2 boxes" in judged.reply


def test_a_concern_that_nobody_decided_does_not_go_in_silence() -> None:
    first, _, _ = heard(reviewed(), said("C1 accept: so"))
    gone = edited(edited(first, "### I1. No limit", "### Something else"), "### N1. A name", "### N7. A name")
    _, judged, _ = pushed(gone)
    assert f"Removed from `{PATH}` undecided: I1, N1. Removing a concern decides nothing" in judged.reply
    assert "stays red" not in judged.reply
    many = reviewed(*(replace(C1, id=f"C{n}") for n in range(1, 31)))
    none = fold(replace(many.record, concerns=replace(many.record.concerns or Standing(PATH, ""), text="# None\n")))
    assert "C19, C20, …. Removing" in pushed(none)[1].reply
    assert "stays red for C1, C2, " in pushed(none)[1].reply


EVASIONS = {
    "taken out": lambda text: _less(text, "### C1.", "## Important"),
    "renamed": lambda text: text.replace("### C1. ", "### C7. ").replace("## Critical", "## Nice to have", 1),
    "put into code": lambda text: text.replace("### C1. ", "```\n### C1. ").replace(
        "## Important", "```\n\n## Important"
    ),
    "put into a comment": lambda text: text.replace("### C1.", "<!--\n### C1.").replace(
        "## Important", "-->\n\n## Important"
    ),
    "under another heading": lambda text: text.replace("## Critical", "## Nice to have", 1),
    "a row of the log alone": lambda text: (
        _less(text, "### C1.", "## Important") + "| C1 | It | reject: no | | | @bo | | |\n"
    ),
    "all of it": lambda text: "",
}


def _less(text: str, first: str, end: str) -> str:
    before, _, rest = text.partition(first)
    return before + end + rest.partition(end)[2]


@pytest.mark.parametrize("evade", EVASIONS.values(), ids=EVASIONS)
def test_a_critical_concern_holds_the_check_until_it_is_decided_whatever_becomes_of_its_text(
    evade: Callable[[str], str],
) -> None:
    state = reviewed()
    text = evade(text_of(state))
    assert text != text_of(state)
    state = edited(state, text_of(state), text)
    told, judged, _ = pushed(state)
    assert check_of(told) == "failure"
    assert "C1" in judged.reply
    # What is decided meanwhile is a commit of ours, which has the document without it.
    if "### I1." in text:
        told, _, _ = heard(told, said("I1 accept: so", id="gh-2.0"))
        assert check_of(told) == "failure"
    after, judged, _ = heard(told, said("C1 reject: it can't be", id="gh-3.0"))
    assert judged.reply == ""
    assert check_of(after) == "success"
    (concern,) = [each for each in read(text_of(after)).concerns if each.id == "C1"]
    assert (concern.title, concern.problem, concern.sources) == (C1.title, C1.problem, C1.sources)
    assert concern.decision is not None
    assert ("C1", "reject: it can't be") in [row[:2] for row in log_of(after)]
    # Decided, it may go.
    gone = edited(after, text_of(after), "# None\n")
    assert "C1" not in pushed(gone, "gh-12.0")[1].reply
    assert check_of(fold(replace(gone.record, entries=()))) == "success"


def test_a_concern_that_is_put_back_counts_as_it_stands() -> None:
    before = reviewed()
    gone = edited(before, text_of(before), "# None\n")
    told, _, _ = pushed(gone)
    assert "| **C1** The scan is linear | Graph algorithms | **open**, though removed from the document |" in status(
        told
    )
    check = next(wish for wish in publications(told) if isinstance(wish, CheckWish) and wish.name == CONCERNS)
    assert (check.title, check.annotations) == ("1 critical concern is undecided", ())
    assert (
        "- C1: The scan is linear (removed from the document undecided: put it back, or write `/decide C1"
        in check.summary
    )
    back = edited(told, "# None\n", text_of(before))
    assert pushed(back, "gh-10.0")[1] == Judgement(looks=True)
    assert "taken out" not in status(back)
    assert check_of(back) == "failure"


def test_an_id_that_stands_twice_is_decided_by_nobody() -> None:
    twice = edited(reviewed(), "### N1. A name", "### I1. A name")
    assert judge(twice, said("I1 accept: so")).reply == (
        "The id I1 stands 2 times in the document. Give each a number of its own first. Nothing was decided."
    )


def test_many_contradictions_are_counted() -> None:
    many = concerns(*(replace(C1, id=f"C{n}", has_field=False) for n in range(1, 31)))
    state = fold(replace(reviewed().record, concerns=Standing(PATH, many)))
    assert pushed(state)[1].reply.endswith("\n- and 10 more")


DECIDED = "Decided:{% for c in decided %} {{ c.id }} {{ c.verdict }} {{ c.why }};{% endfor %}"


@pytest.mark.parametrize(
    "prompts",
    [
        {"revise": "{{ feedback }}", "concerns": DECIDED},
        # A run that began when one prompt said both.
        {"revise": f"{{{{ feedback }}}}\n{DECIDED}"},
    ],
)
def test_a_revision_follows_what_was_decided(prompts: dict[str, str]) -> None:
    decided = replace(C1, decision=Decision("accept", "it grows"))
    design = Play(None, PLAIN, PLAIN)
    design.go()
    of = replace(design.state.definition, prompts={**design.state.definition.prompts, **prompts})
    record = replace(design.state.record, pinned=replace(design.state.pinned, definition=of))

    def revised(standing: Standing | None) -> Brief:
        play = Play(replace(record, concerns=standing), PLAIN)
        play.then(m.Revise("prior-art: mind"), "prior-art@1")
        return next(act for act in play.acts if isinstance(act, Converse)).briefs[0]

    brief = revised(Standing(PATH, concerns(decided, I1)))
    assert brief.charge.endswith("Decided: C1 accept it grows;\n")
    assert brief.charge.count("mind") == brief.charge.count("Decided:") == 1
    assert "I1" not in brief.charge
    assert PATH in [ref.path for ref in brief.documents]
    assert "answers-concerns" in [use.name for use in brief.gates]
    for none in (None, Standing(PATH, concerns(C1))):
        assert "answers-concerns" not in [use.name for use in revised(none).gates]


def test_data_is_made_again_with_what_was_decided_and_is_not_held_to_name_it() -> None:
    decided = replace(C1, decision=Decision("accept", "it grows"))
    design = Play(None, PLAIN, PLAIN)
    design.go()
    of = design.state.definition
    phases = tuple(replace(each, output="findings") if each.id == "prior-art" else each for each in of.phases)
    of = replace(of, phases=phases, prompts={**of.prompts, "concerns": DECIDED})
    record = replace(design.state.record, pinned=replace(design.state.pinned, definition=of))
    play = Play(replace(record, concerns=Standing(PATH, concerns(decided))), PLAIN)
    play.then(m.Revise("prior-art: mind"), "prior-art@1")
    brief = next(act for act in play.acts if isinstance(act, Converse)).briefs[0]
    assert "Decided: C1 accept it grows;" in brief.charge
    assert "answers-concerns" not in [use.name for use in brief.gates]


def test_a_document_that_is_still_to_come_follows_what_was_decided() -> None:
    """A panel was held in the middle of a design: what is written after it obeys."""
    decided = Standing(PATH, concerns(replace(C1, decision=Decision("accept", "it grows")), I1))
    phases = (UNDERSTAND, PRIOR, replace(REVIEWS, id="data", each=None), replace(REVIEWS, id="explored", output=None))
    design = Play(None, PLAIN, *[PLAIN] * 9)
    of = definition(*phases, prompts={**design.state.definition.prompts, "concerns": DECIDED})
    record = replace(design.state.record, pinned=replace(design.state.pinned, definition=of), concerns=decided)
    design.state = fold(record)
    design.go()
    told = {
        brief.address.phase: (
            brief.charge.count("Decided: C1 accept it grows;"),
            [use.name for use in brief.gates].count("answers-concerns"),
            [ref.path for ref in brief.documents].count(PATH),
        )
        for act in design.acts
        if isinstance(act, Converse)
        for brief in act.briefs
    }
    assert told == {"understanding": (1, 1, 1), "prior-art": (1, 1, 1), "data": (0, 0, 0), "explored": (0, 0, 0)}


def test_a_wish_that_names_no_document_is_read_with_what_was_decided() -> None:
    decided = replace(C1, decision=Decision("accept", "it grows"))
    design = Play(None, PLAIN, PLAIN)
    design.go()
    listed = "{{ feedback }}:{% for c in decided %} {{ c.id }} {{ c.verdict }} {{ c.why }};{% endfor %}"
    of = replace(design.state.definition, prompts={**design.state.definition.prompts, "touches": listed})
    record = replace(design.state.record, pinned=replace(design.state.pinned, definition=of))
    play = Play(replace(record, concerns=Standing(PATH, concerns(decided, I1))), found())
    play.then(m.Revise("follow it"))
    brief = next(act for act in play.acts if isinstance(act, Converse)).briefs[0]
    assert brief.charge == "follow it: C1 accept it grows;\n"
    assert brief.documents[-1].path == PATH


def test_a_run_of_an_issue_shows_the_check_of_its_folder_s_concerns_and_decides_nothing() -> None:
    design = Play(None, PLAIN, PLAIN)
    design.go()
    record = replace(design.state.record, concerns=Standing(PATH, concerns(C1)))
    checks = [wish.name for wish in publications(fold(record)) if isinstance(wish, CheckWish)]
    assert "charrette/concerns" in checks
    assert publications(fold(record))[-1].key == "status"
    assert judge(fold(record), replace(said(""), deed=m.Pushed("e" * 40))) == Judgement(looks=True)
