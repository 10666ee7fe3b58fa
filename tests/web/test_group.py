"""Deliveries that wait are stored together, and one that can't be stored takes no other with it."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

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


def wait_until_waiting(group: Group, n: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with group._changed:
            if len(group._waiting) >= n:
                return
        time.sleep(0.005)
    raise AssertionError(f"{len(group._waiting)} of {n} wait")


def test_what_waits_during_a_commit_is_one_commit() -> None:
    slow = Slow()
    group = Group(slow.accept)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(group.store, delivery(0))
        slow.busy.wait(10)
        others = [pool.submit(group.store, delivery(n)) for n in range(1, 8)]
        wait_until_waiting(group, 7)
        assert not first.done()
        slow.go.set()
        for future in (first, *others):
            future.result(10)
    group.close()
    assert [len(one) for one in slow.groups] == [1, 7]
    assert sorted(slow.groups[1]) == [f"d{n}" for n in range(1, 8)]


def test_a_group_has_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_module, "LARGEST", 3)
    slow = Slow()
    group = Group(slow.accept)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(group.store, delivery(0))]
        slow.busy.wait(10)
        futures += [pool.submit(group.store, delivery(n)) for n in range(1, 8)]
        wait_until_waiting(group, 7)
        slow.go.set()
        for future in futures:
            future.result(10)
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
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(group.store, delivery(0))]
        slow.busy.wait(10)
        futures += [pool.submit(group.store, delivery(n)) for n in range(1, 4)]
        wait_until_waiting(group, 3)
        slow.go.set()
        failures = [str(future.exception(10)) for future in futures]
    group.close()
    assert failures == ["None", "None", "d2 is poison", "None"]


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
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(group.store, delivery(0))]
        assert slow.busy.wait(10)
        futures += [pool.submit(group.store, delivery(n)) for n in (1, 2)]
        wait_until_waiting(group, 2)
        slow.go.set()
        group.close()
        assert [future.exception(10) for future in futures] == [None] * 3
    with pytest.raises(TransientError, match="going down"):
        group.store(delivery(9))
