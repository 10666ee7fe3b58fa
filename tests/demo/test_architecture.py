"""The scenario of architecture planning, played in process from its recording; and that the recording is honest."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.concerns import read
from bot.core.tracks import owning
from bot.core.tracks.changing import read_settlement
from bot.core.tracks.contract import read as read_contract
from bot.demo.architecture import SCENARIO
from bot.demo.scenario import Played
from bot.local.person import Person

from .driven import driven


@dataclass(frozen=True)
class Ended:
    """What came of the scenario, what was told of it, and somebody who looks."""

    played: Played
    said: list[str]
    ada: Person

    def text(self, end: str) -> str:
        """The document of the pull request whose name ends so."""
        return self.ada.text(next(path for path in self.paths if path.endswith(end)), self.pull["head"]["ref"])

    @property
    def paths(self) -> list[str]:
        """The documents of the pull request."""
        return [each["filename"] for each in self.ada.get("/pulls/2/files?per_page=100")]

    @property
    def pull(self) -> dict[str, dict[str, str]]:
        """The pull request."""
        found: dict[str, dict[str, str]] = self.ada.get("/pulls/2")
        return found


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """The scenario from its beginning to its end, each request of the model held against the recorded one."""
    with driven(SCENARIO, tmp_path_factory.mktemp("architecture")) as (played, said, ada):
        yield Ended(played, said, ada)


def test_it_plays_to_its_end_and_every_request_is_the_recorded_one(ended: Ended) -> None:
    assert ended.played.faults == ()
    assert [what for what, url in ended.played.pages if url] == [
        "the issue",
        "the pull request",
        "concerns, owners, tracks",
        "the contract",
    ]
    assert "the check charrette/concerns: failure" in ended.said
    assert ended.said[-1] == "the check charrette/concerns: success"


def test_no_check_says_that_the_default_branch_has_moved(ended: Ended) -> None:
    # The panel reads the pull request, which the default branch does not have: that is no drift.
    commits = [each["sha"] for each in ended.ada.get("/pulls/2/commits?per_page=100")]
    runs = [run for sha in commits for run in ended.ada.get(f"/commits/{sha}/check-runs")["check_runs"]]
    assert len(runs) > 20
    assert [run["name"] for run in runs if "has moved to" in run["output"]["summary"]] == []


def test_the_pull_request_says_what_it_is_and_no_status_that_others_moved_the_branch(ended: Ended) -> None:
    assert str(ended.pull["title"]).startswith("Architecture plan: ")
    told = [str(each["body"]) for number in (1, 2) for each in ended.ada.comments(number)]
    assert [words for words in told if "The branch has moved on since" in words] == []
    assert " · convened · Charrette · about review-experts@1 · " in ended.text("001-user-request.md")


def test_the_documents_are_numbered_as_architecture_planning_says(ended: Ended) -> None:
    assert sorted(path.rpartition("/")[2] for path in ended.paths) == sorted(
        [
            "001-user-request.md",
            "002-roadmap.md",
            *(f"002-{each}-architecture.md" for each in ("control-interface", "supervision", "workers")),
            *(f"003-{each}-review.md" for each in ("cousot", "hejlsberg", "jobs", "tarjan")),
            "004-expert-concerns.md",
            "005-workers-design.md",
            "006-control-interface-design.md",
            "007-contract.md",
        ]
    )


def test_two_of_three_components_are_outside_the_roadmap_and_get_a_track(ended: Ended) -> None:
    owners = owning.read(ended.text("004-expert-concerns.md"))
    assert {each.name: (each.inside, len(owners.concerns_of(each.name))) for each in owners.components} == {
        "supervision": (True, 6),
        "workers": (False, 2),
        "control interface": (False, 2),
    }
    assert [(each.number, each.component, each.by) for each in owners.opened] == [
        (2, "workers", "@ada"),
        (3, "control interface", "@ada"),
    ]


def test_each_concern_is_decided_by_a_person_and_has_one_owner(ended: Ended) -> None:
    concerns = read(ended.text("004-expert-concerns.md"))
    decided = {each.id: each.decision.verdict for each in concerns.concerns if each.decision}
    assert Counter(decided.values()) == {"accept": 9, "defer": 1}
    assert len(decided) == len(concerns.concerns)
    assert {row.by for row in concerns.log} == {"@ada"}
    # What she decided by herself before the tracks stays as she said it.
    assert {id for row in concerns.log for id in row.ids if not row.track} == {"C1", "C2"}
    assert {row.track for row in concerns.log if row.track} == {"Roadmap", "workers", "control interface", "Contract"}


def test_the_contract_was_settled_after_the_designs_and_changed_with_the_resolutions(ended: Ended) -> None:
    contract, settlement = read_contract(ended.text("007-contract.md")), read_settlement(ended.text("007-contract.md"))
    assert [each.id for each in contract.items] == ["K1", "K2", "K3", "K4", "K5", "K6"]
    assert [(each.item, each.designs) for each in settlement.changes] == [
        ("K1", ("Roadmap", "workers")),
        ("K5", ("workers", "Roadmap", "control interface")),
        ("K2", ("Roadmap", "control interface")),
    ]
    assert "until its `child_exit` hook has returned" in next(each.what for each in contract.items if each.id == "K2")


def test_nothing_in_it_is_unverified_or_from_elsewhere(ended: Ended) -> None:
    given = (SCENARIO.folder / "issue.md").read_text("utf-8")
    for path in ended.paths[1:]:
        text = ended.text(path)
        assert "UNVERIFIED" not in text
        links = re.findall(r"https?://(?!127\.0\.0\.1)[^\s)>|\]`\"]+", text)
        assert [link for link in links if link not in given] == []


def test_the_recording_is_whole_and_says_that_nobody_metered_it() -> None:
    texts = {file.name: file.read_text("utf-8") for file in Path(SCENARIO.recording).glob("*@*.json")}
    assert len(texts) == 38
    assert all('"usage": "estimated"' in text for text in texts.values())
