"""`/tracks`: the concerns of a reviewed pull request are sorted by owner, and tracks are opened by people."""

from collections.abc import Iterator

import pytest

from bot.core.concerns import read
from bot.core.run.record import trailers
from bot.core.tracks import tracks

from .in_process import House, Json, message, witnessed
from .in_process import text as text_block
from .planning_mind import answered
from .stage import Story
from .test_panel import pull_of, status_of
from .test_panel_in_process import asked, forget, panel


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with witnessed(tmp_path_factory.mktemp("house"), "library") as house:
        yield house


class Mind:
    """The panel, and somebody who says of the first `away` concerns that the orchestrator owns them."""

    def __init__(self, away: int) -> None:
        self.away = away

    def __call__(self, request: Json) -> Json:
        opening = [block["text"] for block in request["messages"][0]["content"]]
        said = answered(opening, self.away)
        return panel(request) if said is None else message(text_block(said))


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    shared.mind.says = Mind(1)
    yield shared
    shared.rest()


def said(house: House, story: Story, number: int, words: str, by: str = "ada") -> str:
    """What is answered to a comment, if it is no edit of the status."""
    before = {each["id"] for each in story.ada.comments(number)}
    story.people[by].comment(number, words)
    house.play()
    fresh = [each["body"] for each in story.ada.comments(number) if each["id"] not in before]
    return "\n".join(fresh[1:])


def concerns_of(story: Story, number: int) -> str:
    return story.ada.text("docs/002-expert-concerns.md", f"charrette/review-{number}")


def test_above_the_quarter_a_maintainer_approves_and_tracks_are_open(house: House) -> None:
    story = house.story()
    number = pull_of(story, "more-than-a-quarter")
    asked(house, story, number)
    said(house, story, number, "/tracks")
    status = status_of(story, number)
    assert "### Owners of the concerns: A queue" in status
    assert "waits for a maintainer's `/approve`" in status
    assert "Of 2 concerns 1 (50%) is owned by components outside the roadmap." in status
    assert "| orchestrator | **no** | 1: I1 | none |" in status
    assert "| library | yes | 1: I2 | 1, the roadmap |" in status
    assert "`/approve` opens one for each of: orchestrator." in status
    assert tracks(concerns_of(story, number)) == ()

    assert "people with write access" in said(house, story, number, "/approve", by="eve")
    assert said(house, story, number, "/approve") == ""
    text = concerns_of(story, number)
    assert [(track.name, track.number) for track in tracks(text)] == [("orchestrator", 2)]
    assert "| approved |" in text
    assert "**Done: 1 parallel track is open, beside the roadmap's own.**" in status_of(story, number)
    head = story.ada.get(f"/commits/charrette/review-{number}")["commit"]["message"]
    assert "002 owning components, approved" in head
    assert {name: trailers(head)[name] for name in ("Phase", "Status")} == {"Phase": "owners@1", "Status": "done"}
    assert "has a track already: track 2." in said(house, story, number, "/tracks open orchestrator: again")

    # What nobody owns there is not waved away; and a further sorting keeps the track.
    assert [concern.decision for concern in read(text).concerns] == [None, None]
    said(house, story, number, "/tracks")
    assert "**Done: 1 parallel track is open" in status_of(story, number)
    assert tracks(concerns_of(story, number)) == tracks(text)


def test_below_the_quarter_a_maintainer_may_open_a_track(house: House) -> None:
    story = house.story()
    number = pull_of(story, "no-more-than-a-quarter")
    nothing = said(house, story, number, "/tracks")
    assert "There are no concerns here yet" in nothing
    asked(house, story, number, "/review experts tarjan, cousot, jobs, ops")
    assert "It isn't known here which component owns which concern." in said(house, story, number, "/tracks open x: y")
    said(house, story, number, "/tracks")
    status = status_of(story, number)
    assert "**Done: no parallel track is needed.**" in status
    assert "Without a track: orchestrator. A maintainer may open one all the same: `/tracks open" in status

    refused = said(house, story, number, "/decide I1 reject: out of scope")
    assert "I1 is owned by orchestrator, outside the roadmap without a track" in refused
    assert "say who accepts the risk" in refused
    assert said(house, story, number, "/decide I2 reject: not so") == ""

    wrong = said(house, story, number, "/tracks open orchestrater: it needs one")
    assert "Did you mean `/tracks open orchestrator: why`?" in wrong
    assert "is in the roadmap, which is track 1" in said(house, story, number, "/tracks open library: it too")
    assert "Say why it needs a track" in said(house, story, number, "/tracks open orchestrator")
    assert "needs something after it: `/tracks open <component>: <why>`" in said(house, story, number, "/tracks open")
    assert "I don't know what “sort them” means" in said(house, story, number, "/tracks sort them")
    assert "people with write access" in said(house, story, number, "/tracks open orchestrator: so", by="eve")
    assert tracks(concerns_of(story, number)) == ()

    assert said(house, story, number, "/tracks open Orchestrator: its deltas are ours") == ""
    assert "| 2 | orchestrator |" in concerns_of(story, number)
    assert "| @ada | its deltas are ours |" in concerns_of(story, number)
    head = story.ada.get(f"/commits/charrette/review-{number}")["commit"]["message"]
    assert "a track for orchestrator" in head
    assert said(house, story, number, "/decide I1 reject: out of scope") == ""


def test_a_lost_database_is_taken_up_from_the_branch(house: House) -> None:
    story = house.story()
    number = pull_of(story, "forgotten")
    asked(house, story, number)
    said(house, story, number, "/tracks")
    waits = status_of(story, number)
    house.mind.requests.clear()

    # What waits is shown again, with what it has cost, and not made again.
    forget(house, story, number)
    said(house, story, number, "/tracks")
    assert "waits for a maintainer's `/approve`" in status_of(story, number)
    assert "1,200 tokens in 1 calls" in waits
    assert "1,200 tokens in 1 calls" in status_of(story, number)
    assert runs(house, story, number) == [("tracks", "waits for approval")]

    # A decision is for the panel, which shows it; an approval then is for what waits.
    forget(house, story, number)
    assert said(house, story, number, "/decide I2 accept: so it is") == ""
    assert runs(house, story, number) == [("review-experts", "done")]
    assert "**accept**: so it is" in first_status(story, number)
    assert said(house, story, number, "/approve") == ""
    assert runs(house, story, number) == [("review-experts", "done"), ("tracks", "done")]
    assert [track.name for track in tracks(concerns_of(story, number))] == ["orchestrator"]
    assert "**Done: 1 parallel track is open" in status_of(story, number)

    forget(house, story, number)
    assert "has a track already: track 2." in said(house, story, number, "/tracks open orchestrator: again")
    assert runs(house, story, number) == [("tracks", "done")]
    assert house.mind.requests == []


def runs(house: House, story: Story, number: int) -> list[tuple[str, str]]:
    """What the database knows of a pull request."""
    rows = house.services.runs.of_subject(house.repository(story), number)
    return [(row.workflow, row.status) for row in rows]


def first_status(story: Story, number: int) -> str:
    """The status of the round of reviews."""
    comments = (str(each["body"]) for each in story.ada.comments(number))
    return next(body for body in comments if body.startswith("### Review"))
