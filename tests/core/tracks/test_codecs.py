"""The codecs of architecture planning: what is rendered parses back, and what does not hold is said with its mend."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.concerns import Decision, read
from bot.core.concerns.deciding import Decided, decide
from bot.core.markdown.artifact import normal
from bot.core.markdown.safe import published
from bot.core.outputs import CONCERNS as CONSOLIDATION
from bot.core.outputs import CONTRACT, OWNERS, RESOLUTIONS, SETTLEMENT, Setting
from tests.core.tracks.documents import (
    BARE,
    CONTRACT_PATH,
    CONTRACT_TEXT,
    DOCUMENTS,
    OWNED,
    PATH,
    SAID_CONTRACT,
    SAID_OWNERS,
    SAID_RESOLUTIONS,
    SECTION,
    TRACKED,
    item,
    owned,
    resolution,
)

Json = dict[str, Any]
WORDS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
NAMES = st.text(st.characters(categories=["L"], max_codepoint=127), min_size=1, max_size=8)
WITH = Setting(documents={PATH: BARE})
ALL = Setting(documents=DOCUMENTS)


def changed(data: Json, change: Callable[[Json], object]) -> Json:
    copied = copy.deepcopy(data)
    change(copied)
    return copied


# --- owners ----------------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.lists(NAMES, min_size=1, max_size=3, unique_by=normal), st.just("-") | WORDS, st.data())
def test_owners_render_and_parse_back(names: list[str], words: str, data: st.DataObject) -> None:
    ids = ["C1", "C2", "I1", "Q1"]
    names = names[: len(ids)]
    who = [*names, *(data.draw(st.sampled_from(names)) for _ in ids[len(names) :])]
    said = {
        "components": [{"name": name, "inside": data.draw(st.booleans()), "why": words} for name in names],
        "owners": [{"concern": id, "component": name, "why": words} for id, name in zip(ids, who, strict=True)],
    }
    try:
        settled = OWNERS.settle(said, WITH)
    except ValueError as error:
        assert "one file" in str(error) or "needs a name" in str(error) or "has no `why`" in str(error)  # noqa: PT017
        return
    text = OWNERS.render(settled)
    assert OWNERS.parse(text) == settled
    assert OWNERS.parse(f"# T\n\n{text}\n## More\n") == settled


def test_the_section_reads_as_a_table_and_says_how_many_are_outside() -> None:
    assert "Of 4 concerns 2 (50%) are owned by components outside the roadmap." in SECTION
    assert "| orchestrator | no | C1, C2 | It ends the run. |" in SECTION
    assert "| C1 | A delta is missed | orchestrator | outside | It has to change. |" in SECTION
    assert published(SECTION) == SECTION


def test_an_open_track_outlives_that_the_owners_are_named_anew() -> None:
    again = OWNERS.render(OWNERS.settle(SAID_OWNERS, Setting(documents={PATH: TRACKED})))
    assert "| 2 | orchestrator | 2026-11-25 | @ada | approved |" in again


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda said: said["owners"].pop(), "Q1 has no owner", id="a concern without an owner"),
        pytest.param(
            lambda said: said["owners"].append(owned("C1", "storage")), "C1 has an owner in line", id="two owners"
        ),
        pytest.param(
            lambda said: said["owners"].append(owned("C9", "storage")), "There is no concern C9", id="unknown"
        ),
        pytest.param(
            lambda said: said["owners"][0].update(component="client"),
            "C1 is owned by “client”, which is no component here. Name one of the components, or add it: storage",
            id="no component",
        ),
        pytest.param(
            lambda said: said["components"].append({"name": "client", "inside": False, "why": "x"}),
            "“client” owns no concern",
            id="a component without a concern",
        ),
        pytest.param(
            lambda said: said["components"].append({"name": "Storage", "inside": False, "why": "x"}),
            "“Storage” stands in line 0 already",
            id="twice",
        ),
        pytest.param(lambda said: said["owners"][0].update(why=""), "C1 has no `why`", id="no reason"),
        pytest.param(lambda said: said["components"][0].update(why=""), "needs a name of words", id="no evidence"),
        pytest.param(
            lambda said: (
                said["components"].append({"name": "storage 長", "inside": True, "why": "x"}),
                said["owners"][3].update(component="storage 長"),
            ),
            "would be one file",
            id="one file name for two",
        ),
    ],
)
def test_owners_that_do_not_hold(change: Callable[[Json], object], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        OWNERS.settle(changed(SAID_OWNERS, change), WITH)


def test_a_further_round_keeps_what_planning_added_to_the_concerns() -> None:
    assert [concern.id for concern in read(OWNED).concerns] == ["C1", "C2", "I1", "Q1"]
    again = CONSOLIDATION.render(
        CONSOLIDATION.settle({"concerns": [], "dismissed": []}, Setting(documents={PATH: OWNED}))
    )
    assert again == OWNED


# --- the contract ----------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.lists(WORDS, min_size=1, max_size=4, unique_by=normal), WORDS)
def test_a_contract_renders_and_parses_back(items: list[str], words: str) -> None:
    said = changed(
        SAID_CONTRACT, lambda data: data.update(items=[item(it, "Roadmap", 1, ("orchestrator", 2)) for it in items])
    )
    said["tracks"][0].update(scope=words, contract=words)
    try:
        settled = CONTRACT.settle(said, Setting(words, documents={PATH: TRACKED}))
    except ValueError as error:
        assert "needs a name, a scope" in str(error)  # noqa: PT017
        return
    text = CONTRACT.render(settled)
    parsed = CONTRACT.parse(text)
    assert {**parsed, "title": ""} == {**settled, "title": ""}


def test_a_contract_reads_as_tables() -> None:
    assert CONTRACT_TEXT.startswith(
        "# Contract: the store\n\n## Tracks\n\n| Track | Scope | Contract with the others |\n"
    )
    assert "| K1 | a batch's delta | Roadmap | 1 | orchestrator (phase 2) |" in CONTRACT_TEXT
    assert "| Roadmap | 2 | Deltas |" in CONTRACT_TEXT


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(
            lambda said: said["tracks"].pop(), "The track “orchestrator” is not among the tracks", id="left out"
        ),
        pytest.param(lambda said: said["tracks"][0].update(phases=[]), "needs a name, a scope and phases", id="bare"),
        pytest.param(lambda said: said.update(items=[]), "The contract has no item", id="no items"),
        pytest.param(lambda said: said["items"][0].update(provided_by=""), "nobody provides it", id="unprovided"),
        pytest.param(
            lambda said: said["items"][0].update(provided_by="client"), "“client”, which is no track", id="unknown"
        ),
        pytest.param(lambda said: said["items"][0].update(in_phase=7), "names no phase of Roadmap", id="no such phase"),
        pytest.param(lambda said: said["items"][0].update(consumed_by=[]), "consumed by no track", id="unconsumed"),
        pytest.param(
            lambda said: said["items"][0]["consumed_by"][0].update(track="roadmap"),
            "Roadmap consumes K1 “a batch's delta” from itself",
            id="from itself",
        ),
        pytest.param(
            lambda said: said["items"][0]["consumed_by"][0].update(track="client"),
            "consumed by “client”, which is no track",
            id="consumed by nobody",
        ),
        pytest.param(
            lambda said: said["items"][0]["consumed_by"][0].update(phase=9), "in which it is consumed", id="no phase"
        ),
        pytest.param(
            lambda said: said["items"][0]["consumed_by"][0].update(phase=1),
            "orchestrator consumes K1 “a batch's delta” in its first phase, so it can't start before Roadmap delivers",
            id="a first phase that consumes",
        ),
        pytest.param(
            lambda said: said["items"].append(item("A batch's delta", "orchestrator", 1, ("roadmap", 2))),
            "stands in line 0 already, provided by Roadmap. An item is provided by exactly one track",
            id="by two tracks",
        ),
        pytest.param(
            lambda said: [each.update(in_phase=2) for each in said["items"]],
            "The tracks wait for each other: .* needs .* needs ",
            id="a circle",
        ),
    ],
)
def test_contracts_that_do_not_hold(change: Callable[[Json], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        CONTRACT.settle(changed(SAID_CONTRACT, change), Setting("x", documents={PATH: TRACKED}))


# --- the settlement --------------------------------------------------------------------------------------------------

SAID_SETTLEMENT: Json = {
    "items": [
        item("a batch's delta, by epoch", "roadmap", 1, ("orchestrator", 2)) | {"item": "K1"},
        item("the end of an epoch", "orchestrator", 1, ("roadmap", 2)) | {"item": "K2"},
        item("a snapshot", "roadmap", 1, ("orchestrator", 2)) | {"item": ""},
    ],
    "learnt": [{"design": "orchestrator", "clear": "It reads by epoch."}, {"design": "roadmap", "clear": "It fits."}],
    "changes": [
        {"item": "K1", "change": "By epoch.", "designs": ["roadmap", "orchestrator"], "why": "It is read so."},
        {"item": "a snapshot", "change": "It is new.", "designs": ["orchestrator", "roadmap"], "why": "Reads need it."},
    ],
}


@settings(max_examples=25)
@given(WORDS, WORDS)
def test_a_settlement_renders_and_parses_back(one: str, other: str) -> None:
    def change(said: Json) -> None:
        said["learnt"][0]["clear"] = said["changes"][0]["change"] = one
        said["items"][0]["what"] = f"{other} it"
        said["changes"][0]["why"] = other

    try:
        settled = SETTLEMENT.settle(changed(SAID_SETTLEMENT, change), ALL)
    except ValueError as error:
        assert "needs what is changed" in str(error) or "says nothing of" in str(error)  # noqa: PT017
        return
    text = SETTLEMENT.render(settled)
    assert SETTLEMENT.parse(f"# Contract\n\n{text}") == settled


def test_a_new_item_gets_the_next_number_in_its_change_too() -> None:
    text = SETTLEMENT.render(SETTLEMENT.settle(SAID_SETTLEMENT, ALL))
    assert "| K3 | a snapshot | Roadmap | 1 | orchestrator (phase 2) |" in text
    assert "| at the settlement | K3 | It is new. | orchestrator, Roadmap | Reads need it. |" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(
            lambda said: said["changes"].pop(0), "K1 is not what it was, and no change says so", id="unlisted change"
        ),
        pytest.param(
            lambda said: said["changes"][0].update(designs=["roadmap"]),
            "The change of K1 does not list the design of orchestrator",
            id="a design left out",
        ),
        pytest.param(lambda said: said["items"].pop(1), "K2 is not what it was", id="an item dropped in silence"),
        pytest.param(lambda said: said["learnt"].pop(), "`learnt` says nothing of Roadmap", id="a design unheard"),
        pytest.param(lambda said: said["changes"][0].update(why=""), "needs what is changed, and why", id="no reason"),
        pytest.param(
            lambda said: said["items"][0]["consumed_by"][0].update(phase=1), "in its first phase", id="it holds no more"
        ),
    ],
)
def test_settlements_that_do_not_hold(change: Callable[[Json], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SETTLEMENT.settle(changed(SAID_SETTLEMENT, change), ALL)


# --- resolutions -----------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(WORDS, WORDS, st.sampled_from(["accept", "reject", "defer"]))
def test_resolutions_render_and_parse_back(one: str, other: str, verdict: str) -> None:
    def change(said: Json) -> None:
        said["resolutions"][0] |= {"decision": one, "rationale": other, "verdict": verdict}
        said["changes"][0] |= {"what": f"{other} it", "why": one}

    try:
        settled = RESOLUTIONS.settle(changed(SAID_RESOLUTIONS, change), ALL)
    except ValueError as error:
        assert "has no" in str(error) or "without a reason" in str(error)  # noqa: PT017
        return
    text = RESOLUTIONS.render(settled)
    assert RESOLUTIONS.parse(f"# Concerns\n\n{text}") == settled


def test_resolutions_are_no_concerns_and_no_log() -> None:
    text = RESOLUTIONS.render(RESOLUTIONS.settle(SAID_RESOLUTIONS, ALL))
    assert "| C2 | The order is lost | accept: It is done | It costs least. | Contract | K1 |" in text
    document = read(f"{TRACKED}\n{text}")
    assert [concern.id for concern in document.concerns] == ["C1", "C2", "I1", "Q1"]
    assert (document.log, document.loose) == ((), ())


OUTSIDE = "C1 is owned by orchestrator, outside the roadmap without a track: “out of scope” resolves nothing"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda said: said["resolutions"].pop(), "Q1 has no resolution", id="one left out"),
        pytest.param(
            lambda said: said["resolutions"].append(resolution("C1", "roadmap")), "C1 is resolved in line", id="twice"
        ),
        pytest.param(
            lambda said: said["resolutions"].append(resolution("C9", "roadmap")), "There is no concern C9", id="unknown"
        ),
        pytest.param(lambda said: said["resolutions"][0].update(owner=""), "C1 has no owner", id="no owner"),
        pytest.param(
            lambda said: said["resolutions"][0].update(owner="client"),
            "“client”, which is no track. Name one of Roadmap, orchestrator, Contract",
            id="no track",
        ),
        pytest.param(lambda said: said["resolutions"][0].update(decision=""), "C1 has no decision", id="no decision"),
        pytest.param(lambda said: said["resolutions"][0].update(rationale=""), "no rationale", id="no rationale"),
        pytest.param(
            lambda said: said["changes"][0].update(designs=["roadmap"]),
            "The change of K1 does not list the design of orchestrator",
            id="a design left out",
        ),
        pytest.param(
            lambda said: said["changes"][0].update(concerns=["C9"]), "changed for C9, which is no concern", id="for C9"
        ),
        pytest.param(lambda said: said["changes"][0].update(concerns=[]), "changed for no concern", id="for nothing"),
        pytest.param(lambda said: said["changes"][0].update(why=""), "K1 is changed without a reason", id="no why"),
        pytest.param(
            lambda said: said["changes"][0]["consumed_by"][0].update(phase=1),
            "With these changes the contract would not hold: .* in its first phase",
            id="it would not hold",
        ),
    ],
)
def test_resolutions_that_do_not_hold(change: Callable[[Json], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RESOLUTIONS.settle(changed(SAID_RESOLUTIONS, change), ALL)


def test_a_fault_that_the_contract_had_before_is_no_fault_of_the_resolutions() -> None:
    faulty = CONTRACT_TEXT.replace("| orchestrator | 1 | Roadmap (phase 2) |", "| orchestrator | 1 |  |")
    assert faulty != CONTRACT_TEXT
    assert RESOLUTIONS.settle(SAID_RESOLUTIONS, Setting(documents={PATH: TRACKED, CONTRACT_PATH: faulty}))


def alone(**more: str) -> Json:
    """Resolutions where there is no track, so no contract either."""
    said = changed(SAID_RESOLUTIONS, lambda data: data.update(changes=[]))
    said["resolutions"][:2] = [resolution("C1", "roadmap", **more), resolution("C2", "roadmap")]
    return said


@pytest.mark.parametrize("verdict", ["reject", "defer"])
def test_what_is_owned_outside_is_not_waved_away(verdict: str) -> None:
    without = Setting(documents={PATH: OWNED})
    with pytest.raises(ValueError, match=OUTSIDE):
        RESOLUTIONS.settle(alone(verdict=verdict, decision="Out of scope"), without)
    for said in ("@ada accepts the risk", "The risk is accepted by the operators.", "Grace takes this risk"):
        assert RESOLUTIONS.settle(alone(verdict=verdict, rationale=said), without)
    assert RESOLUTIONS.settle(alone(), without)
    with pytest.raises(ValueError, match=r"“Contract”, which is no track\. Name one of Roadmap"):
        RESOLUTIONS.settle(changed(alone(), lambda said: said["resolutions"][1].update(owner="contract")), without)
    amended = changed(alone(), lambda said: said.update(changes=SAID_RESOLUTIONS["changes"]))
    with pytest.raises(ValueError, match="The contract is changed, and there is none"):
        RESOLUTIONS.settle(amended, without)


def test_what_was_decided_already_is_not_proposed_otherwise() -> None:
    text = decide(TRACKED, Decided(("C1",), Decision("reject", "no"), "ada", "2026-11-25T10:00:00Z"))
    with_decision = Setting(documents={PATH: text, CONTRACT_PATH: CONTRACT_TEXT})
    with pytest.raises(ValueError, match=r"C1 was decided already: reject\. Say “reject” too"):
        RESOLUTIONS.settle(SAID_RESOLUTIONS, with_decision)
    same = changed(SAID_RESOLUTIONS, lambda said: said["resolutions"][0].update(verdict="reject"))
    assert RESOLUTIONS.settle(same, with_decision)
