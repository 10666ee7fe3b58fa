"""Label `architecture`, to its end: with parallel tracks and their contract, and without."""

from collections.abc import Iterator

import pytest

from bot.core.concerns import read
from bot.core.tracks import tracks
from bot.core.tracks.changing import read_settlement
from bot.core.tracks.contract import read as read_contract

from .in_process import House, Json, message, witnessed
from .in_process import text as text_block
from .planning_mind import answered, written
from .stage import Story
from .test_panel_in_process import forget, panel, warming

CODE = "".join(f"def operation_{n}() -> None: ...\n" for n in range(1, 9))
CITED = [f"It has `operation_{n}` (`src/store.py:{n}`)." for n in range(1, 9)]


class Mind:
    """Who plans, reviews and sorts: of the concerns the first `away` belong to the orchestrator."""

    def __init__(self, away: int) -> None:
        self.away = away

    def __call__(self, request: Json) -> Json:
        opening = [block["text"] for block in request["messages"][0]["content"]]
        if warming(request):
            return panel(request)
        said = answered(opening, self.away) or written(opening, CITED)
        return panel(request) if said is None else message(text_block(said))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with witnessed(tmp_path_factory.mktemp("house"), "library", code={"src/store.py": CODE}) as house:
        yield house


def begun(house: House, away: int) -> Story:
    """An issue with the label, played as far as it goes without a person."""
    house.mind.says = Mind(away)
    story = house.story()
    story.opens("A new store", "## Description\n\nReads wait for writes; they should not.\n")
    story.labels("architecture")
    house.play()
    return story


def names(story: Story) -> list[str]:
    return sorted(path.rpartition("/")[2] for path in story.files())


def document(story: Story, name: str) -> str:
    return next(text for path, text in story.files().items() if path.endswith(name))


def status_of_round(story: Story, which: str) -> str:
    """The status of the included run whose title begins so, on the pull request."""
    comments = story.ada.comments(story.pull()["number"])
    return next(str(each["body"]) for each in comments if each["body"].startswith(f"### {which}"))


def approve(house: House, story: Story) -> None:
    story.ada.comment(story.pull()["number"], "/approve")
    house.play()


REVIEWED = [
    "001-user-request.md",
    "002-roadmap.md",
    "003-cousot-review.md",
    "003-hejlsberg-review.md",
    "003-jobs-review.md",
    "003-tarjan-review.md",
    "004-expert-concerns.md",
]
PLANNED = sorted(
    [
        *REVIEWED,
        "002-library-architecture.md",
        "002-orchestrator-architecture.md",
        "005-orchestrator-design.md",
        "006-contract.md",
    ]
)


def test_above_the_quarter_tracks_are_approved_and_designed_against_a_contract(house: House) -> None:
    story = begun(house, away=2)
    assert names(story) == REVIEWED
    roadmap = document(story, "002-roadmap.md")
    assert [line for line in roadmap.split("\n") if line.startswith("## ")] == [
        f"## {title}" for title in ("Prior art", "Trade-offs", "Decisions", "Questions", "Roadmap", "Technical plan")
    ]
    assert "> This document was written without web search" in roadmap
    assert "the full panel, since a roadmap is a decision about the architecture" in status_of_round(story, "Review")
    assert "waits for “Tracks”, which waits for approval: see [its status]" in story.status
    owners = status_of_round(story, "Owners of the concerns")
    assert "| orchestrator | **no** | 2: I1, I2 | none |" in owners
    assert "`/approve` opens one for each of: orchestrator." in owners

    # The approval finds what waits for it in a new database too: the run, and the one that this had begun.
    forget(house, story, story.number)
    house.mind.requests.clear()
    approve(house, story)
    assert "Nothing waits for approval" not in str(story.ada.comments(story.pull()["number"]))
    assert not [each for each in house.mind.requests if charge_of(each).startswith("# Who owns each concern")]
    assert names(story) == PLANNED
    # Contract first: the designs are written against it, and then it is settled.
    subjects = [message.partition("\n")[0].partition(": ")[2] for message in story.commits()]
    assert subjects[-7:] == [
        "004 owning components, approved",
        "002 architecture",
        "002 current architecture",
        "006 contract",
        "005 design",
        "006 settlement",
        "004 resolution",
    ]
    assert document(story, "002-roadmap.md").index("## Current architecture") > roadmap.index("## Technical plan")
    design = next(each for each in house.mind.requests if charge_of(each).startswith("# Track 2, orchestrator"))
    given = [block["text"].partition("\n")[0] for block in design["messages"][0]["content"]]
    assert any("006-contract.md" in line for line in given)
    assert any("004-expert-concerns.md" in line for line in given)
    explored = [each for each in house.mind.requests if ", as it is:" in charge_of(each)]
    assert all('-architecture.md"' not in str(each["messages"][0]["content"][:-1]) for each in explored)
    contract = read_contract(document(story, "006-contract.md"))
    assert [item.what for item in contract.items] == ["a delta for orchestrator, with its epoch"]
    assert "waits for a maintainer's `/approve`" in story.status
    assert [each.decision for each in read(document(story, "004-expert-concerns.md")).concerns] == [None] * 4

    approve(house, story)
    assert "**Done" in story.status
    story.says("/status")
    house.play()
    assert "006 Contract" in story.bot_comments()[-1]
    assert "(edited by a person)" not in story.bot_comments()[-1]
    concerns = read(document(story, "004-expert-concerns.md"))
    assert {each.decision.verdict for each in concerns.concerns if each.decision} == {"accept"}
    assert [(row.ids, row.track, row.by) for row in concerns.log][:2] == [
        (("I1",), "Contract", "@ada"),
        (("I2",), "Roadmap", "@ada"),
    ]
    changes = read_settlement(document(story, "006-contract.md")).changes
    assert [(each.item, each.designs) for each in changes] == [
        ("K1", ("Roadmap", "orchestrator")),
        ("K2", ("Roadmap", "orchestrator")),
    ]
    assert "| **accept**: It is done. It costs least. |" in status_of_round(story, "Review")
    checks = {each["name"]: each["conclusion"] for each in story.checks()}
    assert checks["charrette/concerns"] == "success"
    assert story.pull()["draft"] is False


@pytest.mark.soak
def test_below_the_quarter_the_run_ends_and_a_track_that_is_opened_later_takes_it_on(house: House) -> None:
    story = begun(house, away=1)
    assert names(story) == REVIEWED
    assert "**Done: no parallel track is needed.**" in status_of_round(story, "Owners of the concerns")
    assert "waits for a maintainer's `/approve`" in story.status
    assert "Contract" not in story.status
    approve(house, story)
    assert "**Done" in story.status

    story.ada.comment(story.pull()["number"], "/tracks open orchestrater: its deltas are ours")
    house.play()
    assert "Did you mean `/tracks open orchestrator: why`?" in str(story.ada.comments(story.pull()["number"]))
    story.ada.comment(story.pull()["number"], "/tracks open orchestrator: its deltas are ours")
    house.play()
    assert names(story) == PLANNED
    assert tracks(document(story, "004-expert-concerns.md"))[0].name == "orchestrator"
    subjects = [message.partition("\n")[0].partition(": ")[2] for message in story.commits()]
    assert subjects[-1] == "004 resolution, revision 2"
    assert "waits for a maintainer's `/approve`" in story.status
    approve(house, story)
    assert "**Done" in story.status
    assert [item.id for item in read_contract(document(story, "006-contract.md")).items] == ["K1", "K2"]

    # A further component is found to own a concern, and its track is opened beside the contract.
    text = document(story, "004-expert-concerns.md")
    row = next(line for line in text.split("\n") if line.startswith("| I2 | ") and "| library |" in line)
    text = text.replace(row, row.replace("| library |", "| client |"))
    text = text.replace("| library | yes |", "| client | no | I2 | It reads. |\n| library | yes |", 1)
    story.writes(next(path for path in story.files() if path.endswith("004-expert-concerns.md")), text)
    house.play()
    story.ada.comment(story.pull()["number"], "/tracks open client: it reads")
    house.play()
    assert names(story) == sorted([*PLANNED, "002-client-architecture.md", "007-client-design.md"])
    agreed = document(story, "006-contract.md")
    assert list(read_contract(agreed).names.values()) == ["Roadmap", "orchestrator", "client"]
    assert "revision 2, asked by [ada](" in agreed
    assert "Track 3, client, was opened when the contract was written already." in agreed
    assert "waits for a maintainer's `/approve`" in story.status
    approve(house, story)
    assert "**Done" in story.status


def charge_of(request: Json) -> str:
    return str(request["messages"][0]["content"][-1]["text"])
