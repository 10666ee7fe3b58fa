"""A document that several phases make: what each is given, what is committed, revised, approved and shown."""

from dataclasses import replace

import pytest

from bot.core.definition import Definition, Phase
from bot.core.incoming import messages as m
from bot.core.incoming.messages import Entry
from bot.core.run.acts import Brief, Commit, Converse, End, Wait
from bot.core.run.committed import gist_of
from bot.core.run.phase import is_edited
from bot.core.run.placing import Ground, paths_of
from bot.core.run.record import PhaseCommit, Record
from bot.core.run.revisions import named
from bot.core.run.state import fold
from bot.core.views.run import pull_request, status
from tests.core.a_run import ASKING, PERSONAS, Play, definition, message, outcome, pinned, wrong

AT = "_tasks/queue-depth/002-roadmap.md"
RESEARCH = Phase("research", 2, "Research", "Look.", into="roadmap", sections=("Prior art", "Decisions"))
ROADMAP = Phase("roadmap", 2, "The way", "Plan.", reads=("research",), into="roadmap", sections=("Roadmap",))
CONTRACT = Phase("contract", 3, "Contract", "Write.", reads=("research", "roadmap"))
SETTLE = Phase("settlement", 3, "Settlement", "Settle.", into="contract", sections=("Settlement",))
FOUND = "## Prior art\n\nNomad.\n\n## Decisions\n\nPull.\n"
WAY = "## Roadmap\n\nTwo steps.\n"


def workflow(*phases: Phase, **changes: object) -> Definition:
    return definition(*(phases or (RESEARCH, ROADMAP)), **changes)


def started(*said: object, of: Definition | None = None) -> Play:
    play = Play(Record(pinned(of or workflow()), now="2026-11-20T10:00:01Z"), *said)  # type: ignore[arg-type]
    play.go()
    return play


def briefs(play: Play) -> list[Brief]:
    return [act.briefs[0] for act in play.acts if isinstance(act, Converse)]


def last(play: Play) -> Commit:
    return [act for act in play.acts if isinstance(act, Commit) and act.phase != "user-request"][-1]


def test_each_phase_fills_its_sections_of_one_document() -> None:
    play = started(FOUND, WAY)
    assert play.acts[-1] == End("done")
    assert last(play).files[AT] == f"# Roadmap: Queue depth\n\n{FOUND}\n{WAY}"
    first, second = briefs(play)
    assert first.filling is not None
    assert (first.filling.sections, first.filling.order) == (
        ("Prior art", "Decisions"),
        ("Prior art", "Decisions", "Roadmap"),
    )
    assert first.charge.endswith("Only: Prior art, Decisions.\n")
    assert [ref.path for ref in second.documents] == ["_tasks/queue-depth/001-user-request.md", AT]
    assert play.state.phases[0].status == play.state.phases[1].status == "done"


def test_the_document_is_given_as_it_stands_to_a_phase_that_reads_nothing_of_it() -> None:
    play = started(FOUND, WAY, of=workflow(RESEARCH, replace(ROADMAP, reads=())))
    assert [ref.path for ref in briefs(play)[1].documents][-1] == AT


def test_what_a_codec_renders_fills_sections_without_being_told_so() -> None:
    play = started(FOUND, of=workflow(replace(RESEARCH, output="findings")))
    assert "Only:" not in briefs(play)[0].charge


def test_who_closes_a_document_tells_what_is_wrong_in_all_of_it_and_what_was_told_before_once() -> None:
    early, late = replace(wrong(severity="warning"), wrong="Early."), replace(wrong(severity="warning"), wrong="Late.")
    play = started((FOUND, (early,)), (WAY, (replace(early, line=9), late)))
    first, second = briefs(play)
    assert (first.filling.closing, second.filling.closing) == (False, True)  # type: ignore[union-attr]
    assert play.acts[-1] == End("findings")
    assert [[finding.wrong for finding in phase.findings] for phase in play.state.phases] == [["Early."], ["Late."]]
    assert "**Done, with 2 findings left (see the check). 1 in 002 Research, 1 in 002 The way." in status(play.state)

    again = started((FOUND, (early,)), (WAY, (early,)))
    assert [phase.status for phase in again.state.phases] == ["findings", "done"]


def test_a_draft_is_mended_by_the_lines_that_it_has_itself() -> None:
    play = started(FOUND, (WAY, (wrong(line=13),)), WAY)
    assert "Mend _tasks/queue-depth/002-roadmap.md: 3 It says nothing.## Roadmap\n\nTwo steps." in (
        briefs(play)[2].charge
    )
    plain = started(("# T\n\nA.\n", (wrong(line=3),)), "# T\n\nB.\n", of=workflow(CONTRACT))
    assert "003-contract.md: 3 It says nothing." in briefs(plain)[1].charge


def test_what_people_wrote_elsewhere_in_the_document_stays() -> None:
    play = started(FOUND, outcome_failed())
    edited = f"# Our roadmap\n\nBy hand.\n\n{FOUND}\n## Ours\n\nToo.\n"
    record = replace(play.state.record, shared={AT: edited}, edited={AT: "theirs"}, trouble=None)
    play.state, play.said = fold(record), [WAY]
    play.go()
    assert last(play).files[AT] == f"# Our roadmap\n\nBy hand.\n\n{FOUND}\n{WAY}\n## Ours\n\nToo.\n"


def outcome_failed() -> object:
    return outcome(Brief(None, "", (), "", "", ""), "", ended="failed", reason="It is down.")  # type: ignore[arg-type]


def test_an_edit_is_that_of_the_phase_whose_sections_it_changes() -> None:
    play = started(FOUND, WAY)
    text = play.state.record.shared[AT].replace("Nomad", "Ray")
    state = fold(replace(play.state.record, shared={AT: text}, edited={AT: "theirs"}))
    edited = [is_edited(phase.commit, phase.phase, state.record) for phase in state.phases if phase.commit]
    assert edited == [True, False]
    lines = status(state).splitlines()
    there = f"(https://github.example/octo/queue/blob/charrette/12-queue-depth/{AT})"
    assert f"- [x] [002 Research]{there} (edited by a person)" in lines
    assert f"- [x] [002 The way]{there}" in lines
    assert f"blob/charrette/12-queue-depth/{AT}): Prior art, Decisions | done |" in pull_request(state)


def test_an_approval_is_of_the_phase_s_sections() -> None:
    play = started(FOUND, WAY, of=workflow(replace(RESEARCH, approval="maintainer"), ROADMAP))
    assert play.acts[-1] == Wait("approval", "research@1")
    assert play.state.awaited is not None
    digest = play.state.awaited.digest
    assert play.then(m.Approve(), "research@1", digest) == End("done")
    # What others write in the document later takes nothing back, what is changed in the sections does.
    record = play.state.record
    beside = fold(replace(record, shared={AT: record.shared[AT].replace("Two", "Three")}))
    within = fold(replace(record, shared={AT: record.shared[AT].replace("Nomad", "Ray")}))
    assert [beside.phases[0].status, within.phases[0].status] == ["done", "awaiting"]


def test_a_revision_is_of_the_phases_whose_sections_are_named_and_its_note_is_the_document_s() -> None:
    play = started(FOUND, WAY)
    play.said = ["## Roadmap\n\nThree steps.\n"]
    play.then(m.Revise("002 Roadmap: three steps"), "roadmap@1")
    noted = "## Revision notes\n\n- 2026-11-20, revision 2, asked by [ada](https://github.example/c/1): 002 Roadmap"
    assert f"{FOUND}\n## Roadmap\n\nThree steps.\n\n{noted}" in last(play).files[AT]
    play.said = ["## Prior art\n\nRay.\n\n## Decisions\n\nPush.\n"]
    play.then(m.Revise("002 Prior art: Ray"), "research@1")
    text = last(play).files[AT]
    assert (
        "## Prior art\n\nRay.\n\n## Decisions\n\nPush.\n\n## Roadmap\n\nThree steps.\n\n## Revision notes\n\n" in text
    )
    assert text.count("revision 2, asked by") == 2


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("002 shorter", ["research", "roadmap"]),
        ("002-roadmap.md is too long", ["research", "roadmap"]),
        ("002 prior art: shorter", ["research"]),
        ("002 is too long, above all its decisions", ["research"]),
        ("002 and 003: shorter decisions", ["research", "contract", "settlement"]),
        ("Decisions: shorter", ["research"]),
        ("the way: shorter", ["roadmap"]),
        ("contract: shorter", ["contract"]),
        ("003", ["contract", "settlement"]),
        ("settlement: shorter", ["settlement"]),
    ],
)
def test_words_name_the_phases_of_a_document(what: str, expected: list[str]) -> None:
    assert list(named(workflow(RESEARCH, ROADMAP, CONTRACT, SETTLE), {}, what)) == expected


def test_a_whole_document_that_is_made_again_keeps_the_sections_of_others() -> None:
    play = started("# C\n\nOne.\n", "## Settlement\n\nAgreed.\n", of=workflow(CONTRACT, SETTLE))
    play.said = ["# C\n\nTwo.\n"]
    assert play.then(m.Revise("003"), "contract@1") == End("done")
    assert (
        last(play)
        .files["_tasks/queue-depth/003-contract.md"]
        .startswith("# C\n\nTwo.\n\n## Settlement\n\nAgreed.\n\n## Revision notes\n")
    )


def test_a_section_that_it_writes_itself_is_its_own_again() -> None:
    settle = replace(SETTLE, sections=("Items", "Settlement"))
    made = "## Items\n\nB.\n\n## Settlement\n\nAgreed.\n"
    play = started("# C\n\n## Items\n\nA.\n", made, of=workflow(CONTRACT, settle))
    play.said = ["# C\n\n## Items\n\nC.\n"]
    play.then(m.Revise("contract: C"), "contract@1")
    text = last(play).files["_tasks/queue-depth/003-contract.md"]
    assert text.startswith("# C\n\n## Items\n\nC.\n\n## Settlement\n\nAgreed.\n")


def test_questions_and_the_gist_are_those_of_the_phase_s_own_sections() -> None:
    asking = ASKING.replace("# Understanding", "").strip() + "\n"
    asks = replace(RESEARCH, asks="author", sections=("Questions",))
    play = started(asking, of=workflow(asks))
    assert play.acts[-1] == Wait("answers", "research@1", 7 * 86_400.0)
    of = workflow()
    assert gist_of(of, "roadmap", {AT: WAY}) == "Two steps."


ELSEWHERE = Phase("owners", 0, "Owners", "Sort.", into="expert-concerns", sections=("Owning",), elsewhere=True)
THERE = "_tasks/queue-depth/007-expert-concerns.md"


def test_a_document_of_another_run_has_the_number_that_the_branch_gives_it() -> None:
    of = workflow(ELSEWHERE)
    shared = {THERE: "# Concerns\n\n## Critical\n\nC1.\n"}
    record = Record(pinned(of), shared=shared, there=(THERE,), now="2026-11-20T10:00:01Z")
    play = Play(record, "## Owning\n\nNobody.\n")
    assert play.go() == End("done")
    assert last(play).files == {THERE: "# Concerns\n\n## Critical\n\nC1.\n\n## Owning\n\nNobody.\n"}
    assert play.state.files == {"owners": ("007-expert-concerns.md",)}
    assert "[007 Owners]" in status(play.state)
    assert paths_of(pinned(of), ELSEWHERE, Ground(frozenset(["_tasks/queue-depth/04-expert-concerns.md", "x"]))) == ()


def test_where_that_document_is_missing_the_run_says_so_and_can_be_taken_up() -> None:
    play = started(of=workflow(ELSEWHERE))
    assert play.acts[-1] == End("failed")
    assert "There is no document “expert-concerns” on this branch, into which “Owners” goes." in status(play.state)
    record = replace(play.state.record, there=(THERE,), entries=(Entry(message(m.Retry())),))
    assert fold(record).trouble is None


def test_a_phase_of_which_only_the_branch_is_known_is_as_it_stands() -> None:
    text = f"# R\n\n{FOUND}"
    part = PhaseCommit("research", 1, "done", "a" * 40, {AT: "blob"}, part="other")
    record = Record(pinned(workflow()), commits=(part,), shared={AT: text})
    assert is_edited(part, RESEARCH, record)


def test_a_phase_with_a_persona_has_its_lens() -> None:
    play = started("# C\n\nOne.\n", of=workflow(replace(CONTRACT, persona=PERSONAS[0])))
    brief = briefs(play)[0]
    assert "# Your lens: Graph algorithms\n\nLook for cycles." in brief.charge
    assert (brief.title, brief.lens) == ("Contract: Queue depth", "Graph algorithms")
