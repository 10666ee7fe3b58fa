"""The gates of architecture planning: planted faults are found, with their lines."""

from collections.abc import Callable

import pytest

from bot.core.findings import Finding
from bot.core.outputs import RESOLUTIONS, SETTLEMENT, Setting
from bot.gates import Context
from tests.core.tracks.documents import (
    BARE,
    CONTRACT_TEXT,
    DOCUMENTS,
    OWNED,
    PATH,
    SAID_RESOLUTIONS,
    TRACKED,
    item,
)

Judge = Callable[..., list[Finding]]
CONTEXT = Context(documents=DOCUMENTS)


def wrong(found: list[Finding]) -> str:
    return " ".join(f"{finding.line}: {finding.wrong}" for finding in found)


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if words in line)


def test_each_concern_has_one_owner(found: Judge) -> None:
    assert found("owners", OWNED) == []
    assert "no heading “Owning components”" in wrong(found("owners", BARE))
    row = "| I1 | Edges have two owners | storage | inside | It has to change. |"
    twice = OWNED.replace(row, f"{row}\n{row}")
    assert wrong(found("owners", twice)) == (
        f"{line_of(OWNED, row) + 1}: I1 has an owner in line {line_of(OWNED, row)} already."
    )
    assert "I1 has no owner." in wrong(found("owners", OWNED.replace(f"{row}\n", "")))


def test_more_than_a_quarter_outside_asks_for_tracks(found: Judge) -> None:
    (asks,) = found("tracks-needed", OWNED)
    assert asks.wrong == (
        "2 of 4 concerns (50%, more than 25%) are owned outside the roadmap, so parallel tracks are needed. "
        "orchestrator: 2 (C1, C2)."
    )
    assert "`/approve` opens a track" in asks.mend
    assert asks.line == line_of(OWNED, "## Owning components")
    assert found("tracks-needed", TRACKED) == []
    assert found("tracks-needed", BARE) == []
    assert found("tracks-needed", OWNED, {"share": 0.5}) == []


def test_exactly_a_quarter_asks_for_none(found: Judge) -> None:
    quarter = OWNED.replace(
        "| C2 | The order is lost | orchestrator | outside", "| C2 | The order is lost | storage | inside"
    )
    assert found("tracks-needed", quarter) == []
    assert found("tracks-needed", quarter, 0.24) != []


def test_a_contract_has_the_tracks_that_are_open(found: Judge) -> None:
    assert found("contract", CONTRACT_TEXT, None, CONTEXT) == []
    other = TRACKED.replace("| 2 | orchestrator |", "| 2 | client |")
    assert "“client” is not among the tracks" in wrong(
        found("contract", CONTRACT_TEXT, None, Context(documents={PATH: other}))
    )
    assert found("contract", CONTRACT_TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("| Roadmap | 1 | orchestrator (phase 2) |", "|  |  | orchestrator (phase 2) |", "nobody provides"),
        pytest.param(
            "delta | Roadmap | 1 |", "delta | Roadmap, orchestrator | 1 |", "is provided by Roadmap and orchestrator."
        ),
        pytest.param("orchestrator (phase 2) |", "orchestrator (phase 1) |", "in its first phase"),
        pytest.param("orchestrator (phase 2) |", "Roadmap (phase 2) |", "from itself"),
    ],
    ids=["unprovided", "provided by two", "a first phase consumes", "from itself"],
)
def test_planted_faults_of_a_contract(found: Judge, old: str, new: str, words: str) -> None:
    text = CONTRACT_TEXT.replace(old, new, 1)
    findings = found("contract", text, None, CONTEXT)
    assert words in wrong(findings)
    assert {finding.line for finding in findings} == {line_of(text, "| K1 |")}


def test_a_settled_contract_lists_its_changes(found: Judge) -> None:
    said = {
        "items": [
            item("a batch's delta, by epoch", "Roadmap", 1, ("orchestrator", 2)) | {"item": "K1"},
            item("the end of an epoch", "orchestrator", 1, ("Roadmap", 2)) | {"item": "K2"},
        ],
        "learnt": [{"design": "orchestrator", "clear": "So."}, {"design": "Roadmap", "clear": "It fits."}],
        "changes": [{"item": "K1", "change": "By epoch.", "designs": ["Roadmap", "orchestrator"], "why": "It is."}],
    }
    settled = SETTLEMENT.render(SETTLEMENT.settle(said, Setting(documents=DOCUMENTS)))
    text = CONTRACT_TEXT[: CONTRACT_TEXT.index("## Items")] + settled
    assert found("contract", text, None, CONTEXT) == []
    row = next(line for line in text.split("\n") if line.startswith("| at the settlement"))
    assert "no change says so" in wrong(found("contract", text.replace(row, ""), None, CONTEXT))
    less = text.replace("| Roadmap, orchestrator | It is.", "| Roadmap | It is.")
    assert "does not list the design of orchestrator" in wrong(found("contract", less, None, CONTEXT))


def test_resolutions_have_one_owner_and_a_reason(found: Judge) -> None:
    section = RESOLUTIONS.render(RESOLUTIONS.settle(SAID_RESOLUTIONS, Setting(documents=DOCUMENTS)))
    text = f"{TRACKED}\n{section}"
    assert found("resolutions", text, None, CONTEXT) == []
    assert "no heading “Resolution”" in wrong(found("resolutions", TRACKED, None, CONTEXT))
    two = text.replace("| It costs least. | Contract | K1 |", "| It costs least. | Roadmap, orchestrator | K1 |")
    findings = found("resolutions", two, None, CONTEXT)
    assert (
        wrong(findings)
        == f"{line_of(two, 'Roadmap, orchestrator | K1')}: C2 has several owners: Roadmap, orchestrator."
    )
    alone = Context(documents={PATH: TRACKED})
    assert "The contract is changed, and there is none." in wrong(found("resolutions", text, None, alone))


@pytest.mark.parametrize(
    ("context", "text", "good"),
    [
        pytest.param(Context(fetched=frozenset({"https://a.example"}), searches=True), "# A\n", True, id="searched"),
        pytest.param(Context(searches=True), "# A\n\nNo search was made.\n", False, id="could have"),
        pytest.param(Context(), "# A\n\n> Written without web search.\n", True, id="none to be had, and said"),
        pytest.param(Context(), "# A\n\n## B\n\n> Without web\n> search.\n", True, id="said below the first heading"),
        pytest.param(Context(), "# A\n\nIt is.\n\n## B\n\nWithout search.\n", False, id="not said at the top"),
        pytest.param(Context(), "# A\n\nResearch and search engines.\n", False, id="another search"),
        pytest.param(Context(), "", False, id="nothing"),
    ],
)
def test_a_search_comes_before_a_proposal(found: Judge, context: Context, text: str, good: bool) -> None:
    assert (found("searched", text, None, context) == []) is good
