"""Phases that depend on the tracks: which there are, who takes part, under which numbers, and what is made when."""

from dataclasses import replace

import pytest

from bot.core.definition import Definition, Phase
from bot.core.identity import Address
from bot.core.incoming import messages as m
from bot.core.run.acts import Brief, Commit, Converse, End, Outcome
from bot.core.run.phase import PhaseState
from bot.core.run.placing import Ground, paths_of
from bot.core.run.record import Record, Standing
from bot.core.run.revisions import named
from bot.core.run.state import fold
from bot.core.tracks.owning import opened
from bot.core.views.headline import headline
from bot.core.views.run import pull_request, status
from tests.core.a_run import Play, definition, outcome, pinned
from tests.core.tracks.documents import BARE, OWNED, TRACKED

FOLDER = "_tasks/queue-depth"
CONCERNS = f"{FOLDER}/004-expert-concerns.md"
TWO = opened(TRACKED, ["storage"], "approved", "ada", "2026-11-25T10:00:00Z")

ROADMAP = Phase("roadmap", 2, "Roadmap", "Plan.")
TODAY = Phase("architecture", 2, "Architecture", "Map {{ member.name }}.", each="subsystems", given="tracks")
CONTRACT = Phase(
    "contract", 0, "Contract", "Agree on {{ tracks | length }}.", last=True, given="tracks", reads=("architecture",)
)
DESIGN = Phase(
    "design", 5, "Design", "Design {{ member.number }} {{ member.name }}.", each="tracks", reads=("contract",)
)
SETTLED = Phase(
    "settlement", 0, "Settlement", "Settle.", into="contract", sections=("Settlement",), last=True, given="tracks"
)
NEXT = Phase("summary", 0, "Summary", "Sum up.", last=True)
PHASES = (ROADMAP, TODAY, CONTRACT, DESIGN, SETTLED, NEXT)


def workflow(*phases: Phase) -> Definition:
    return definition(*(phases or PHASES))


def record(concerns: str = TWO, *there: str, of: Definition | None = None) -> Record:
    return Record(
        pinned(of or workflow()),
        concerns=Standing(CONCERNS, concerns),
        there=(CONCERNS, *there),
        now="2026-11-20T10:00:01Z",
    )


def phase(play: Play, id: str) -> PhaseState:
    return next(phase for phase in play.state.phases if phase.phase.id == id)


def written(play: Play) -> list[str]:
    commits = [act for act in play.acts if isinstance(act, Commit) and act.phase != "user-request"]
    return [path.removeprefix(f"{FOLDER}/") for act in commits for path in act.files]


def asked(play: Play) -> list[list[str]]:
    return [[brief.address.member for brief in act.briefs] for act in play.acts if isinstance(act, Converse)]


def said(n: int) -> list[str]:
    return [f"# Document {at}\n\nText.\n" for at in range(n)]


def test_without_tracks_what_is_given_them_is_left_out() -> None:
    play = Play(record(BARE), *said(2))
    assert play.go() == End("done")
    assert written(play) == ["002-roadmap.md", "003-summary.md"]


def test_components_without_a_track_have_no_phase_that_is_given_tracks() -> None:
    play = Play(record(OWNED, of=workflow(ROADMAP, replace(TODAY, given=None), CONTRACT)), *said(3))
    assert play.go() == End("done")
    assert written(play)[1:] == ["002-storage-architecture.md", "002-orchestrator-architecture.md"]


def test_with_tracks_each_has_a_number_and_the_contract_is_last() -> None:
    play = Play(record(), *said(3), "# C\n", *said(2), "## Settlement\n\nYes.\n", "# S\n")
    assert play.go() == End("done")
    assert written(play) == [
        "002-roadmap.md", "002-storage-architecture.md", "002-orchestrator-architecture.md", "007-contract.md",
        "005-orchestrator-design.md", "006-storage-design.md", "007-contract.md", "008-summary.md",
    ]  # fmt: skip
    briefs = [brief for act in play.acts if isinstance(act, Converse) for brief in act.briefs]
    assert [brief.charge.strip() for brief in briefs[1:6]] == [
        "Map storage.", "Map orchestrator.", "Agree on 2.", "Design 2 orchestrator.", "Design 3 storage.",
    ]  # fmt: skip
    assert briefs[4].title == "orchestrator, design: Queue depth"
    assert [len(act.briefs) for act in play.acts if isinstance(act, Converse)] == [1, 2, 1, 2, 1, 1]
    assert (
        f"[007 Contract](https://github.example/octo/queue/blob/charrette/12-queue-depth/{FOLDER}/007-contract.md)"
        in (status(play.state))
    )
    assert "006-storage-design.md" in pull_request(play.state)


def through() -> Play:
    """A run to its end, with two tracks."""
    play = Play(record(), *said(3), "# C\n", *said(2), "## Settlement\n\nYes.\n", "# S\n")
    play.go()
    play.acts.clear()
    return play


def standing(play: Play, concerns: str) -> None:
    """The concerns read otherwise from now on."""
    play.state = fold(replace(play.state.record, concerns=Standing(CONCERNS, concerns)))


def test_a_track_that_is_opened_late_gets_its_documents_and_no_number_changes() -> None:
    play = Play(record(TRACKED), *said(2), *said(1), "# C\n", *said(1), "## Settlement\n\nYes.\n", "# S\n")
    play.go()
    assert written(play)[-3:] == ["005-orchestrator-design.md", "006-contract.md", "007-summary.md"]
    play.acts.clear()
    standing(play, TWO)
    assert "  - [ ] 008 storage …" in status(play.state)
    play.said = ["# D\n\nLate.\n"]
    assert play.go() == End("done")
    assert asked(play) == [["storage"]]
    assert written(play) == ["008-storage-design.md"]
    assert sorted(phase(play, "design").commit.files) == [  # type: ignore[union-attr]
        f"{FOLDER}/005-orchestrator-design.md",
        f"{FOLDER}/008-storage-design.md",
    ]


def test_the_first_track_that_is_opened_after_the_end_brings_its_phases() -> None:
    play = Play(record(OWNED), *said(2))
    assert play.go() == End("done")
    standing(play, TRACKED)
    assert headline(play.state) == "Phase 2 of 6: architecture …"


@pytest.mark.parametrize(
    ("wish", "members"),
    [
        ("006: simpler", ["storage"]),
        ("005-orchestrator-design.md is too long", ["orchestrator"]),
        ("005 and 006 are too long", ["orchestrator", "storage"]),
        ("the design of storage: simpler", ["storage"]),
        ("design: simpler", ["orchestrator", "storage"]),
    ],
)
def test_a_wish_names_whose_documents_are_made_again(wish: str, members: list[str]) -> None:
    play = through()
    wanted = named(play.state.definition, play.state.files, wish)
    assert wanted == ("design",)
    play.said = list(said(2))
    assert play.then(m.Revise(wish), "design@1") == End("done")
    assert asked(play) == [members]
    assert len(phase(play, "design").commit.files) == 2  # type: ignore[union-attr]


def test_documents_that_share_a_number_are_named_by_their_names() -> None:
    play = through()
    play.said = list(said(1))
    play.then(m.Revise("002-storage-architecture: shorter"), "architecture@1")
    assert asked(play) == [["storage"]]
    play.acts.clear()
    play.said = list(said(2))
    play.then(m.Revise("the architecture in 002: shorter"), "architecture@2")
    assert asked(play) == [["storage", "orchestrator"]]


def failed() -> Outcome:
    brief = Brief(Address("", "", 1, "", 1), "", (), "", "", "")
    return outcome(brief, "", ended="failed", reason="It is down.")


def test_a_member_that_fails_is_shown_as_failed_and_can_be_asked_again() -> None:
    play = Play(record(of=workflow(DESIGN)), "# D\n", failed())
    assert play.go() == End("findings")
    assert "  - [x] [005 orchestrator](" in status(play.state)
    assert "  - [ ] 006 storage: **failed**. It is down" in status(play.state)
    play.said = [failed()]
    play.acts.clear()
    assert play.then(m.Revise("006: again"), "design@1") == End("failed")
    assert "Nobody brought a document" in status(play.state)
    play.said = ["# D\n"]
    play.state = fold(replace(play.state.record, trouble=None))
    assert play.go() == End("done")
    assert asked(play) == [["storage"], ["storage"]]


def test_one_that_was_not_asked_again_stays_failed() -> None:
    play = Play(record(of=workflow(DESIGN)), "# D\n", failed())
    play.go()
    play.said = ["# D\n"]
    assert play.then(m.Revise("005: again"), "design@1") == End("findings")
    assert phase(play, "design").commit.failed == (("storage", "It is down."),)  # type: ignore[union-attr]


def test_documents_are_found_under_the_number_that_they_have() -> None:
    ground = Ground(frozenset([f"{FOLDER}/009-contract.md", f"{FOLDER}/012-storage-design.md"]), TWO)
    found = [path.rpartition("/")[2] for each in PHASES for _, path in paths_of(pinned(workflow()), each, ground)]
    assert found[3:] == [
        "009-contract.md", "005-orchestrator-design.md", "012-storage-design.md", "009-contract.md", "008-summary.md",
    ]  # fmt: skip
