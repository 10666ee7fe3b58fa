"""Reviews, for real, against the hub: remarks stand on the lines of the diff, whatever the branch did since."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.github import App, Client
from bot.adapters.github.reviews import commentable
from bot.core.errors import PersonError
from bot.core.identity import Repository
from bot.core.ports import Pull
from bot.core.publications import Remark
from bot.hub.facts import Installation
from bot.hub.facts import Repository as Fact
from bot.hub.server import running_hub
from tests.hub.contract import Contract

BRANCH = "charrette/1-a-queue"
DESIGN = "# Design\n\nThe scan is linear.\nIt blocks.\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    code: Path = tmp_path_factory.mktemp("code")
    (code / "README.md").write_text("".join(f"line {n}\n" for n in range(1, 31)))
    contract = Contract()
    with running_hub(tmp_path_factory.mktemp("hub"), {"octo/library": code}, middleware=contract) as hub:
        app = App(hub.app_id, hub.private_key_file.read_text, hub.url, hub.api_url, write_interval=0)
        fact, installation = hub.hub.store.all(Fact)[0], hub.hub.store.all(Installation)[0]
        yield app.github(Repository(fact.id, "octo/library", installation.id))
    assert [fault for fault in contract.faults if ": answer" not in fault] == []


@pytest.fixture(scope="module")
def pull(client: Client) -> Pull:
    branch, base = client.default_branch()
    changed = "".join(f"line {n}\n" for n in range(1, 31) if n != 15)
    files = {"_tasks/q/002-design.md": DESIGN, "README.md": changed}
    client.commit(BRANCH, base, files, "design", create=True)
    return client.create_pull(BRANCH, branch, "A queue", "", draft=False)


def test_the_lines_that_a_remark_can_stand_on(client: Client, pull: Pull) -> None:
    lines = client.diff_lines(pull.number)
    assert lines["_tasks/q/002-design.md"] == {1, 2, 3, 4}
    assert lines["README.md"] == set(range(12, 18))


@pytest.mark.parametrize(
    ("patch", "lines"),
    [
        ("", set()),
        ("@@ -0,0 +1 @@\n+one\n\\ No newline at end of file", {1}),
        ("@@ -1,2 +1,2 @@ def f():\n-a\n+b\n c\n@@ -9 +9,2 @@\n d\n+e", {1, 2, 9, 10}),
    ],
)
def test_the_lines_of_a_patch(patch: str, lines: set[int]) -> None:
    assert commentable(patch) == lines


def test_a_review_of_an_earlier_commit(client: Client, pull: Pull) -> None:
    client.commit(BRANCH, pull.head, {"_tasks/q/003-tarjan-review.md": "# Review\n"}, "review", create=False)
    remarks = (
        Remark("_tasks/q/002-design.md", 3, 3, "It grows."),
        Remark("_tasks/q/002-design.md", 3, 4, "Both."),
    )
    id = client.create_review(pull.number, pull.head, "The review.", remarks)
    (review,) = client.reviews(pull.number)
    assert (review.id, review.body, review.ours) == (id, "The review.", True)


def test_a_remark_outside_the_diff_is_refused_and_nothing_is_written(client: Client, pull: Pull) -> None:
    before = client.reviews(pull.number)
    with pytest.raises(PersonError, match="could not be resolved"):
        client.create_review(pull.number, pull.head, "x", (Remark("README.md", 1, 1, "Far away."),))
    assert client.reviews(pull.number) == before
