"""A run that only its branch knows: what takes it up, what does not, and what that costs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

import handlers
from bot.adapters.store import Store
from bot.core.definition import Definition, GateUse, House, Phase
from bot.core.errors import MissingError, PersonError
from bot.core.identity import Repository, Subject
from bot.core.incoming.commands import Vocabulary, vocabulary
from bot.core.incoming.messages import Approve, Decide, Deed, OpenTrack, Pushed, Reconcile, Reject, Retry
from bot.core.ports import BranchCommit, Comment, Delivery, GitHub, Issue, Permission, Pull
from bot.core.publications import marker
from bot.core.run.record import Limits, Spent, spent_trailer, with_trailers
from bot.engine.inbox.allowance import Allowance
from bot.engine.inbox.eyes import Eyes
from bot.engine.inbox.houses import Configured, Houses
from bot.engine.inbox.intake import Intake
from bot.engine.inbox.resuming import resume
from bot.engine.legs import lost
from bot.engine.legs.asked import Asked
from bot.engine.services import Services
from tests.core.a_run import PRIOR, definition, pinned

HERE = Repository(7, "octo/queue", 3)
RUN = "7.12.feature-design.1"
NOON = "2026-11-20T12:00:00Z"
SPENT = Spent(2, 100, 0, 0, 50, 0.25)


def commit(
    phase: str, run: str = RUN, spent: Spent = SPENT, at: str = NOON, ours: bool = True, status: str = "done"
) -> BranchCommit:
    values = {"Run": run, "Phase": f"{phase}@1", "Status": status, "Model": "m-1", "Spent": spent_trailer(spent)}
    return BranchCommit(phase, with_trailers(phase, "", values), at, "charrette[bot]", ours)


@dataclass
class Fake:
    """GitHub with issue 12, perhaps with a branch; `asked` names every request."""

    written: Mapping[str, Sequence[BranchCommit]] = field(default_factory=dict)
    may: Permission = "write"
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    there: Sequence[Comment] = ()

    def repository(self, full_name: str) -> Repository:
        if full_name != HERE.full_name:
            raise MissingError("GitHub: Not Found.")
        return HERE

    def github(self, repository: Repository) -> "Fake":
        return self

    def branches(self, prefix: str) -> Sequence[str]:
        self.asked.append("branches")
        return [name for name in self.written if name.startswith(prefix)]

    def default_branch(self) -> tuple[str, str]:
        return "main", "b" * 40

    def branch_commits(self, branch: str, base: str) -> Sequence[BranchCommit]:
        return self.written[branch]

    def issue(self, number: int) -> Issue:
        self.asked.append("issue")
        if number == 99:
            raise MissingError("GitHub: Not Found.")
        return Issue(
            number, "Queue depth", "Body.", "ada", True, (), "https://github.example/octo/queue/issues/12", number == 13
        )

    def pull(self, number: int) -> Pull:
        self.asked.append("pull")
        return Pull(number, "", "a" * 40, "charrette/12-queue-depth", "", "", draft=True, open=True)

    def permission(self, login: str) -> Permission:
        self.asked.append("permission")
        return self.may

    def comments(self, number: int) -> Sequence[Comment]:
        return self.there if number == 12 else ()

    def create_comment(self, number: int, body: str) -> int:
        self.said.append(body)
        return len(self.said)


BRANCH = {"charrette/12-queue-depth": [commit("user-request"), commit("understanding")]}


class Known:
    """The one workflow, everywhere."""

    def all(self) -> Mapping[str, Definition]:
        outline = replace(PRIOR, gates=(GateUse("plan", {}),))
        return {"feature-design": definition(), "outline": replace(definition(outline), id="outline")}

    def of(self, repository: Repository) -> Configured:
        return Configured(House(self.all()), ())

    def vocabulary(self, repository: Repository) -> Vocabulary:
        return vocabulary(self.all().values())


class Unheard:
    """An engine of which nobody knows what it did."""

    def at_work(self, subject: str) -> bool:
        return True

    def queued(self, id: str) -> bool:
        return False


class Blind:
    """Gives no eyes."""

    def __init__(self) -> None:
        self.allowance = Allowance(commands=20, starts=10)

    def give(self, event: object, wishes: object) -> None:
        pass

    def given(self, delivery: str) -> bool:
        return True


@dataclass
class Scene:
    """An inbox, a GitHub, and what was queued."""

    github: Fake
    services: Services
    queued: list[Asked] = field(default_factory=list)

    def hears(self, body: str, labels: Sequence[str] = (), pull: bool = False, author: str = "ada") -> "Scene":
        """A comment is delivered."""
        issue: dict[str, Any] = {
            "number": 13 if pull else 12, "title": "Queue depth", "body": "", "user": {"login": "ada"}, "state": "open",
            "labels": [{"name": label} for label in labels], "html_url": "https://github.example/octo/queue/issues/12",
            "created_at": NOON,
        }  # fmt: skip
        if pull:
            issue["pull_request"] = {}
        user = {"login": author, "id": 5, "type": "User"}
        comment = {"id": 9, "user": user, "body": body, "html_url": "https://github.example/c/9", "created_at": NOON}
        return self._delivered(
            "issue_comment", {"action": "created", "issue": issue, "comment": comment, "sender": user}
        )

    def sees_a_push(self) -> "Scene":
        """A push to the branch is delivered."""
        sender = {"login": "ada", "id": 5, "type": "User"}
        pushed = {"ref": "refs/heads/charrette/12-queue-depth", "before": "b" * 40, "after": "c" * 40, "compare": "x"}
        return self._delivered("push", {**pushed, "sender": sender})

    def sees_a_merge(self, branch: str = "charrette/12-queue-depth") -> "Scene":
        """A merge of a pull request is delivered."""
        sender = {"login": "ada", "id": 5, "type": "User"}
        head = {"ref": branch, "sha": "c" * 40, "repo": {"id": 7}}
        pull = {
            "number": 13, "html_url": "https://github.example/octo/queue/pull/13", "head": head,
            "base": {"repo": {"id": 7}}, "body": "", "title": "Plan", "draft": False, "state": "closed", "merged": True,
        }  # fmt: skip
        return self._delivered("pull_request", {"action": "closed", "pull_request": pull, "sender": sender})

    def _delivered(self, event: str, payload: dict[str, Any]) -> "Scene":
        repository = {"id": 7, "full_name": "octo/queue", "default_branch": "main", "pushed_at": NOON}
        body = json.dumps({**payload, "repository": repository, "installation": {"id": 3}}).encode()
        self.services.deliveries.accept([Delivery("d", event, body)])
        Intake(self.services, self._queue, cast(Eyes, Blind()), Unheard()).drain()
        return self

    def _queue(self, message: str, asked: Asked, delay: float) -> None:
        self.queued.append(asked)

    @property
    def row(self) -> str:
        """The run's status, or nothing."""
        return next((row.status for row in self.services.runs.of_subject(7, 12)), "")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    store = Store(f"sqlite:///{tmp_path / 'charrette.sqlite'}")
    store.migrate()
    github, unused = Fake(BRANCH), cast(Any, None)

    @dataclass
    class Clock:
        def now(self) -> str:
            return NOON

    services = Services(
        deliveries=store.deliveries, runs=store.runs, ledger=store.ledger, remotes=store.remotes, turns=store.turns,
        hook=cast(Any, github), installations=cast(Any, github), houses=cast(Houses, Known()),
        definitions=cast(Any, Known()), model=unused, tools=unused, clock=Clock(), limits=Limits(),
        handle=handlers.handle, present=unused, retention=unused,
        database_url=f"sqlite:///{tmp_path / 'engine.sqlite'}",
    )  # fmt: skip
    return Scene(github, services)


@pytest.mark.parametrize("command", ["/resume", "/answer 1A", "/proceed", "/revise 002: shorter", "/cancel"])
def test_a_command_takes_it_up(scene: Scene, command: str) -> None:
    scene.hears(command)
    assert [asked.subject.home for asked in scene.queued] == [12]
    assert scene.row == "starting"


def test_so_does_a_reply_where_the_label_is_on_or_on_the_pull_request(scene: Scene) -> None:
    assert len(scene.hears("1A 2B", labels=["design"]).queued) == 1


def test_a_reply_on_the_pull_request_does_too(scene: Scene) -> None:
    assert len(scene.hears("1A 2B", pull=True).queued) == 1
    assert scene.queued[0].number == 13


def test_and_a_push_to_the_branch(scene: Scene) -> None:
    assert len(scene.sees_a_push().queued) == 1


@pytest.mark.parametrize(
    ("body", "labels", "asked"),
    [
        ("Nice.", (), []),
        ("Nice.", ("bug",), []),
        ("/lgtm", (), []),
        ("Nice.", ("design",), ["branches"]),
        ("/proceed", (), ["branches"]),
    ],
    ids=["words", "words beside another label", "another bot's command", "words beside the label", "a command"],
)
def test_where_there_is_no_branch_little_is_asked(scene: Scene, body: str, labels: list[str], asked: list[str]) -> None:
    scene.github.written = {"charrette/1-other": [commit("understanding")]}
    scene.hears(body, labels)
    assert (scene.queued, scene.row) == ([], "")
    assert scene.github.asked == asked
    assert [body[:24] for body in scene.github.said] == (["There is no run here. `/"] if body == "/proceed" else [])


def test_a_person_without_the_right_takes_nothing_up(scene: Scene) -> None:
    scene.github.may = "read"
    scene.hears("/resume", author="eve")
    assert (scene.queued, scene.row) == ([], "")
    assert scene.github.said[0].startswith("@eve, thank you, but only")


def test_the_status_says_how_it_is_taken_up_and_takes_up_nothing(scene: Scene) -> None:
    scene.hears("/status", author="eve")
    assert (scene.queued, scene.row) == ([], "")
    assert "a `feature-design` run on the branch `charrette/12-queue-depth`" in scene.github.said[0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, None),
        ({"charrette/12-a": [commit("understanding", ours=False)]}, None),
        ({"charrette/12-a": [commit("understanding", run="7.1.feature-design.1")]}, None),
        ({"charrette/12-a": [commit("understanding")]}, "charrette/12-a"),
        (
            {"charrette/12-b": [commit("x", at="2026-11-21T00:00:00Z")], "charrette/12-a": [commit("y")]},
            "charrette/12-b",
        ),
    ],
    ids=["no branch", "somebody else's commits", "another subject's", "ours", "the newest"],
)
def test_a_run_is_found_by_its_trailers(written: dict[str, list[BranchCommit]], expected: str | None) -> None:
    found = lost.find(cast(GitHub, Fake(written)), Subject(HERE, 12))
    assert (found[0].branch if found else None) == expected
    if found:
        assert (found[0].run, found[0].workflow) == (RUN, "feature-design")


@pytest.mark.parametrize(
    ("commits", "awaits"),
    [
        ([("a", "done")], False),
        ([("a", "done"), ("b", "awaiting")], True),
        ([("b", "awaiting"), ("user-request", "done"), ("decision", "done")], True),
        ([("b", "awaiting"), ("b", "done")], False),
        ([("b", "awaiting"), ("c", "asking")], False),
    ],
    ids=["done", "waits", "something was said and decided since", "approved", "gone on"],
)
def test_whether_it_waits_for_approval(commits: list[tuple[str, str]], awaits: bool) -> None:
    written = {"charrette/12-a": [commit(phase, status=status) for phase, status in commits]}
    (found,) = lost.find(cast(GitHub, Fake(written)), Subject(HERE, 12))
    assert found.awaits is awaits


@pytest.mark.parametrize(
    ("told", "phases", "merges", "awaits", "expected"),
    [
        (0, None, True, False, 1),
        (2, None, True, False, 3),
        (2, ("review",), True, False, 2),
        (2, ("review", "expert-concerns"), True, False, 3),
        (2, ("owners",), False, False, 3),
        (2, ("owners",), False, True, 2),
    ],
    ids=["the first", "no branch", "not merged", "merged", "a workflow that merges nothing", "waits for approval"],
)
def test_which_round_begins(
    told: int, phases: tuple[str, ...] | None, merges: bool, awaits: bool, expected: int
) -> None:
    merging = Phase("expert-concerns", 4, "Concerns", "", output="concerns" if merges else None)
    found = [] if phases is None else [lost.Lost("7.12.review-experts.2", "review-experts", "b", phases, awaits)]
    assert lost.next_number(told, found, definition(merging) if found else None) == expected


def test_what_was_spent_comes_back_on_its_days_and_once(scene: Scene) -> None:
    commits = [
        commit("understanding", at="2026-11-19T12:00:00Z"),
        commit("prior-art"),
        commit("elsewhere", run="7.1.feature-design.1"),
        commit("user-request", spent=Spent()),
    ]
    for _ in range(2):
        lost.restore_spend(scene.services, pinned(run=RUN), commits)
    ledger = scene.services.ledger
    assert ledger.run_total(RUN) == SPENT + SPENT
    assert ledger.day_total(7, "2026-11-19") == SPENT


# --- from the command line -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [12, 13], ids=["the issue", "its pull request"])
def test_an_operator_takes_it_up_too(scene: Scene, number: int) -> None:
    said = resume(scene.services, "octo/queue", number)
    assert said.startswith("The feature-design run is taken up from its branch charrette/12-queue-depth, which")
    assert scene.row == "starting"


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("octo/other", 12, "The App is not installed on octo/other"),
        ("octo/queue", 99, "There is no issue or pull request octo/queue#99."),
        ("octo/queue", 5, "There is no run of octo/queue#5"),
    ],
)
def test_where_there_is_nothing_to_take_up_it_says_so(scene: Scene, name: str, number: int, words: str) -> None:
    with pytest.raises(PersonError, match=words):
        resume(scene.services, name, number)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("done", "is done: there is nothing to resume."),
        ("waits for answers", "waits for answers: there is nothing to resume."),
        ("failed", "The feature-design run (failed) goes on where it stands."),
    ],
)
def test_a_run_that_is_known_goes_on_where_it_stands(scene: Scene, status: str, words: str) -> None:
    row = lost.Lost(RUN, "feature-design", "").row(Subject(HERE, 12))
    scene.services.runs.create(row)
    scene.services.runs.set_stop(RUN, status == "failed")
    scene.services.runs.close(RUN, status, {}, "", "")
    said = resume(scene.services, "octo/queue", 12)
    assert words in said
    assert not scene.services.runs.stopped(RUN)


def test_a_decision_takes_up_no_run_and_says_where_to_write_it(scene: Scene) -> None:
    scene.hears("/decide C1 accept: so")
    assert (scene.queued, scene.row) == ([], "")
    assert "decide in the file itself" in scene.github.said[0]


PANEL = lost.Lost("7.12.review-experts.1", "review-experts", "charrette/12-a", ("review",))
INCLUDES = replace(
    definition(), phases=(*definition().phases[:2], Phase("review-experts", 4, "", "", source="workflow"), PRIOR)
)


@pytest.mark.parametrize(
    ("phases", "of", "workflow"),
    [
        (("understanding",), INCLUDES, "feature-design"),
        (("understanding", "prior-art"), INCLUDES, "review-experts"),
        (("understanding",), definition(), "review-experts"),
    ],
    ids=["waits for it", "is finished", "does not include it"],
)
def test_a_run_is_taken_up_ahead_of_the_one_that_it_includes(
    phases: tuple[str, ...], of: Definition, workflow: str
) -> None:
    found = [PANEL, lost.Lost(RUN, "feature-design", "charrette/12-a", phases)]
    meant = lost.meant(found, Retry(), ["review-experts"], {"feature-design": of})
    assert meant is not None
    assert meant.workflow == workflow


SORTS = lost.Lost("7.12.tracks.1", "tracks", "charrette/12-a", ("owners",), awaits=True)
DESIGN = lost.Lost(RUN, "feature-design", "charrette/12-a", ("understanding",))
EXPERTS = definition(Phase("review", 3, "", "", each="experts"))


@pytest.mark.parametrize(
    ("deed", "found", "workflow"),
    [
        (Decide("C1 accept: so"), [SORTS, PANEL], "review-experts"),
        (Decide("C1 accept: so"), [SORTS, DESIGN], "tracks"),
        (Decide("C1 accept: so"), [DESIGN], None),
        (Pushed("a", panel=True), [SORTS, PANEL], "review-experts"),
        (OpenTrack("a", "b"), [PANEL, SORTS, DESIGN], "tracks"),
        (OpenTrack("a", "b"), [PANEL, DESIGN], "review-experts"),
        (Approve(), [PANEL, SORTS, DESIGN], "tracks"),
        (Reject("no"), [SORTS], "tracks"),
        (Approve(), [PANEL, DESIGN], "feature-design"),
        (Approve(), [PANEL], "review-experts"),
    ],
)
def test_which_run_a_deed_takes_up(deed: Deed, found: list[lost.Lost], workflow: str | None) -> None:
    known = {"review-experts": EXPERTS, "tracks": definition(), "feature-design": definition()}
    meant = lost.meant(found, deed, ["review-experts", "tracks"], known)
    assert (meant.workflow if meant else None) == workflow


def test_an_approval_of_what_another_run_had_begun_takes_up_that_one_first() -> None:
    includes = replace(
        INCLUDES, phases=(*definition().phases[:2], Phase("tracks", 4, "", "", source="workflow"), PRIOR)
    )
    meant = lost.meant([SORTS, DESIGN], Approve(), ["tracks"], {"feature-design": includes, "tracks": definition()})
    assert meant == DESIGN


def tells(workflow: str, ours: bool = True) -> Comment:
    """A comment with the marker of a run's status."""
    return Comment(1, "charrette[bot]", marker(f"7.12.{workflow}.1", "status"), "", NOON, ours)


@pytest.mark.parametrize(
    ("known", "there", "planned"),
    [
        pytest.param("outline", (), True, id="known"),
        pytest.param("feature-design", (tells("outline"),), False, id="another one is known"),
        pytest.param("", (tells("outline"),), True, id="lost"),
        pytest.param("", (tells("feature-design"),), False, id="lost, and made no plan"),
        pytest.param("", (tells("outline", ours=False),), False, id="somebody else's words"),
        pytest.param("", (tells("gone"),), False, id="a workflow that is not there any more"),
        pytest.param("", (), False, id="nobody told of it"),
    ],
)
def test_a_merge_reconciles_a_plan_whose_run_only_its_issue_knows(
    scene: Scene, known: str, there: tuple[Comment, ...], planned: bool
) -> None:
    if known:
        scene.services.runs.create(lost.Lost(f"7.12.{known}.1", known, "").row(Subject(HERE, 12)))
    scene.github.there = there
    scene.sees_a_merge()
    deeds = [asked.message.deed for asked in scene.queued]
    assert (Reconcile(merged=True) in deeds) is planned
