"""A client, for real, against the hub: what it writes is there, and what others write it sees."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import github
import pytest
from github.Repository import Repository as TheirRepository

from bot.adapters.github import App, Client
from bot.core.errors import ConflictError, MissingError, PersonError, TransientError
from bot.core.identity import Repository
from bot.core.incoming.events import InRepository, parse
from bot.core.publications import Annotation, CheckWish, LabelWish
from bot.hub.facts import Delivery, Installation
from bot.hub.facts import Repository as Fact
from bot.hub.server import RunningHub, running_hub
from tests.hub.contract import Contract

BRANCH = "charrette/1-a-queue"
BODY = "A design, with `code` and 🙂."


@dataclass
class Place:
    """A repository on a hub, as our client and as a person see it."""

    hub: RunningHub
    app: App
    repository: Repository

    @property
    def client(self) -> Client:
        return self.app.github(self.repository)

    def person(self, login: str = "ada") -> TheirRepository:
        api = github.Github(
            auth=github.Auth.Token(self.hub.users[login]),
            base_url=self.hub.api_url,
            seconds_between_requests=0,
            seconds_between_writes=0,
        )
        return api.get_repo("octo/library")

    def open_issue(self, login: str = "ada", body: str = "It should wait.") -> int:
        return self.person(login).create_issue("A queue", body).number

    def branched(self, files: dict[str, str] | None = None) -> tuple[str, str]:
        """The base's head, and the head of our branch with one commit."""
        base = self.client.default_branch()[1]
        made, _ = self.client.commit(BRANCH, base, files or {"_tasks/q/001.md": "# Request\n"}, "first", create=True)
        return base, made


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    code = tmp_path_factory.mktemp("library")
    (code / "README.md").write_text("# Library\n")
    (code / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    (code / "folder").mkdir()
    (code / "folder" / "a.txt").write_text("a\n")
    contract = Contract()
    with running_hub(tmp_path_factory.mktemp("hub"), {"octo/library": code}, middleware=contract) as running:
        yield running
    # What the hub answers is for its own tests to judge.
    assert [fault for fault in contract.faults if ": answer" not in fault] == []


@pytest.fixture(scope="module")
def app(hub: RunningHub) -> App:
    return App(hub.app_id, hub.private_key_file.read_text, hub.url, hub.api_url, write_interval=0)


@pytest.fixture
def place(hub: RunningHub, app: App) -> Iterator[Place]:
    fact = hub.hub.store.all(Fact)[0]
    installation = hub.hub.store.all(Installation)[0]
    made = Place(hub, app, Repository(fact.id, "octo/library", installation.id))
    yield made
    hub.no_faults()
    there = made.person()
    for pull in there.get_pulls():
        pull.edit(state="closed")
    for ref in there.get_git_matching_refs("heads/charrette/"):
        ref.delete()


def test_it_knows_itself_and_the_default_branch(place: Place) -> None:
    assert place.client.login() == "charrette[bot]"
    name, head = place.client.default_branch()
    assert (name, head) == ("main", place.person().get_branch("main").commit.sha)


def test_an_issue_as_it_is_now(place: Place) -> None:
    number = place.open_issue()
    place.person().get_issue(number).add_to_labels("bug", "enhancement")
    place.person().get_issue(number).edit(state="closed")
    issue = place.client.issue(number)
    assert (issue.number, issue.title, issue.body, issue.author) == (number, "A queue", "It should wait.", "ada")
    assert (issue.open, sorted(issue.labels), issue.pull) == (False, ["bug", "enhancement"], False)
    assert issue.url == f"{place.hub.url}/octo/library/issues/{number}"


def test_an_issue_that_is_not_there(place: Place) -> None:
    with pytest.raises(MissingError):
        place.client.issue(4711)


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        pytest.param("ada", "write", id="writer"),
        pytest.param("grace", "admin", id="admin"),
        pytest.param("eve", "read", id="reader"),
        pytest.param("nobody", "none", id="nobody"),
    ],
)
def test_what_people_may(place: Place, login: str, expected: str) -> None:
    assert place.client.permission(login) == expected


def test_comments_are_written_edited_and_told_apart(place: Place) -> None:
    number = place.open_issue()
    place.person().get_issue(number).create_comment("/help")
    ours = place.client.create_comment(number, BODY)
    place.client.update_comment(ours, f"{BODY}\n\nMore.")
    first, second = place.client.comments(number)
    assert (first.author, first.body, first.ours) == ("ada", "/help", False)
    assert (second.id, second.author, second.body) == (ours, "charrette[bot]", f"{BODY}\n\nMore.")
    assert second.ours
    assert second.url == f"{place.hub.url}/octo/library/issues/{number}#issuecomment-{ours}"
    assert second.created_at.endswith("Z")


def test_more_comments_than_a_page_has(place: Place) -> None:
    number = place.open_issue()
    issue = place.person().get_issue(number)
    written = [issue.create_comment(str(n)).id for n in range(105)]
    assert [comment.id for comment in place.client.comments(number)] == written


def test_a_comment_that_somebody_deleted(place: Place) -> None:
    number = place.open_issue()
    ours = place.client.create_comment(number, BODY)
    place.person("grace").get_issue(number).get_comment(ours).delete()
    with pytest.raises(MissingError):
        place.client.update_comment(ours, "x")


def test_a_comment_that_is_too_long_is_refused_in_words(place: Place) -> None:
    with pytest.raises(PersonError, match="too long"):
        place.client.create_comment(place.open_issue(), "x" * 65_537)


def test_reactions_twice_are_once(place: Place) -> None:
    number = place.open_issue()
    issue = place.person().get_issue(number)
    comment = issue.create_comment("/help")
    for _ in range(2):
        place.client.react(number, 0, "eyes")
        place.client.react(number, comment.id, "eyes")
    assert [reaction.content for reaction in issue.get_reactions()] == ["eyes"]
    assert [reaction.content for reaction in comment.get_reactions()] == ["eyes"]


def test_a_label_is_made_once_and_then_left_alone(place: Place) -> None:
    place.client.ensure_label(LabelWish("label/design", "design", "1d76db", "Designs a feature"))
    label = place.person("grace").get_label("design")
    assert (label.color, label.description) == ("1d76db", "Designs a feature")
    label.edit("design", "ff0000", "Ours")
    place.client.ensure_label(LabelWish("label/design", "design", "1d76db", "Designs a feature"))
    assert place.person().get_label("design").color == "ff0000"


def test_a_commit_makes_a_branch_of_ours(place: Place) -> None:
    base, first = place.branched({"_tasks/q/001-user-request.md": "# Request\n", "_tasks/q/bild.md": "Größe 🙂\n"})
    assert place.client.head(BRANCH) == first
    sha, files = place.client.commit(BRANCH, first, {"_tasks/q/002.md": "# Understanding\n"}, "second\n", create=False)
    there = place.person()
    assert there.get_branch(BRANCH).commit.sha == sha
    assert there.get_git_commit(sha).parents[0].sha == first
    tree = {entry.path: entry.sha for entry in there.get_git_tree(sha, recursive=True).tree}
    assert tree["_tasks/q/002.md"] == files["_tasks/q/002.md"]
    assert "README.md" in tree
    commits = place.client.branch_commits(BRANCH, base)
    assert [(commit.sha, commit.author, commit.ours) for commit in commits] == [
        (first, "charrette[bot]", True),
        (sha, "charrette[bot]", True),
    ]
    assert commits[1].message.strip() == "second"
    assert commits[1].at.endswith("Z")
    written = place.person().get_contents("_tasks/q/bild.md", sha)
    assert not isinstance(written, list)
    assert written.decoded_content.decode() == "Größe 🙂\n"


def test_a_persons_commit_is_not_ours(place: Place) -> None:
    base, _ = place.branched()
    place.person().create_file("_tasks/q/note.md", "a note", "By hand.\n", branch=BRANCH)
    assert [(commit.author, commit.ours) for commit in place.client.branch_commits(BRANCH, base)] == [
        ("charrette[bot]", True),
        ("ada", False),
    ]


def test_a_branch_that_moved_on_is_a_conflict(place: Place) -> None:
    _, first = place.branched()
    place.person().create_file("_tasks/q/note.md", "a note", "By hand.\n", branch=BRANCH)
    with pytest.raises(ConflictError):
        place.client.commit(BRANCH, first, {"_tasks/q/002.md": "x\n"}, "second", create=False)


def test_a_branch_that_is_there_already_is_a_conflict(place: Place) -> None:
    base, _ = place.branched()
    with pytest.raises(ConflictError):
        place.client.commit(BRANCH, base, {"_tasks/q/001.md": "x\n"}, "first", create=True)


def test_a_branch_that_was_deleted(place: Place) -> None:
    base, first = place.branched()
    place.person().get_git_ref(f"heads/{BRANCH}").delete()
    assert place.client.head(BRANCH) is None
    with pytest.raises((ConflictError, MissingError)):
        place.client.commit(BRANCH, first, {"_tasks/q/002.md": "x\n"}, "second", create=False)
    with pytest.raises(MissingError):
        place.client.branch_commits(BRANCH, base)


@pytest.mark.parametrize("kind", ["applied-status", "applied-drop"])
def test_a_branch_that_moved_though_the_answer_was_lost(place: Place, kind: str) -> None:
    _, first = place.branched()
    place.hub.faults({"kind": kind, "method": "PATCH", "path": "/git/refs/"})
    sha, _ = place.client.commit(BRANCH, first, {"_tasks/q/002.md": "x\n"}, "second", create=False)
    assert place.client.head(BRANCH) == sha


@pytest.mark.parametrize("kind", ["applied-status", "applied-drop"])
def test_a_comment_whose_answer_was_lost_was_written_once(place: Place, kind: str) -> None:
    number = place.open_issue()
    place.hub.faults({"kind": kind, "method": "POST", "path": "/comments$"})
    with pytest.raises(TransientError):
        place.client.create_comment(number, BODY)
    assert [comment.body for comment in place.client.comments(number)] == [BODY]


def test_a_pull_request_from_draft_to_ready(place: Place) -> None:
    place.branched()
    assert place.client.pull_for(BRANCH) is None
    made = place.client.create_pull(BRANCH, "main", "A queue: design", BODY, draft=True)
    assert (made.head_branch, made.title, made.body, made.draft, made.open) == (BRANCH, made.title, BODY, True, True)
    assert place.client.pull_for(BRANCH) == made
    place.client.update_pull(made.number, "A queue", "New")
    for _ in range(2):
        place.client.set_draft(made.number, False)
    now = place.client.pull(made.number)
    assert (now.title, now.body, now.draft, now.url) == ("A queue", "New", False, made.url)
    place.client.set_draft(made.number, True)
    assert place.client.pull(made.number).draft
    assert place.client.issue(made.number).pull


def test_a_second_pull_request_of_a_branch_is_a_conflict(place: Place) -> None:
    place.branched()
    place.client.create_pull(BRANCH, "main", "t", "b", draft=True)
    with pytest.raises(ConflictError):
        place.client.create_pull(BRANCH, "main", "t", "b", draft=True)


def test_the_newest_pull_request_of_a_branch(place: Place) -> None:
    place.branched()
    first = place.client.create_pull(BRANCH, "main", "t", "b", draft=True)
    place.person().get_pull(first.number).edit(state="closed")
    closed = place.client.pull_for(BRANCH)
    assert closed is not None
    assert (closed.number, closed.open, closed.merged) == (first.number, False, False)
    second = place.client.create_pull(BRANCH, "main", "t", "b", draft=False)
    place.person("grace").get_pull(second.number).merge()
    merged = place.client.pull_for(BRANCH)
    assert merged is not None
    assert (merged.number, merged.open, merged.merged) == (second.number, False, True)


def test_a_pull_request_that_is_not_there(place: Place) -> None:
    with pytest.raises(MissingError):
        place.client.pull(place.open_issue())


def check_wish(head: str, annotations: int = 0, done: bool = True, summary: str = "All is well.") -> CheckWish:
    notes = tuple(
        Annotation("_tasks/q/001.md", n, "warning", f"Rule {n}", "Fix it.") for n in range(1, annotations + 1)
    )
    conclusion: Literal["neutral"] | None = "neutral" if done else None
    return CheckWish(
        key="check",
        name="Charrette / design",
        head=head,
        status="completed" if done else "in_progress",
        conclusion=conclusion,
        title="Gates",
        summary=summary,
        annotations=notes,
    )


def annotations(place: Place, check: int) -> list[int]:
    return sorted(each.start_line for each in place.person().get_check_run(check).get_annotations())


def test_a_check_from_begin_to_end(place: Place) -> None:
    _, head = place.branched()
    id = place.client.create_check(check_wish(head, done=False))
    assert place.client.checks(head, "Charrette / design") == [id]
    assert place.client.checks(head, "Another") == []
    assert place.person().get_check_run(id).status == "in_progress"
    place.client.update_check(id, check_wish(head, annotations=2, summary="Two."))
    check = place.person().get_check_run(id)
    assert (check.status, check.conclusion, check.output.summary) == ("completed", "neutral", "Two.")
    place.client.update_check(id, check_wish(head, summary="Well."))
    assert place.person().get_check_run(id).output.summary == "Well."
    assert annotations(place, id) == [1, 2]


def test_many_annotations_go_in_several_requests_and_each_once(place: Place) -> None:
    _, head = place.branched()
    id = place.client.create_check(check_wish(head, annotations=120))
    assert annotations(place, id) == list(range(1, 121))
    place.client.update_check(id, check_wish(head, annotations=123))
    assert annotations(place, id) == list(range(1, 124))


def test_a_rate_limit_tells_when_to_come_back(place: Place, hub: RunningHub) -> None:
    ours = App(hub.app_id, hub.private_key_file.read_text, hub.url, hub.api_url, write_interval=0)
    number = place.open_issue()
    hub.faults({"kind": "secondary-rate-limit", "method": "POST", "path": "/comments", "seconds": 30})
    for _ in range(2):
        with pytest.raises(TransientError) as caught:
            ours.github(place.repository).create_comment(number, BODY)
        assert caught.value.retry_after == pytest.approx(30, abs=2)
    assert place.client.comments(number) == []


def test_a_repository_that_the_installation_has_not_gets_no_token(place: Place) -> None:
    elsewhere = Repository(place.repository.id + 4711, "octo/library", place.repository.installation)
    with pytest.raises(PersonError, match="repository that does not exist"):
        place.app.github(elsewhere).issue(1)


def test_what_the_hub_delivers_can_be_read(place: Place) -> None:
    number = place.open_issue()
    issue = place.person().get_issue(number)
    issue.add_to_labels("bug")
    issue.create_comment("/help").edit("/status")
    issue.remove_from_labels("bug")
    issue.edit(state="closed")
    place.branched()
    place.person().create_file("_tasks/q/note.md", "a note", "By hand.\n", branch=BRANCH)
    pull = place.client.create_pull(BRANCH, "main", "t", "b", draft=True)
    place.person().get_pull(pull.number).edit(state="closed")
    seen: dict[str, Any] = {}
    for delivery in place.hub.hub.store.all(Delivery):
        event = parse(delivery.event, json.loads(delivery.payload), "d")
        if event is not None:
            seen[type(event).__name__] = event
            assert event.at.endswith("Z")
            if isinstance(event, InRepository):
                assert event.repository == place.repository
    assert {"IssueOpened", "IssueLabeled", "CommentCreated", "CommentEdited", "IssueUnlabeled"} <= seen.keys()
    assert {"IssueClosed", "Pushed", "PullRequestClosed"} <= seen.keys()
    assert seen["CommentEdited"].before == "/help"
    assert seen["Pushed"].branch == BRANCH
