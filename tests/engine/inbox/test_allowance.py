"""How many comments are answered, and runs started, within an hour."""

from bot.core.identity import Repository
from bot.core.incoming.events import CommentCreated, IssueClosed, Sender, Written
from bot.core.ports import Issue
from bot.engine.inbox.allowance import Allowance, Answered

AT = "2026-11-20T10:00:00Z"
ISSUE = Issue(3, "T", "", "ann", True, (), "https://github.com/o/r/issues/3")


class Clock:
    """An hour passes when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def comment(delivery: int, by: str = "eve", number: int = 3) -> CommentCreated:
    sender = Sender(by, 1, False)
    issue = Issue(number, "T", "", "ann", True, (), "https://github.com/o/r/issues/3")
    return CommentCreated(
        f"{by}-{number}-{delivery}", sender, AT, Repository(1, "o/r", 5), issue, Written(1, sender, "", "")
    )


def test_a_person_on_an_issue() -> None:
    clock = Clock()
    known = Allowance(2, 2, clock)
    asked = [known.answers(comment(n), words=False) for n in (1, 2, 3, 1, 3)]
    assert asked == [Answered.YES, Answered.YES, Answered.NO, Answered.YES, Answered.NO]
    assert known.answers(comment(9), words=True) is Answered.YES
    assert known.answers(comment(1, "ann"), words=False) is Answered.YES
    clock.now = 3600.0
    assert known.answers(comment(4), words=False) is Answered.YES
    clock.now = 7200.0
    known.starts_again("1.3", "d")
    assert list(known.hours) == [("start", "1.3")]


def test_a_person_in_a_repository() -> None:
    known = Allowance(1, 1, Clock())
    asked = [known.answers(comment(1, number=n), words=False) for n in range(4)]
    assert asked == [Answered.YES] * 3 + [Answered.NO]


def test_many_people_on_an_issue_leave_room_for_those_who_may_write() -> None:
    known = Allowance(1, 1, Clock())
    asked = [known.answers(comment(1, by=f"p{n}"), words=False) for n in range(4)]
    assert asked == [Answered.YES] * 3 + [Answered.WRITERS]


def test_what_needs_rights_is_not_counted() -> None:
    known = Allowance(1, 1, Clock())
    closed = [IssueClosed(f"d{n}", Sender("eve", 1, False), AT, Repository(1, "o/r", 5), ISSUE) for n in range(9)]
    assert {known.answers(each, words=False) for each in closed} == {Answered.YES}


def test_starts_of_a_subject() -> None:
    known = Allowance(1, 2, Clock())
    assert [known.starts_again("1.3", d) for d in ("a", "b", "c", "a")] == [True, True, False, True]
    assert known.starts_again("1.4", "c")
