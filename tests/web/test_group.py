"""Deliveries that wait are stored together, and one that can't be stored takes no other with it."""

import threading
from collections.abc import Sequence

import gevent
import pytest

from bot.core.errors import TransientError
from bot.core.ports import Delivery
from bot.web import Group
from bot.web import group as group_module


def delivery(n: int) -> Delivery:
    return Delivery(f"d{n}", "issues", b"{}")


class Slow:
    """Stores the first delivery only when told to, so that the others wait meanwhile."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.busy = threading.Event()
        self.go = threading.Event()

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        self.busy.set()
        assert self.go.wait(10)
        self.groups.append([one.id for one in deliveries])


def until_waiting(slow: Slow, group: Group, n: int) -> None:
    """One commit is under way, in a thread, and so many deliveries wait for the next."""
    with gevent.Timeout(10):
        while not slow.busy.is_set() or len(group._waiting) < n:
            gevent.sleep(0.005)


def ask(group: Group, *numbers: int) -> "list[gevent.Greenlet[[Delivery], None]]":
    """Requests that store a delivery each."""
    return [gevent.spawn(group.store, delivery(n)) for n in numbers]


def failures(requests: "Sequence[gevent.Greenlet[[Delivery], None]]") -> list[str]:
    """What each of them raised, once all have ended."""
    gevent.joinall(requests, timeout=10)
    return [str(request.exception) if request.exception else "" for request in requests]


def test_what_waits_during_a_commit_is_one_commit() -> None:
    slow = Slow()
    group = Group(slow.accept)
    first = ask(group, 0)
    until_waiting(slow, group, 0)
    others = ask(group, *range(1, 8))
    until_waiting(slow, group, 7)
    assert not first[0].dead
    slow.go.set()
    assert failures([*first, *others]) == [""] * 8
    group.close()
    assert [len(one) for one in slow.groups] == [1, 7]
    assert sorted(slow.groups[1]) == [f"d{n}" for n in range(1, 8)]


def test_what_can_be_read_at_once_is_one_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_module, "GATHER", 5.0)
    slow = Slow()
    slow.go.set()
    group = Group(slow.accept)

    def read_and_store(one: Delivery) -> None:
        for _ in range(int(one.id.removeprefix("d"))):  # the later ones take more turns of the loop
            gevent.sleep(0)
        group.store(one)

    assert failures([gevent.spawn(read_and_store, delivery(n)) for n in range(5)]) == [""] * 5
    group.close()
    assert [len(one) for one in slow.groups] == [5]


def test_a_commit_waits_for_no_end_of_what_there_is_to_do() -> None:
    slow = Slow()
    slow.go.set()
    group = Group(slow.accept)

    def never_idle() -> None:
        while not slow.groups:
            gevent.sleep(0)

    busy = gevent.spawn(never_idle)
    assert failures(ask(group, 0)) == [""]
    group.close()
    gevent.joinall([busy], timeout=10)
    assert slow.groups == [["d0"]]


def test_a_group_has_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_module, "LARGEST", 3)
    slow = Slow()
    group = Group(slow.accept)
    requests = ask(group, 0)
    until_waiting(slow, group, 0)
    requests += ask(group, *range(1, 8))
    until_waiting(slow, group, 7)
    slow.go.set()
    assert failures(requests) == [""] * 8
    group.close()
    assert [len(one) for one in slow.groups] == [1, 3, 3, 1]


def test_all_that_wait_hear_that_the_database_is_locked() -> None:
    def locked(deliveries: Sequence[Delivery]) -> None:
        raise TransientError("locked")

    group = Group(locked)
    for n in range(2):
        with pytest.raises(TransientError, match="locked"):
            group.store(delivery(n))
    group.close()


def test_one_that_cannot_be_stored_takes_no_other_with_it() -> None:
    slow = Slow()

    def accept(deliveries: Sequence[Delivery]) -> None:
        slow.accept(deliveries)
        if "d2" in [one.id for one in deliveries]:
            raise ValueError("d2 is poison")

    group = Group(accept)
    requests = ask(group, 0)
    until_waiting(slow, group, 0)
    requests += ask(group, 1, 2, 3)
    until_waiting(slow, group, 3)
    slow.go.set()
    assert failures(requests) == ["", "", "d2 is poison", ""]
    group.close()


def test_one_that_takes_too_long_is_not_acknowledged() -> None:
    slow = Slow()
    group = Group(slow.accept, patience=0.05)
    with pytest.raises(TransientError, match="too long"):
        group.store(delivery(0))
    slow.go.set()
    group.close()
    assert slow.groups == [["d0"]]


def test_closing_stores_what_waits_and_takes_no_more() -> None:
    slow = Slow()
    group = Group(slow.accept)
    requests = ask(group, 0)
    until_waiting(slow, group, 0)
    requests += ask(group, 1, 2)
    until_waiting(slow, group, 2)
    slow.go.set()
    group.close()
    assert failures(requests) == [""] * 3
    with pytest.raises(TransientError, match="going down"):
        group.store(delivery(9))
