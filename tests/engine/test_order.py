"""Deeds within a second of each other, in the order in which they were done; and a kill between any two writes."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from bot.core.codec import from_json
from bot.core.errors import TransientError
from bot.core.identity import Subject
from bot.core.incoming.messages import Message, Pushed, Stop
from bot.core.ports import Comment, Delivery, RunRow
from bot.engine import worker
from bot.engine.inbox.intake import Intake
from bot.engine.legs.addressing import row_for
from bot.engine.legs.asked import Asked
from bot.engine.legs.including import WAITING
from bot.engine.legs.leaving import tell_waiting
from tests.stories.in_memory import HERE, PAGE, Play, delivery, make_play

AT = "2026-11-25T10:00:00Z"
IDS = count(1)


class Killed(BaseException):
    """SIGKILL, for whoever is at work."""


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    with pytest.MonkeyPatch.context() as patch:
        yield make_play(tmp_path_factory.mktemp("play"), patch, {"README.md": "# Library\n"})


def labelled(play: Play, number: int, name: str, on: bool) -> Delivery:
    """A label is put on, or taken off."""
    issue = play.github.issues[number]
    left = tuple(label for label in issue.labels if label != name)
    play.github.issues[number] = issue = replace(issue, labels=(*left, name) if on else left)
    action = {"action": "labeled" if on else "unlabeled", "label": {"name": name}}
    return delivery(f"order-{next(IDS)}", "issues", action, issue, "ada")


def said(play: Play, number: int, text: str) -> Delivery:
    """A comment is written."""
    id = next(play.github.ids)
    play.github.said.append(Comment(id, "ada", text, f"{PAGE}/issues/{number}#{id}", AT))
    user = {"login": "ada", "id": 3, "type": "User"}
    comment = {"id": id, "user": user, "body": text, "html_url": f"{PAGE}/issues/{number}#{id}", "updated_at": AT}
    return delivery(
        f"order-{next(IDS)}",
        "issue_comment",
        {"action": "created", "comment": comment},
        play.github.issues[number],
        "ada",
    )


def at_once(play: Play, *deliveries: Delivery) -> Play:
    """All of it comes in before any leg begins."""
    play.services.deliveries.accept(deliveries)
    play.intake.drain()
    return play.goes_on()


def waiting(play: Play) -> int:
    """An issue whose run waits for answers."""
    number = play.opens()
    play.labels(number, "memo")
    assert play.row(number).status == "waits for answers"
    return number


def stopped(play: Play) -> int:
    """An issue whose run was stopped."""
    number = waiting(play)
    play.says(number, "/cancel")
    assert play.row(number).status == "stopped"
    return number


def off(play: Play, number: int) -> Delivery:
    return labelled(play, number, "memo", on=False)


def on(play: Play, number: int) -> Delivery:
    return labelled(play, number, "memo", on=True)


def resume(play: Play, number: int) -> Delivery:
    return said(play, number, "/resume")


def cancel(play: Play, number: int) -> Delivery:
    return said(play, number, "/cancel")


def both(play: Play, number: int) -> Delivery:
    return said(play, number, "/resume\n/cancel")


def neither(play: Play, number: int) -> Delivery:
    return said(play, number, "/cancel\n/resume")


Deed = Callable[[Play, int], Delivery]


@pytest.mark.parametrize(
    ("begins", "deeds", "ends"),
    [
        pytest.param(waiting, [off, on], "waits for answers", id="a label off and on"),
        pytest.param(waiting, [off, on, off], "stopped", id="a label off, on and off"),
        pytest.param(stopped, [on, off], "stopped", id="a label put back and taken off again"),
        pytest.param(stopped, [on, off, on], "waits for answers", id="and on again"),
        pytest.param(stopped, [resume, cancel], "stopped", id="taken up and stopped"),
        pytest.param(stopped, [both], "stopped", id="taken up and stopped in one comment"),
        pytest.param(waiting, [cancel, resume], "waits for answers", id="stopped and taken up"),
        pytest.param(waiting, [neither], "waits for answers", id="stopped and taken up in one comment"),
    ],
)
def test_the_last_word_counts(play: Play, begins: Callable[[Play], int], deeds: list[Deed], ends: str) -> None:
    number = begins(play)
    # As GitHub has it by the time that each is handled: a label is looked at live.
    for deed in deeds:
        play.services.deliveries.accept([deed(play, number)])
        play.intake.drain()
    play.goes_on()
    row = play.row(number)
    assert (row.status, row.stop) == (ends, ends == "stopped")


def test_one_label_is_exchanged_for_another(play: Play) -> None:
    number = waiting(play)
    at_once(play, off(play, number), labelled(play, number, "note", on=True))
    rows = play.services.runs.of_subject(7, number)
    assert [(row.workflow, row.status) for row in rows] == [("memo", "stopped"), ("note", "done")]


def test_questions_are_waited_for_anew_after_a_stop(play: Play) -> None:
    number = stopped(play)
    play.engine.due()
    play.goes_on()
    assert play.row(number).status == "stopped"
    play.says(number, "/resume")
    assert play.row(number).status == "waits for answers"
    play.engine.due()
    play.goes_on()
    assert play.row(number).status == "done"


def test_an_answer_that_came_before_the_wait_was_over_counts(play: Play) -> None:
    number = waiting(play)
    play.services.deliveries.accept([said(play, number, "/answer 1B")])
    play.intake.drain()
    play.engine.due()
    play.goes_on()
    request = next(text for path, text in documents(play, number).items() if "001-" in path)
    assert "**Answer (2026-11-25T10:00:00Z, @ada):** B)" in request
    assert "Assumed" not in request


def documents(play: Play, number: int) -> dict[str, str]:
    """What is on the run's branch."""
    (branch,) = play.github.branches(f"charrette/{number}-")
    head = play.github.heads[branch]
    return play.github.commits[head][2]


def test_a_stop_is_of_the_run_that_was_at_work_though_another_begins_meanwhile(play: Play) -> None:
    number = waiting(play)
    play.services.deliveries.accept([cancel(play, number)])
    play.intake.drain()
    (leg,) = play.engine.queued.values()
    deed, first = from_json(Asked, leg).message.deed, play.row(number)
    second = replace(first, id=f"7.{number}.memo.2", status="starting", pinned={})
    assert row_for([first, second], deed) == first
    play.goes_on()


def test_a_run_whose_leg_was_cut_off_goes_on_with_whatever_comes_next(play: Play) -> None:
    number = waiting(play)
    row = play.row(number)
    play.services.runs.close(row.id, "running", row.state or {}, "", "")
    at_once(play, said(play, number, "Thanks for this!"))
    assert play.row(number).status == "waits for answers"


@pytest.mark.parametrize(
    ("name", "deed", "status"),
    [("note", off, "done"), ("note", cancel, "done"), ("memo", off, "stopped"), ("memo", cancel, "stopped")],
)
def test_a_run_that_is_only_looked_at_is_stopped_where_it_waits_and_not_where_it_is_done(
    play: Play, monkeypatch: pytest.MonkeyPatch, name: str, deed: Deed, status: str
) -> None:
    """A merge closes the issue in the second in which the run looks at its branch."""
    number = play.opens()
    play.labels(number, name)
    before = play.row(number).status
    stopped, left = play.services.runs.stopped, [deed]

    def meanwhile(run: str) -> Any:
        while left:
            left.pop()
            gone = labelled(play, number, name, on=False) if deed is off else cancel(play, number)
            play.services.deliveries.accept([gone])
            play.intake.drain()
            assert play.row(number).status == before
        return stopped(run)

    monkeypatch.setattr(play.services.runs, "stopped", meanwhile)
    message = Message(f"look-{number}", "ada", AT, PAGE, Pushed("c" * 40))
    worker.enqueue(message.id, Asked(Subject(HERE, number), message))
    play.goes_on()
    assert left == []
    row = play.row(number)
    assert (row.status, row.stop) == (status, status == "stopped")
    assert ("**Done. " if status == "done" else "**Stopped. ") in play.status(number)


def test_who_waits_for_a_run_is_told_each_time_that_it_comes_to_rest(play: Play) -> None:
    number = play.opens()
    subject = Subject(HERE, number)
    play.services.runs.create(RunRow(f"7.{number}.outline.1", 7, number, "outline", WAITING, False, {}, []))

    def comes_to_rest(id: str) -> int:
        message = Message(id, "ada", AT, PAGE, Stop())
        tell_waiting(play.services, worker.enqueue, Asked(subject, message))
        queued = len(play.engine.queued)
        play.engine.ran |= play.engine.queued.keys()
        play.engine.queued.clear()
        return queued

    # Stopped, taken up, and stopped again where it stood; the second leg was cut off at its end, and went on.
    assert [comes_to_rest(id) for id in ("gh-1", "gh-2", "gh-2")] == [1, 1, 0]


# --- kills -----------------------------------------------------------------------------------------------------------


def killed_at(play: Play, nth: int, deed: Delivery) -> None:
    """The worker is killed at the nth of what this delivery writes or queues; the next one goes on."""
    left = count(1)

    def passing(work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: object) -> Any:
            if next(left) == nth:
                raise Killed
            return work(*args)

        return call

    runs = play.services.runs
    with pytest.MonkeyPatch.context() as patch:
        for name in ("create", "set_stop"):
            patch.setattr(runs, name, passing(getattr(runs, name)))
        queue = passing(play.intake.enqueue)
        dying = Intake(play.services, queue, play.intake.eyes, worker.Legs())
        play.services.deliveries.accept([deed])
        with suppress(Killed):
            dying.drain()
    play.intake = Intake(play.services, play.intake.enqueue, play.intake.eyes, worker.Legs())
    play.goes_on()


@pytest.mark.parametrize("begins", [waiting, stopped])
def test_what_was_passed_on_is_not_judged_again_with_the_delivery(
    play: Play, begins: Callable[[Play], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub has trouble with the second command of a comment, and all of the comment is handled again."""
    number = begins(play)
    words = "/cancel\n/resume" if begins is waiting else "/resume\n/cancel"
    real, asked = play.github.permission, count(1)

    def once_unable(login: str) -> Any:
        if next(asked) == 2:
            raise TransientError("GitHub: 502")
        return real(login)

    monkeypatch.setattr(play.github, "permission", once_unable)
    before = len(play.github.comments(number))
    at_once(play, said(play, number, words))
    play.intake.not_before.clear()
    play.intake.anew = 0.0
    play.goes_on()
    assert play.row(number).status == ("waits for answers" if begins is waiting else "stopped")
    assert [each.body for each in play.github.comments(number)[before:] if each.ours] == []


@pytest.mark.parametrize("nth", range(1, 4))
@pytest.mark.parametrize(
    ("begins", "deed", "ends"),
    [
        pytest.param(Play.opens, on, "waits for answers", id="a label"),
        pytest.param(stopped, on, "waits for answers", id="a label that is put back"),
        pytest.param(stopped, resume, "waits for answers", id="resume"),
        pytest.param(waiting, cancel, "stopped", id="cancel"),
        pytest.param(waiting, off, "stopped", id="a label that is taken off"),
    ],
)
def test_a_kill_between_any_two_writes_of_the_inbox_loses_nothing(
    play: Play, begins: Callable[[Play], int], deed: Deed, ends: str, nth: int
) -> None:
    number = begins(play)
    killed_at(play, nth, deed(play, number))
    assert play.row(number).status == ends
