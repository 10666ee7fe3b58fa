"""When the configuration of a repository is asked for anew, and which words count while it has faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app import built_in_workflows, definitions
from bot.core.errors import PersonError
from bot.core.identity import Repository
from bot.core.ports import Layer, Remote
from bot.engine.inbox.houses import AGAIN, Houses
from bot.engine.inbox.words import settled, words_of

HERE, THERE = Repository(1, "octo/Library", 5), Repository(2, "octo/other", 5)


@dataclass
class Fake:
    """Installations, the marks of pushes, and a clock."""

    text: str = ""
    above: str = ""
    asked: list[str] = field(default_factory=list)
    marks: dict[tuple[str, str], Remote] = field(default_factory=dict)
    time: float = 0.0
    refuses: bool = False

    def github(self, repository: Repository) -> Any:
        fake = self

        class Client:
            def configuration(self, commit: str = "") -> Layer:
                if fake.refuses:
                    raise PersonError("GitHub refused: Resource not accessible by integration.")
                fake.asked.append(f"{repository.full_name}@{commit}")
                return layer(".github/", fake.text)

        return Client()

    def organisation(self, repository: Repository) -> Layer:
        self.asked.append("octo/.github")
        return layer("octo/.github/", self.above)

    def get(self, scope: str, key: str) -> Remote | None:
        return self.marks.get((scope, key))

    def put(self, scope: str, key: str, remote: Remote) -> None:
        self.marks[scope, key] = remote

    def houses(self) -> Houses:
        return Houses(cast(Any, self), KNOWN, cast(Any, self), lambda: self.time)


KNOWN = definitions(built_in_workflows())


def layer(where: str, text: str) -> Layer:
    return Layer(where, {"charrette.yml": text.encode()}, digest=text) if text else Layer(where)


@pytest.fixture
def fake() -> Fake:
    return Fake()


def test_it_is_asked_for_once(fake: Fake) -> None:
    houses = fake.houses()
    for _ in range(3):
        assert houses.of(HERE).house.definitions == KNOWN.all()
    assert fake.asked == ["octo/Library@", "octo/.github"]
    houses.of(THERE)
    assert fake.asked[2:] == ["octo/other@"]


def test_it_is_asked_for_anew_after_a_push_that_any_worker_heard_of(fake: Fake) -> None:
    houses, another = fake.houses(), fake.houses()
    houses.of(HERE)
    another.moved(HERE, "abc")
    fake.asked.clear()
    houses.of(HERE)
    houses.of(HERE)
    assert fake.asked == ["octo/Library@"]
    another.moved(Repository(3, "Octo/.github", 5), "abc")
    houses.of(HERE)
    assert fake.asked == ["octo/Library@", "octo/.github"]


def test_it_is_asked_for_once_in_a_while_since_a_push_may_never_be_told_of(fake: Fake) -> None:
    houses = fake.houses()
    houses.of(HERE)
    fake.time = AGAIN - 1
    houses.of(HERE)
    assert len(fake.asked) == 2
    fake.time = AGAIN
    houses.of(HERE)
    assert len(fake.asked) == 4


def test_a_run_starts_with_what_stands_at_its_commit(fake: Fake) -> None:
    houses = fake.houses()
    houses.at(HERE, "c1")
    houses.at(HERE, "c2")
    assert fake.asked == ["octo/Library@c1", "octo/.github", "octo/Library@c2"]


def own(labels: Mapping[str, str]) -> list[str]:
    """The labels of feature design; those of the other workflows stay as they are."""
    return sorted(label for label, workflow in labels.items() if workflow == "feature-design")


def test_with_faults_the_words_of_before_and_of_what_can_be_read_still_count(fake: Fake) -> None:
    houses = fake.houses()
    fake.text = "labels: {feature-design: rfc}"
    assert own(houses.vocabulary(HERE).labels) == ["rfc"]
    fake.text = "labels: {feature-design: rfc2}\nsistems: []"
    houses.moved(HERE, "1")
    assert own(houses.vocabulary(HERE).labels) == ["design", "rfc", "rfc2"]
    fake.text = "["
    houses.moved(HERE, "2")
    assert own(houses.vocabulary(HERE).labels) == ["design", "rfc"]
    assert own(fake.houses().vocabulary(HERE).labels) == ["design"]
    fake.text = ""
    houses.moved(HERE, "3")
    assert own(houses.vocabulary(HERE).labels) == ["design"]


def test_labels_are_made_of_a_configuration_without_faults_alone(fake: Fake) -> None:
    services = cast(Any, SimpleNamespace(houses=fake.houses(), definitions=KNOWN))
    assert own(settled(services, HERE).labels) == ["design"]
    fake.text = "sistems: []"
    services.houses.moved(HERE, "1")
    assert dict(settled(services, HERE).labels) == {}
    fake.refuses = True
    services.houses.moved(HERE, "2")
    assert dict(settled(services, HERE).labels) == {}
    assert own(words_of(services, HERE).labels) == ["design"]


def test_a_pull_request_answers_for_its_own_faults_alone(fake: Fake) -> None:
    fake.text, fake.above = "systems: Ray", "labels: 3"
    ours, faults = fake.houses().faults_of(HERE, "c1")
    assert ours.where == ".github/"
    assert [fault.where for fault in faults] == [".github/charrette.yml"]
    fake.text = "systems: [Ray]"
    assert fake.houses().faults_of(HERE, "c2")[1] == []
