"""A turn of looking for what was missed: what is asked for again, what is started, and what is left alone."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.adapters.store import Store
from bot.core.errors import MissingError, TransientError
from bot.core.identity import Repository
from bot.core.incoming.commands import Vocabulary
from bot.core.incoming.messages import Advance
from bot.core.ports import Attempt, Delivery, Hook, RunRow
from bot.engine.inbox.missed import NAME, TRIES, Book, Missed
from bot.engine.legs.asked import Asked
from bot.engine.services import Services

HERE = Repository(7, "o/r", 5)
NOON = "2026-11-20T12:00:00Z"


@dataclass
class Fake(Hook):
    """GitHub, with what was attempted and what is labelled; and our installations, with their branches."""

    tried: list[Attempt] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    down: bool = False
    asked: list[int] = field(default_factory=list)
    above: list[int] = field(default_factory=list)
    issues: dict[int, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    tidied: int = 0
    now_is: str = NOON

    def attempts(self, above: int, since: str) -> Sequence[Attempt]:
        self.above.append(above)
        return [each for each in reversed(self.tried) if each.id > above and each.at >= since]

    def redeliver(self, attempt: int) -> None:
        if self.down:
            raise TransientError("GitHub answered 502.")
        if attempt in self.gone:
            raise MissingError("GitHub: Not Found.")
        self.asked.append(attempt)

    def repositories(self) -> Iterable[Repository]:
        return [HERE]

    def repository(self, full_name: str) -> Repository:
        return HERE

    def labelled(self, repository: Repository, label: str) -> Sequence[int]:
        return sorted(self.issues)

    def labelling(self, repository: Repository, number: int, label: str) -> Delivery | None:
        at = self.issues[number]
        return Delivery(f"missed-7-{number}", "issues", b"{}", at=at) if at else None

    def github(self, repository: Repository) -> "Fake":
        return self

    def branches(self, prefix: str) -> Sequence[str]:
        return [each for each in self.taken if each.startswith(prefix)]

    def vocabulary(self, repository: Repository) -> Vocabulary:
        return Vocabulary({"design": "feature-design"})

    def tidy(self) -> None:
        self.tidied += 1

    def now(self) -> str:
        return self.now_is


@pytest.fixture
def github() -> Fake:
    return Fake()


@pytest.fixture
def services(github: Fake, tmp_path: Path) -> Services:
    store = Store(f"sqlite:///{tmp_path / 'charrette.sqlite'}")
    store.migrate()
    unused = cast(Any, None)
    return Services(
        deliveries=store.deliveries,
        runs=store.runs,
        ledger=store.ledger,
        remotes=store.remotes,
        turns=store.turns,
        retention=store.retention,
        hook=github,
        installations=cast(Any, github),
        clock=github,
        definitions=unused,
        houses=cast(Any, github),
        model=unused,
        tools=unused,
        limits=unused,
        handle=unused,
        present=store.present,
        database_url="",
    )


@pytest.fixture
def missed(services: Services) -> Missed:
    """Nothing waits in it: it was told to stop when it comes to that."""
    return Missed(services, threading.Event())


def attempt(id: int, guid: str, well: bool = False, at: str = "2026-11-20T11:00:00Z") -> Attempt:
    return Attempt(id, guid, at, well)


def note(services: Services) -> Any:
    return services.turns.take(NAME, -1)


def test_what_failed_every_time_is_asked_for_by_its_last_attempt(
    missed: Missed, services: Services, github: Fake
) -> None:
    services.deliveries.accept([Delivery("held", "issues", b"{}")])
    github.tried = [
        attempt(1, "failed"),
        attempt(2, "arrived later"),
        attempt(3, "held"),
        attempt(4, "failed"),
        attempt(5, "arrived later", well=True),
        attempt(6, "arrived", well=True),
        attempt(0, "too old", at="2026-11-10T11:00:00Z"),
    ]
    assert missed.redeliver(Book()) == 1
    assert github.asked == [4]


def test_it_is_asked_for_a_few_times_at_growing_distances(missed: Missed, services: Services, github: Fake) -> None:
    github.tried = [attempt(1, "failed")]
    times = [f"2026-11-20T{hour:02}:{minute:02}:00Z" for hour in range(12, 24) for minute in (0, 10, 20, 30, 40, 50)]
    asked_at = []
    kept = note(services) or {}
    for n, now in enumerate(times):
        github.now_is = now
        if missed.redeliver(Book.read(kept)):
            asked_at.append(now[11:16])
            github.tried.append(attempt(2 + n, "failed", at=now))
        kept = note(services)
    assert asked_at == ["12:00", "12:10", "12:20", "13:00", "15:40"]
    assert github.asked[0] == 1
    assert len(github.asked) == TRIES
    assert note(services)["failing"] == {}


def test_only_what_is_new_is_read_and_what_arrives_is_forgotten(
    missed: Missed, services: Services, github: Fake
) -> None:
    note(services)
    github.tried = [attempt(1, "failed"), attempt(9, "other", well=True)]
    missed.redeliver(Book())
    github.tried.append(attempt(10, "failed", well=True))
    missed.redeliver(Book.read(note(services)))
    assert github.above == [0, 9]
    assert note(services) == {"newest": 10, "failing": {}}


def test_a_delivery_that_github_no_longer_knows_is_let_go(
    missed: Missed, github: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    github.tried, github.gone = [attempt(1, "gone"), attempt(2, "failed")], {1}
    assert missed.redeliver(Book()) == 1
    assert github.asked == [2]
    assert "delivery gone can't be had again" in caplog.text


def test_what_github_would_not_do_now_is_left_to_the_next_turn(
    missed: Missed, services: Services, github: Fake
) -> None:
    note(services)
    github.tried, github.down = [attempt(1, "failed")], True
    with pytest.raises(TransientError):
        missed.redeliver(Book())
    github.down = False
    assert missed.redeliver(Book.read(note(services))) == 1


def run(number: int) -> RunRow:
    return RunRow(f"7.{number}.feature-design.1", 7, number, "feature-design", "done", False, {}, [])


def test_a_labelled_issue_without_a_run_gets_its_event_once(missed: Missed, services: Services, github: Fake) -> None:
    services.runs.create(run(2))
    github.taken = ["charrette/3-a-queue", "charrette/40-x"]
    github.issues = {
        1: "2026-11-20T11:00:00Z",
        2: "2026-11-20T11:00:00Z",  # has a run
        3: "2026-11-20T11:00:00Z",  # has a branch
        4: "2026-11-20T11:59:00Z",  # its delivery may be on its way
        5: "",  # nobody put the label on, or nobody who is there still
    }
    for _ in range(2):
        missed.start_labelled()
        assert [each.id for each in services.deliveries.pending()] == ["missed-7-1"]
    services.deliveries.handled("missed-7-1", "refused")
    missed.start_labelled()
    assert services.deliveries.pending() == []


def test_a_repository_that_can_not_be_read_holds_up_no_other(missed: Missed, services: Services, github: Fake) -> None:
    class Partly(Fake):
        def repositories(self) -> Iterable[Repository]:
            return [Repository(6, "o/locked", 4), HERE]

        def labelled(self, repository: Repository, label: str) -> Sequence[int]:
            if repository.id == 6:
                raise MissingError("GitHub: Not Found.")
            return super().labelled(repository, label)

    partly = Partly(issues={1: "2026-11-20T11:00:00Z"})
    Missed(replace(services, hook=partly), threading.Event()).start_labelled()
    assert [each.id for each in services.deliveries.pending()] == ["missed-7-1"]


def test_a_turn_has_all_of_it_done(missed: Missed, services: Services, github: Fake) -> None:
    github.issues = {1: "2026-11-20T11:00:00Z"}
    missed.turn({})
    assert github.tidied == 1
    assert len(services.deliveries.pending()) == 1


def test_what_came_while_the_web_process_started_is_asked_for_once_more(
    missed: Missed, services: Services, github: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.tried = [attempt(1, "failed")]

    def later(seconds: float) -> bool:
        github.now_is = "2026-11-20T12:00:15Z"
        github.tried.append(attempt(2, "failed", at=NOON))
        return False

    monkeypatch.setattr(missed._stop, "wait", later)
    missed.turn({})
    assert github.asked == [1, 2]


def test_nothing_is_begun_once_it_is_to_stop(missed: Missed, services: Services, github: Fake) -> None:
    github.tried, github.issues = [attempt(1, "failed")], {1: "2026-11-20T11:00:00Z"}
    missed._stop.set()
    missed.turn({})
    assert github.asked == [1]
    assert services.deliveries.pending() == []


def test_one_of_all_workers_takes_a_turn_and_faults_do_not_end_it(
    services: Services, github: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()

    class Broken(Fake):
        def attempts(self, above: int, since: str) -> Sequence[Attempt]:
            github.above.append(above)
            if len(github.above) == 1:
                raise TransientError("GitHub answered 502.")
            stop.set()
            raise ValueError("a bug")

    hooked = replace(services, hook=Broken(), missed_seconds=0.01)
    workers = [Missed(hooked, stop) for _ in range(3)]
    threads = [threading.Thread(target=worker.watch) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "missed deliveries could not be looked for: GitHub answered 502." in caplog.text
    assert "missed deliveries could not be looked for: a bug" in caplog.text


def test_the_book_can_be_closed_and_opened() -> None:
    book = Book()
    book.enter([attempt(3, "b"), attempt(2, "a")])
    assert Book.read(book.note()) == book
    assert [guid for guid, _ in book.due(NOON)] == ["a", "b"]


def test_plans_are_looked_at_once_an_hour(services: Services, github: Fake) -> None:
    asked: list[tuple[str, Asked]] = []
    missed = Missed(services, threading.Event(), lambda name, each, delay: asked.append((name, each)))
    github.issues = {}
    missed.look_at_plans()
    assert asked == []
    github.issues = {1: "2026-11-20T11:00:00Z"}
    missed.look_at_plans()
    assert asked == [], "not before the next hour"
    for now in ("2026-11-20T13:10:00Z", "2026-11-20T13:40:00Z", "2026-11-20T14:00:00Z"):
        github.now_is = now
        missed.look_at_plans()
    assert [(name[-2:], each.subject.home, each.message.deed) for name, each in asked] == [
        ("13", 0, Advance()),
        ("14", 0, Advance()),
    ]
