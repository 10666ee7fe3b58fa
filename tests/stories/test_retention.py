"""A run that ended long ago is forgotten but for its row: its issue is answered as before, from the branch."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine.legs.addressing import CLOSED
from bot.hub.server import running_hub

from .in_process import House, make_house

LATER = "2999-01-01T00:00:00Z"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    code = tmp_path / "code"
    code.mkdir()
    (code / "README.md").write_text("# Library\n\nIt is small.\n")
    with running_hub(tmp_path / "hub", {"octo/library": code}) as hub:
        yield make_house(hub, tmp_path, monkeypatch).play()


def test_a_command_takes_it_up_again_from_the_branch_and_nothing_is_paid_for_again(house: House) -> None:
    story = house.story().opens(title="A note", body="Write it.").labels("note")
    house.play()
    assert "**Done." in story.status
    paid, commits = len(house.mind.requests), story.commits()
    assert house.services.retention.forget(LATER, CLOSED) > 0
    row = house.row(story)
    assert (row.status, row.pinned, row.entries) == ("done", {}, [])

    story.says("/status")
    house.play()
    assert "The `note` run is done." in story.bot_comments()[-1]
    story.unlabels("note").labels("note")
    house.play()
    assert "is already done" in story.bot_comments()[-1]
    story.says("/retry")
    house.play()
    assert len(house.mind.requests) == paid
    assert story.commits() == commits
    assert "**Done." in story.status
    assert house.row(story).pinned["title"] == "A note"
    assert sum("charrette:key=status " in body for body in story.bot_comments()) == 1


def test_a_run_that_waits_is_kept(house: House) -> None:
    story = house.story().opens(title="A memo", body="Write it.").labels("memo")
    house.play()
    assert "waits for answers" in story.status
    house.services.retention.forget(LATER, CLOSED)
    story.says("1A")
    house.play()
    assert "waits for answers" not in story.status
