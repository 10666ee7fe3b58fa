"""Floods: of comments, of commands in one comment, of labels. They make no flood of answers, and nobody else waits."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.ports import Delivery
from bot.core.run.record import Limits
from bot.hub.facts import Delivery as Sent
from bot.hub.server import running_hub

from .in_process import House, make_house
from .stage import Story

LIMITS = Limits(turns=12, hour_commands=5, hour_starts=3)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    code = folder / "code"
    code.mkdir()
    (code / "README.md").write_text("# Library\n\nIt is small.\n")
    with pytest.MonkeyPatch.context() as patch, running_hub(folder / "hub", {"octo/library": code}) as hub:
        made = make_house(hub, folder, patch)
        limits = made.intake.eyes.services.limits
        assert limits.hour_commands == Limits().hour_commands
        services = replace(made.services, limits=LIMITS)
        made.intake.services = made.services = services
        made.intake.eyes.allowance.commands, made.intake.eyes.allowance.starts = (
            LIMITS.hour_commands,
            LIMITS.hour_starts,
        )
        yield made.play()


def flood(house: House, story: Story, text: str, by: str, count: int) -> None:
    """So many comments at once: the deliveries of one, under other ids."""
    story.says(text, by=by)
    sent = house.hub.hub.store.all(Sent)[-1]
    house.play()
    payload = json.loads(sent.payload)
    house.services.deliveries.accept(
        [Delivery(f"flood-{story.number}-{by}-{n}", sent.event, json.dumps(payload).encode()) for n in range(count)]
    )
    house.play()


def test_five_hundred_comments_get_few_answers(house: House) -> None:
    story = house.story().opens()
    flood(house, story, "/help", "eve", 500)
    bodies = story.bot_comments()
    assert len(bodies) == LIMITS.hour_commands + 1
    assert sum("I answer at most 5 comments of one person" in body for body in bodies) == 1
    assert house.services.deliveries.pending() == []
    story.says("/status")
    house.play()
    assert "There is no run here." in story.bot_comments()[-1]


def test_a_writer_can_stop_a_run_after_any_number_of_commands(house: House) -> None:
    story = house.story().opens(title="A memo").labels("memo")
    house.play()
    flood(house, story, "/status", "ada", 20)
    flood(house, story, "/cancel", "eve", 20)
    assert "Stopped" not in story.status
    said = len(story.bot_comments())
    story.says("/cancel")
    house.play()
    assert "Stopped" in story.status
    assert len(story.bot_comments()) == said


def test_ten_thousand_commands_in_a_comment_are_ten(house: House) -> None:
    story = house.story().opens()
    story.says("".join(f"/charrette nothing{n}\n" for n in range(2_500)), by="grace")
    house.play()
    assert len(story.bot_comments()) == 10
    story.says("/help\n" * 10_000, by="grace")
    house.play()
    assert len(story.bot_comments()) == 11


def test_a_label_that_goes_on_and_off_starts_so_many_times(house: House) -> None:
    story = house.story().opens(title="A memo")
    house.play()
    for _ in range(6):
        story.labels("memo")
        house.play()
        story.unlabels("memo")
        house.play()
    bodies = story.bot_comments()
    assert sum("Runs were started here 3 times within an hour" in body for body in bodies) == 1
    assert len(bodies) <= 4
    assert "Stopped" in story.status


def labels_at_once(house: House, count: int) -> None:
    """So many labels, which is all that the day has left; and one more."""
    stories = [house.story().opens(title=f"Note {n}") for n in range(count + 1)]
    house.play()
    begun = house.services.runs.begun(house.repository(stories[0]), "2000-01-01T00:00:00Z")
    house.intake.services = replace(house.services, limits=replace(LIMITS, day_runs=begun + count))
    for story in stories:
        story.labels("note")
    house.play()
    *done, late = stories
    assert [("**Done. " in story.status) for story in done] == [True] * count
    assert late.status == ""
    assert "runs were started in this repository within a day" in late.bot_comments()[0]


def test_three_labels_at_once_and_then_the_day_is_over(house: House) -> None:
    labels_at_once(house, 3)


@pytest.mark.soak
def test_twenty_labels_at_once_and_then_the_day_is_over(house: House) -> None:
    labels_at_once(house, 20)
