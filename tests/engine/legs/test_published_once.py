"""GitHub does what it is asked and the answer is lost: the next attempt looks first, and nothing is there twice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import github
import pytest
from github.Repository import Repository as TheirRepository

from bot.adapters.github import App
from bot.adapters.store import Store
from bot.core.errors import TransientError
from bot.core.identity import Repository
from bot.core.publications import (
    CheckWish,
    CommentWish,
    LabelWish,
    Publication,
    PullRequestWish,
    ReactionWish,
    marker,
)
from bot.engine.legs.publish import Publisher
from bot.hub.facts import Installation
from bot.hub.facts import Repository as Fact
from bot.hub.server import RunningHub, running_hub
from tests.hub.contract import Contract

BRANCH = "charrette/1-a-queue"
RUN = "7.1.feature-design.1"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    code = tmp_path_factory.mktemp("library")
    (code / "README.md").write_text("# Library\n")
    contract = Contract()
    with running_hub(tmp_path_factory.mktemp("hub"), {"octo/library": code}, middleware=contract) as running:
        yield running
    assert contract.faults == []


@dataclass
class Place:
    """Our publisher, and the repository as a person sees it."""

    publisher: Publisher
    there: TheirRepository
    number: int
    head: str


@pytest.fixture
def place(hub: RunningHub, tmp_path: Path) -> Iterator[Place]:
    store = Store(f"sqlite:///{tmp_path / 'charrette.sqlite'}")
    store.migrate()
    app = App(hub.app_id, hub.private_key_file.read_text, hub.url, hub.api_url, write_interval=0)
    here = Repository(hub.hub.store.all(Fact)[0].id, "octo/library", hub.hub.store.all(Installation)[0].id)
    services = cast(Any, SimpleNamespace(remotes=store.remotes, installations=app))
    auth = github.Auth.Token(hub.users["ada"])
    api = github.Github(auth=auth, base_url=hub.api_url, seconds_between_requests=0, seconds_between_writes=0)
    there = api.get_repo("octo/library")
    base = app.github(here).default_branch()[1]
    # Two commits of the same second would be one, with the checks of both.
    files = {"_tasks/q/001.md": f"# Request of {tmp_path.name}\n"}
    head, _ = app.github(here).commit(BRANCH, base, files, "first", create=True)
    yield Place(Publisher(services, here, RUN), there, there.create_issue("A queue").number, head)
    hub.no_faults()
    for pull in there.get_pulls():
        pull.edit(state="closed")
    there.get_git_ref(f"heads/{BRANCH}").delete()
    store.close()


def wishes(place: Place) -> dict[str, Publication]:
    return {
        "comment": CommentWish("status", place.number, "Phase 1."),
        "pull": PullRequestWish(BRANCH, "main", "Design: A queue", "An index.", draft=True),
        "check": CheckWish("check", "charrette", place.head, "in_progress", None, "Phase 1", "All is well."),
        "reaction": ReactionWish("eyes/d.0", place.number),
        "label": LabelWish("label/charrette", "charrette", "5319e7", "Ours."),
    }


def found(place: Place) -> dict[str, int]:
    issue = place.there.get_issue(place.number)
    return {
        "comment": issue.get_comments().totalCount,
        "pull": place.there.get_pulls(head=f"octo:{BRANCH}").totalCount,
        "check": place.there.get_commit(place.head).get_check_runs().totalCount,
        "reaction": issue.get_reactions().totalCount,
        "label": sum(label.name == "charrette" for label in place.there.get_labels()),
    }


@pytest.mark.parametrize("lost", ["applied-status", "applied-drop"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("comment", "/comments$"),
        ("pull", "/pulls$"),
        ("check", "/check-runs$"),
        ("reaction", "/reactions$"),
        ("label", "/labels$"),
    ],
)
def test_it_is_there_once(place: Place, hub: RunningHub, name: str, path: str, lost: str) -> None:
    wish = wishes(place)[name]
    if name == "label" and found(place)["label"]:
        place.there.get_label("charrette").delete()
    hub.faults({"kind": lost, "method": "POST", "path": path, "status": 502})
    with pytest.raises(TransientError):
        place.publisher.publish(wish)
    place.publisher.publish(wish)
    assert found(place)[name] == 1
    before = len(hub.writes())
    place.publisher.publish(wish)
    assert len(hub.writes()) == before, "what is there, and known, is asked for no more"


def test_what_people_write_around_our_part_of_a_body_stays(place: Place) -> None:
    wish = cast(PullRequestWish, wishes(place)["pull"])
    pull = place.there.get_pull(int(place.publisher.publish(wish)))
    pull.edit(body=f"Mine, above.\r\n\r\n{pull.body}\r\nMine, below.")
    place.publisher.publish(replace(wish, body="Another index."))
    place.publisher.publish(replace(wish, body="One more index."))
    body = place.there.get_pull(pull.number).body
    assert body.startswith("Mine, above.")
    assert body.rstrip().endswith("Mine, below.")
    assert "One more index." in body
    assert "Another index." not in body
    pull.edit(body="All mine.")
    place.publisher.publish(wish)
    body = place.there.get_pull(pull.number).body
    assert body.startswith("All mine.")
    assert "An index." in body
    pull.edit(body="x" * 65_000)
    place.publisher.publish(replace(wish, body="No room for it."))
    assert place.there.get_pull(pull.number).body == "x" * 65_000


def test_a_marker_in_a_persons_comment_is_none_of_ours(place: Place) -> None:
    wish = wishes(place)["comment"]
    issue = place.there.get_issue(place.number)
    theirs = issue.create_comment(f"I am the status.\n\n{marker(RUN, 'status')}")
    ours = int(place.publisher.publish(wish))
    assert ours != theirs.id
    assert issue.get_comment(theirs.id).body.startswith("I am the status.")
    assert issue.get_comment(ours).body.startswith("Phase 1.")
