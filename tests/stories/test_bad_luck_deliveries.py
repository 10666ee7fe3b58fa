"""Deliveries late, a hundred times over, in any order, or never: nothing is doubled, and what holds now decides.

That a delivery which never came is asked for, or found out by the label, is `test_missed.py`'s.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.core.ports import Comment, Delivery
from bot.core.run.record import trailers

from .in_memory import BOT, PAGE, Play, delivery, make_play

AT = "2026-11-25T10:00:00Z"


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    with pytest.MonkeyPatch.context() as patch:
        yield make_play(tmp_path_factory.mktemp("play"), patch, {"README.md": "# Library\n"})


def happened(play: Play, number: int, labelled: bool) -> list[Delivery]:
    """The label went on, off and, perhaps, on again, and the author answered: as GitHub tells of it, in order."""
    off = play.github.issues[number]
    on = replace(off, labels=("memo",))
    play.github.issues[number] = on if labelled else off
    label = {"label": {"name": "memo"}}
    id = next(play.github.ids)
    play.github.said.append(Comment(id, "ada", "1A", f"{PAGE}/issues/{number}#{id}", AT))
    ada = {"login": "ada", "id": 3, "type": "User"}
    said = {"id": id, "user": ada, "body": "1A", "html_url": f"{PAGE}/issues/{number}#{id}", "updated_at": AT}
    told = [
        delivery(f"{number}-on", "issues", {"action": "labeled", **label}, on, "ada"),
        delivery(f"{number}-off", "issues", {"action": "unlabeled", **label}, off, "ada"),
        delivery(f"{number}-on-again", "issues", {"action": "labeled", **label}, on, "ada"),
        delivery(f"{number}-said", "issue_comment", {"action": "created", "comment": said}, on, "ada"),
    ]
    return told if labelled else told[:2] + told[3:]


def once_each(play: Play, number: int) -> None:
    """One run, one commit for each phase, one of each comment, one pull request."""
    (row,) = play.services.runs.of_subject(7, number)
    (branch,) = play.github.branches(f"charrette/{number}-")
    base = play.github.base
    phases = [trailers(each.message)["Phase"] for each in play.github.branch_commits(branch, base)]
    assert len(set(phases)) == len(phases) > 1
    keys = [each.body.rpartition("charrette:key=")[2].split()[0] for each in play.github.comments(number) if each.ours]
    assert [key for key, n in Counter(keys).items() if n > 1] == []
    assert [each.head_branch for each in play.github.pulls].count(branch) == 1
    assert row.status == "done"


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_times_over_and_in_any_order(play: Play, seed: int) -> None:
    dice = random.Random(seed)
    number = play.opens()
    copies = happened(play, number, labelled=True) * 100
    dice.shuffle(copies)
    left = list(copies)
    while left:
        count = dice.choice([1, 2, 3, 100])
        play.services.deliveries.accept(left[:count])
        left = left[count:]
        play.goes_on()
    if "waits for answers" in play.status(number):
        # The answer came before there was a question.
        play.says(number, "1A")
    assert "**Done. " in play.status(number)
    once_each(play, number)
    wrote, asked = len(play.github.writes), len(play.mind.requests)
    play.services.deliveries.accept(copies)
    play.goes_on()
    assert (len(play.github.writes), len(play.mind.requests)) == (wrote, asked)


@pytest.mark.parametrize("seed", range(4))
def test_a_label_that_is_off_by_now_starts_nothing_in_whatever_order_it_is_told(play: Play, seed: int) -> None:
    number = play.opens()
    copies = happened(play, number, labelled=False) * 100
    random.Random(seed).shuffle(copies)
    play.services.deliveries.accept(copies)
    play.goes_on()
    assert list(play.services.runs.of_subject(7, number)) == []
    assert [each for each in play.github.comments(number) if each.author == BOT] == []


def test_a_label_that_is_told_of_after_the_issue_was_closed_starts_nothing(play: Play) -> None:
    number = play.opens()
    late = happened(play, number, labelled=True)[0]
    play.github.issues[number] = replace(play.github.issues[number], open=False)
    play.services.deliveries.accept([late])
    play.goes_on()
    assert list(play.services.runs.of_subject(7, number)) == []
