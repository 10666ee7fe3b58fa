"""Who owns a concern, which tracks are open, and how the contract is changed: what people write is read too."""

import pytest

from bot.core.concerns import read
from bot.core.tracks import Member, subsystems, tracks
from bot.core.tracks.changing import Change, applied, read_settlement, written
from bot.core.tracks.contract import Contract, Item, Use, changes, faults
from bot.core.tracks.contract import read as read_contract
from bot.core.tracks.owning import Owners, opened
from bot.core.tracks.owning import read as read_owners
from bot.core.tracks.resolving import Amendment, Resolved, why
from bot.core.tracks.resolving import read as read_resolutions
from tests.core.tracks.documents import BARE, CONTRACT_TEXT, OWNED, TRACKED

AT = "2026-11-26T10:00:00Z"


def test_members_are_those_that_own_a_concern_or_have_a_track() -> None:
    assert subsystems(OWNED) == (Member("storage", "storage"), Member("orchestrator", "orchestrator"))
    assert tracks(OWNED) == ()
    assert tracks(TRACKED) == (Member("orchestrator", "orchestrator", 2),)
    assert (subsystems(BARE), tracks(BARE), subsystems("")) == ((), (), ())


PEOPLE = """\
# Concerns

## Owning components

| Component | Scope |
| --- | --- |
| Wire protocol | outside |
| wire (protocol) | outside |
| storage | in scope |

| Concern ID | Owner |
| --- | --- |
| C1, C2 | Wire protocol |
| I1 | wire (protocol) |
| the rest | storage |

| Track | Component |
| --- | --- |
| Track 3 | Wire protocol |
| further | wire (protocol) |
| - | - |
"""


def test_what_people_write_of_owners_is_read_too() -> None:
    owners = read_owners(PEOPLE)
    assert [(each.concern, each.component) for each in owners.owned] == [
        ("C1", "Wire protocol"),
        ("C2", "Wire protocol"),
        ("I1", "wire (protocol)"),
        ("the rest", "storage"),
    ]
    assert [(each.name, each.inside) for each in owners.components[:3:2]] == [
        ("Wire protocol", False),
        ("storage", True),
    ]
    assert tracks(PEOPLE) == (
        Member("wire-protocol", "Wire protocol", 3),
        Member("wire-protocol-2", "wire (protocol)", 3),
    )


def test_a_track_is_opened_once_below_those_that_are_open() -> None:
    assert opened(TRACKED, ["Orchestrator"], "again", "bob", AT) == TRACKED
    two = opened(TRACKED, ["storage"], "it too", "bob", AT)
    assert [(each.id, each.number) for each in tracks(two)] == [("orchestrator", 2), ("storage", 3)]
    assert "| 3 | storage | 2026-11-26 | @bob | it too |" in two
    assert read(two) == read(two.replace("@bob", "@bob"))


def test_a_track_is_opened_where_a_person_left_the_table_out() -> None:
    text = OWNED[: OWNED.index("### Tracks")].replace("\n", "\r\n")
    told = opened(text, ["orchestrator"], "why", "ada", AT)
    assert tracks(told) == (Member("orchestrator", "orchestrator", 2),)
    assert told.startswith(text.rstrip())
    assert "\n" not in told.replace("\r\n", "")


def test_the_share_is_of_those_that_have_no_track() -> None:
    assert (read_owners(OWNED).share, read_owners(TRACKED).share, Owners().share) == (0.5, 0.0, 0.0)
    assert [each.name for each in read_owners(OWNED).outside] == ["orchestrator"]


SEED = """\
# Contract

| Track | Scope | Contract with other tracks |
| --- | --- | --- |
| Storage | Rust | Provides: deltas |
| Search and rescue | Pipeline | Consumes: deltas |

| Contract | Provider | Phase | Consumers |
| --- | --- | --- | --- |
| deltas | Storage | P1 | Search and rescue (phase 2), Storage, phase 2 |
| epochs | Storage and Search and rescue | - | Storage in its phase 3; Storage |
| finds | search and rescue | 1 | Storage (phase 2) |
"""


def test_a_contract_that_a_person_wrote_is_read_too() -> None:
    items = read_contract(SEED).items
    assert [item.providers for item in items] == [("Storage",), ("Storage", "Search", "rescue"), ("search and rescue",)]
    assert [item.phase for item in items] == [1, 0, 1]
    assert items[0].consumers == (Use("Search and rescue", 2), Use("Storage", 0), Use("phase 2", 0))
    assert items[1].consumers == (Use("Storage", 3), Use("Storage", 0))
    found = {fault.wrong for fault in faults(read_contract(SEED), ("Client",))}
    assert "The track “Client” is not among the tracks." in found
    assert "“epochs” is provided by Storage and Search and rescue." in found
    assert "Storage consumes “deltas” from itself." in found
    assert all("finds" not in wrong for wrong in found)


def test_a_contract_without_phases_has_a_first_one_all_the_same() -> None:
    text = SEED.replace("Storage (phase 2) |", "Storage (phase 1) |")
    found = {(fault.wrong, fault.mend) for fault in faults(read_contract(text), ())}
    assert "Storage consumes “finds” in its first phase" in " ".join(wrong for wrong, _ in found)
    assert any("1, 2 and so on" in mend for _, mend in found)


def test_nobody_is_waited_for_by_name_where_nobody_provides() -> None:
    contract = Contract("C", read_contract(SEED).tracks, (), (Item("", "x", (), 0, (Use("Storage", 1),)),))
    assert "before somebody delivers" in " ".join(fault.wrong for fault in faults(contract, ()))


ITEM = Item("K1", "a delta by epoch", ("Roadmap",), 1, (Use("orchestrator", 2),))
NEW = Item("K3", "a snapshot", ("Roadmap",), 1, (Use("orchestrator", 2),))
CHANGE = Change("K1", "C2: by epoch", ("Roadmap", "orchestrator"), "Order needs it.", "2026-11-26")


def test_a_change_is_written_into_the_contract_and_all_else_stays() -> None:
    text = CONTRACT_TEXT.replace("## Phases", "A person wrote this.\n\n## Phases")
    told = written(text, [ITEM, NEW], [CHANGE, CHANGE])
    assert "| K1 | a delta by epoch | Roadmap | 1 | orchestrator (phase 2) |" in told
    assert told.index("| K2 |") < told.index("| K3 |")
    assert "A person wrote this.\n" in told
    assert len(read_settlement(told).changes) == 2
    assert changes(read_contract(text), read_contract(told)) == ("K1", "K3")
    assert read_contract(told).items == read_contract(told).items
    less = written(told, [Item("K1", "", (), 0, ())], [])
    assert [item.id for item in read_contract(less).items] == ["K2", "K3"]
    assert written(text.replace("\n", "\r\n"), [ITEM], []).count("\r\n") == text.count("\n")


@pytest.mark.parametrize(
    ("settled", "before"),
    [
        pytest.param("", "## Settlement", id="no settlement"),
        pytest.param("\n## Settlement\n\nAll fits.\n", "All fits.", id="one without a table"),
        pytest.param(
            "\n## Settlement\n\n### Changes\n\n| When | Item | Change | Designs | Why |\n|--|--|--|--|--|\n",
            "### Changes",
            id="an empty table",
        ),
        pytest.param(
            "\n## Settlement\n\n| Design | What it made clear |\n|--|--|\n| Roadmap | It fits. |\n",
            "It fits.",
            id="what was learnt alone",
        ),
    ],
)
def test_the_first_change_finds_its_place(settled: str, before: str) -> None:
    told = written(CONTRACT_TEXT + settled, [], [CHANGE])
    assert told.index(before) < told.index(
        "| 2026-11-26 | K1 | C2: by epoch | Roadmap, orchestrator | Order needs it. |"
    )
    assert told.count("### Changes") == 1
    assert read_settlement(told).changes[0].designs == ("Roadmap", "orchestrator")


def test_items_are_written_where_there_were_none() -> None:
    told = written("# Contract\n", [ITEM, Item("K2", "", (), 0, ())], [])
    assert [item.id for item in read_contract(told).items] == ["K1"]


def test_what_is_taken_out_is_in_the_contract_no_more() -> None:
    contract = read_contract(CONTRACT_TEXT)
    assert [item.id for item in applied(contract, [Item("K1", "", (), 0, ()), NEW]).items] == ["K2", "K3"]


def test_a_reason_is_made_of_decision_and_rationale() -> None:
    text = "## Resolution\n\n| Concern | Decision | Owner | Why |\n| --- | --- | --- | --- |\n"
    text += "| C1 | accept: union of deltas | Roadmap | It is exact. |\n"
    text += "| C2 |  | Roadmap |  |\n| all | reject: no! | a; b | |\n"
    first, second, third = read_resolutions(text).resolved
    assert (why(first), why(third)) == ("union of deltas. It is exact.", "no!")
    assert (second.decision, third.concern, third.owners) == (None, "all", ("a", "b"))
    assert isinstance(first, Resolved)
    assert read_resolutions(text).of("C9") is None
    amendment = Amendment(Item("K1", "", (), 0, ()), ("C1",), ("Roadmap",), "so")
    assert amendment.change("now") == Change("K1", "C1: taken out", ("Roadmap",), "so", "now")


@pytest.mark.parametrize("written", ["²", "Track ²", "9" * 5_000])
def test_a_track_whose_number_is_none_is_read_all_the_same(written: str) -> None:
    assert read_owners(TRACKED.replace("\n| 2 | ", f"\n| {written} | ")).opened
