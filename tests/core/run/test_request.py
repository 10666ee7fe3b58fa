"""001, the request: it says what was asked, answered and done, and parses back to the entries."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.incoming import messages as m
from bot.core.incoming.messages import Entry, Message
from bot.core.run.request import merged, parse, render
from bot.core.run.state import fold
from tests.core.a_run import ASKING, PLAIN, Play, message, pinned

LINES = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40).map(str.strip)
TEXT = st.lists(LINES, min_size=1, max_size=4).map("\n".join).filter(lambda text: text.strip("\n") == text and text)
DEEDS = st.one_of(
    st.builds(m.Start, st.just("feature-design"), TEXT | st.just("")),
    st.builds(m.Stop, TEXT),
    st.builds(m.Say, TEXT, st.booleans()),
    st.builds(m.Reject, TEXT),
    st.builds(m.Revise, TEXT),
    st.builds(m.Pushed, st.just("c" * 40)),
    st.builds(m.OpenTrack, LINES.filter(bool), LINES.filter(bool)),
    st.builds(m.Expired, st.just("understanding@1")),
    st.sampled_from([m.Proceed(), m.Approve(), m.Retry()]),
)
ENTRIES = st.builds(
    Entry,
    st.builds(
        Message,
        id=st.just("gh-1a-2b.0"),
        by=st.sampled_from(["ada", "grace-h", ""]),
        at=st.just("2026-11-20T10:05:00Z"),
        link=st.just("https://github.example/octo/queue/issues/12#issuecomment-9"),
        deed=DEEDS,
        author=st.booleans(),
        writer=st.booleans(),
    ),
    about=st.sampled_from(["", "understanding@1"]),
    digest=st.sampled_from(["", "abc123"]),
)


@given(TEXT, st.lists(ENTRIES, max_size=4))
def test_it_parses_back(body: str, entries: list[Entry]) -> None:
    found = parse(render(pinned(body=body, description=""), (), entries))
    assert found is not None
    assert found.body == body
    assert found.entries == tuple(entries)


def test_it_parses_back_whole_after_a_round() -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    play.go()
    play.then(m.Say("1B, and 2 is a custom port", direct=True), "understanding@1")
    found = parse(play.state.request.replace("\n", "\r\n"))
    assert found is not None
    assert (found.title, found.author, found.started_by) == ("Queue depth", "ada", "grace")
    assert (found.base, found.base_branch) == ("b" * 40, "main")
    assert found.entries == play.state.record.entries


def test_the_answers_stand_under_their_questions() -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    play.go()
    assert "**Open.**" in play.state.request
    play.then(m.Say("1B 2A but only until March", direct=True), "understanding@1")
    assert "**Answer (2026-11-20T10:05:00Z, @ada):** B) PostgreSQL" in play.state.request
    assert "only until March" in play.state.request


def test_a_changed_premise_is_told_as_one() -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    play.go()
    play.then(m.Say("We already use Redis, so drop the store", direct=False), "understanding@1")
    assert "**The author changes the premise" in play.state.request


def test_an_issue_without_a_text_and_its_later_description() -> None:
    text = render(pinned(body="", description="A gauge."), (), ())
    found = parse(text)
    assert found is not None
    assert found.body == ""
    assert "## Description\n\n> A gauge." in text


@pytest.mark.parametrize("text", ["", "# Something else\n", "# User request: x\n\nBy nobody.\n"])
def test_a_text_that_lost_the_form_is_none_of_ours(text: str) -> None:
    assert parse(text) is None


def test_a_log_line_that_somebody_bent_is_left_out() -> None:
    entry = Entry(message(m.Proceed(), id="gh-2.0"), "understanding@1")
    text = render(pinned(), (), (entry, replace(entry, message=replace(entry.message, id="gh-3.0"))))
    bent = text.replace(
        "· proceed · @ada · author · writer · about understanding@1 · [gh-2.0]", "· dances · @ada · [x]"
    )
    found = parse(bent)
    assert found is not None
    assert [each.message.id for each in found.entries] == ["gh-3.0"]


@pytest.mark.parametrize(
    ("deed", "who"),
    [
        (m.Convened("7.12.review-experts.1"), "Charrette"),
        (m.Expired("understanding@1"), "Charrette"),
        (m.Retry(), "the operator"),
    ],
)
def test_what_no_person_did_has_a_name_in_the_log_and_one_line_also_after_an_older_version(
    deed: m.Deed, who: str
) -> None:
    entry = Entry(message(deed, id="gh-2.0", by="", author=False, writer=False), "understanding@1")
    fresh = render(pinned(), (), [entry])
    line = f" · {who} · about understanding@1 · [gh-2.0]"
    assert line in fresh
    older = fresh.replace(f" · {who} · ", " · @ · ")
    for text in (fresh, older):
        found = parse(text)
        assert found is not None
        assert found.entries == (entry,)
    assert merged(older, fresh, lambda: [fresh]) == fresh


def test_what_a_person_writes_around_our_sections_stays() -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    play.go()
    theirs = play.state.request.replace("## Request", "## My own words\n\nMind the gap.\n\n## Request")
    play.state = fold(replace(play.state.record, request=theirs))
    play.then(m.Say("1B 2A", direct=True), "understanding@1")
    assert "Mind the gap." in play.state.request
    assert "B) PostgreSQL" in play.state.request


def test_a_section_of_ours_that_somebody_took_out_comes_back() -> None:
    fresh = render(pinned(), (), ())
    assert "## Log" in merged(fresh.partition("## Log")[0], fresh)


def test_what_a_person_writes_in_our_sections_goes_to_their_ends_and_stays() -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    play.go()
    theirs = (
        play.state.request.replace("- A) SQLite (recommended)", "- A) SQLite, in WAL mode (recommended)\n\nAsked Eve.")
        .replace("## Log\n\n", "## Log\n\nThis was decided on the phone:\n- no Redis\n\n")
        .replace("**Open.**", "**Open.** I lean to A.", 1)
    )
    play.state = fold(replace(play.state.record, request=theirs))
    play.then(m.Say("1B", direct=True), "understanding@1")
    play.then(m.Say("1A 2A", direct=True), "understanding@1")
    questions, _, log = play.state.request.partition("\n## Log\n")
    kept = "- A) SQLite, in WAL mode (recommended)\n\nAsked Eve.\n\n**Open.** I lean to A."
    assert questions.endswith(f"A) 80\n\n{kept}\n")
    assert "- A) SQLite (recommended)" in questions
    assert questions.count("B) PostgreSQL") == 1
    assert log.endswith("\n\nThis was decided on the phone:\n- no Redis\n")
    assert play.state.record.request == play.state.request
    found = parse(play.state.request)
    assert found is not None
    assert found.entries == play.state.record.entries


@given(st.lists(LINES.filter(lambda line: not line.startswith("#")), min_size=1, max_size=5), st.integers(0, 60))
@example(["2026-11-20T10:00:00Z"], 13)
def test_no_line_of_a_person_s_is_lost_and_twice_is_once(lines: list[str], place: int) -> None:
    fresh = render(pinned(), (), [Entry(message(m.Start("feature-design")))])
    rows = fresh.split("\n")
    at = min(place, len(rows) - 1)
    text = "\n".join([*rows[:at], *lines, *rows[at:]])
    once = merged(text, fresh)
    assert {line.strip() for line in lines} <= {line.strip() for line in once.split("\n")}
    assert merged(once, fresh) == once
