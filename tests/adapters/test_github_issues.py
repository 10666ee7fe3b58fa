"""A plan's issues for real, against the hub: what a first time makes, how little a second one asks, and what fails."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import github
import pytest
from github.Repository import Repository as TheirRepository

from bot.adapters.github import App, Client
from bot.core.errors import MissingError, PersonError, TransientError
from bot.core.identity import Repository
from bot.core.tracking.shape import Written
from bot.engine.plans.tracking import carried_out, compared, known
from bot.hub.facts import Installation
from bot.hub.facts import Repository as Fact
from bot.hub.server import RunningHub, running_hub
from tests.core.tracking.world import PATH, PLAN, source
from tests.hub.contract import Contract


class Counted:
    """Counts the requests that come in, by method and the last word of the path that is no number."""

    def __init__(self, contract: Contract) -> None:
        self.contract, self.seen = contract, Counter[str]()

    def __call__(self, app: Any) -> Any:
        inner = self.contract(app)

        def counted(environ: Any, start: Any) -> Any:
            path = environ["PATH_INFO"]
            if path.startswith("/api/"):
                words = [part for part in path.split("/") if part and not part.isdigit()]
                self.seen[f"{environ['REQUEST_METHOD']} {words[-1]}"] += 1
            return inner(environ, start)

        return counted


@pytest.fixture(scope="module")
def counted() -> Counted:
    return Counted(Contract())


@pytest.fixture(scope="module")
def hub(counted: Counted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    code = tmp_path_factory.mktemp("library")
    (code / "README.md").write_text("# Library\n")
    repositories = {f"octo/{name}": code for name in ("one", "two", "three", "four", "five")}
    with running_hub(tmp_path_factory.mktemp("hub"), repositories, middleware=counted) as running:
        yield running
    assert counted.contract.faults == []


@pytest.fixture(scope="module")
def app(hub: RunningHub) -> App:
    return App(hub.app_id, hub.private_key_file.read_text, hub.url, hub.api_url, write_interval=0)


@pytest.fixture
def quiet(hub: RunningHub) -> Iterator[None]:
    yield
    hub.no_faults()
    hub.hub.lacking.clear()


def client(hub: RunningHub, app: App, name: str) -> Client:
    fact = next(each for each in hub.hub.store.all(Fact) if each.name == name)
    return app.github(Repository(fact.id, f"octo/{name}", hub.hub.store.all(Installation)[0].id))


def person(hub: RunningHub, name: str, login: str = "ada") -> TheirRepository:
    auth = github.Auth.Token(hub.users[login])
    api = github.Github(auth=auth, base_url=hub.api_url, seconds_between_requests=0, seconds_between_writes=0)
    return api.get_repo(f"octo/{name}")


def reconcile(there: Client, text: str = PLAN) -> list[str]:
    """What could not be done."""
    work = compared(there, source(PATH, text))
    refs, refused = work.refs, []
    for step in work.steps:
        for _ in range(5):
            try:
                done = carried_out(there, work, step, refs)
                break
            except TransientError:
                continue
        refs = known(refs, step, done)
        refused += [done.refused] if done.refused else []
    return refused


def test_a_plan_becomes_issues_with_all_that_github_has_for_it(hub: RunningHub, app: App, counted: Counted) -> None:
    there = client(hub, app, "one")
    assert reconcile(there) == []
    theirs = person(hub, "one")
    home, one, two, three = sorted(theirs.get_issues(state="all"), key=lambda issue: issue.number)
    assert [each.number for each in home.get_sub_issues()] == [one.number, two.number, three.number]
    assert [[each.number for each in issue.get_blocked_by()] for issue in (one, two, three)] == [
        [],
        [one.number],
        [two.number],
    ]
    assert {issue.milestone.title for issue in (home, one, two, three)} == {"Worker limits: macro plan"}
    assert [label.name for label in one.labels] == ["plan", "unit", "ready"]
    # A second time: two questions, and not one write.
    before = len(hub.writes())
    counted.seen.clear()
    assert reconcile(there) == []
    assert len(hub.writes()) == before
    assert counted.seen == {"GET issues": 1, "POST graphql": 1}
    # What people do to it is seen; nothing of it is undone.
    one.edit(state="closed")
    two.edit(title="Mine", body=f"Above.\n\n{two.body}")
    assert reconcile(there) == []
    assert [issue.number for issue in theirs.get_issues(state="closed")] == [one.number]
    assert theirs.get_issue(two.number).title == "Mine"
    # One is dropped: it is no sub-issue any more, blocks nothing, and is closed with a word.
    shorter = PLAN[: PLAN.index("### PR 3:")] + PLAN[PLAN.index("## J)") :]
    assert reconcile(there, shorter) == []
    gone = theirs.get_issue(three.number)
    assert (gone.state, gone.state_reason) == ("closed", "not_planned")
    assert "no longer has this unit" in gone.get_comments()[0].body
    assert [each.number for each in home.get_sub_issues()] == [one.number, two.number]
    assert reconcile(there) == []
    assert theirs.get_issue(three.number).state == "open"


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("lost", ["applied-status", "applied-drop"])
def test_what_was_done_and_not_answered_is_not_done_twice(hub: RunningHub, app: App, lost: str) -> None:
    name = {"applied-status": "two", "applied-drop": "three"}[lost]
    there = client(hub, app, name)
    for path in ("/issues$", "/milestones$", "/sub_issues$", "/blocked_by$", "/labels$"):
        hub.faults({"kind": lost, "method": "POST", "path": path, "status": 502, "times": 2})
    hub.faults({"kind": lost, "method": "PATCH", "path": r"/issues/\d+$", "status": 502})
    assert reconcile(there) == []
    issues = person(hub, name).get_issues(state="all")
    assert sorted(issue.title.partition(":")[0] for issue in issues) == ["PR 1", "PR 2", "PR 3", "Plan"]
    assert person(hub, name).get_milestones().totalCount == 1
    before = len(hub.writes())
    assert reconcile(there) == []
    assert len(hub.writes()) == before


@pytest.mark.usefixtures("quiet")
def test_an_older_github_has_neither_sub_issues_nor_dependencies(hub: RunningHub, app: App) -> None:
    there = client(hub, app, "four")
    hub.hub.lacking |= {"sub_issues", "dependencies"}
    assert reconcile(there) == []
    before = len(hub.writes())
    assert reconcile(there) == []
    assert len(hub.writes()) == before
    home = next(issue for issue in person(hub, "four").get_issues() if issue.title.startswith("Plan"))
    assert "This GitHub has no sub-issues" in home.body
    assert "This GitHub has no dependencies" in home.body
    # It is brought up to date, and so are the issues.
    hub.hub.lacking.clear()
    assert reconcile(there) == []
    assert [each.title.partition(":")[0] for each in home.get_sub_issues()] == ["PR 1", "PR 2", "PR 3"]
    assert "This GitHub has no" not in person(hub, "four").get_issue(home.number).body


def test_issues_of_others_are_none_of_ours_whatever_label_they_have(hub: RunningHub, app: App) -> None:
    there = client(hub, app, "five")
    person(hub, "five").create_issue("Forged", "<!-- charrette:key=plan run=plan-x -->", labels=["plan"])
    assert list(there.written()) == []
    made = there.open_issue("Ours", "Text.", ["plan"], 0)
    assert [(each.number, each.title, each.body, each.labels) for each in there.written()] == [
        (made.number, "Ours", "Text.", ("plan",))
    ]
    assert [each.number for each in there.written(1)] == [made.number]


def test_what_github_will_not_have_is_an_error_of_its_own_kind(hub: RunningHub, app: App) -> None:
    there = client(hub, app, "five")
    one, two = (there.open_issue(name, "", [], 0) for name in ("One", "Two"))
    there.nest(one.number, two.id, instead=False)
    with pytest.raises(PersonError, match="duplicate sub-issues"):
        there.nest(one.number, two.id, instead=False)
    with pytest.raises(MissingError):
        there.unblock(one.number, two.id)
    with pytest.raises(PersonError):
        there.open_issue("Three", "", [], 99)
    assert there.relations([one, two]).parents == {two.number: one.number}
    gone = Written(99, 99, "I_kwDOgone", "", "", open=True)
    with pytest.raises(TransientError, match="went while"):
        there.relations([one, gone])
