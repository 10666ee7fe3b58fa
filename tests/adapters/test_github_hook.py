"""The App's webhook and the issues of its installations, for real, against the hub."""

import json
from collections.abc import Iterator

import github
import pytest
import responses
from github.Repository import Repository as TheirRepository

from bot.adapters.github import App
from bot.core.errors import MissingError
from bot.core.identity import Repository
from bot.core.incoming.events import IssueLabeled, parse
from bot.core.ports import Hook
from bot.hub.facts import Installation
from bot.hub.facts import Repository as Fact
from bot.hub.server import RunningHub, running_hub
from bot.local.processes import free_port
from tests.hub.contract import Contract
from tests.service import pem


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    code = tmp_path_factory.mktemp("library")
    (code / "README.md").write_text("# Library\n")
    contract = Contract()
    nobody = f"http://127.0.0.1:{free_port()}/webhook"
    with running_hub(tmp_path_factory.mktemp("hub"), {"octo/library": code}, nobody, middleware=contract) as running:
        yield running
    assert contract.faults == []


@pytest.fixture
def hook(hub: RunningHub) -> Hook:
    return App(hub.app_id, hub.private_key_file.read_text, hub.url, hub.api_url, write_interval=0).hook()


@pytest.fixture
def here(hub: RunningHub) -> Repository:
    installation = hub.hub.store.all(Installation)[0]
    return Repository(hub.hub.store.all(Fact)[0].id, "octo/library", installation.id)


def person(hub: RunningHub, login: str) -> TheirRepository:
    auth = github.Auth.Token(hub.users[login])
    api = github.Github(auth=auth, base_url=hub.api_url, seconds_between_requests=0, seconds_between_writes=0)
    return api.get_repo("octo/library")


def test_what_failed_is_seen_and_delivered_again_under_its_guid(hub: RunningHub, hook: Hook) -> None:
    person(hub, "ada").create_issue("A queue")
    hub.settle()
    before = hook.attempts(0, "2020-01-01T00:00:00Z")
    assert {each.well for each in before} == {False}
    assert [each.id for each in before] == sorted((each.id for each in before), reverse=True)
    newest = before[0]
    hook.redeliver(newest.id)
    hub.settle()
    (again,) = hook.attempts(newest.id, "2020-01-01T00:00:00Z")
    assert (again.delivery, again.well) == (newest.delivery, False)
    assert hook.attempts(0, "2999-01-01T00:00:00Z") == []
    with pytest.raises(MissingError):
        hook.redeliver(4711)


def test_the_repositories_and_their_labelled_issues(hub: RunningHub, hook: Hook, here: Repository) -> None:
    ada = person(hub, "ada")
    first, second = ada.create_issue("One", labels=["design"]), ada.create_issue("Two", labels=["design"])
    ada.create_issue("Three")
    second.edit(state="closed")
    assert list(hook.repositories()) == [here]
    assert list(hook.labelled(here, "design")) == [first.number]
    assert list(hook.labelled(here, "unheard-of")) == []


def test_who_put_the_label_on_last_is_the_sender(hub: RunningHub, hook: Hook, here: Repository) -> None:
    issue = person(hub, "ada").create_issue("Labelled", "By several.", labels=["design", "bug"])
    issue.remove_from_labels("design")
    person(hub, "grace").get_issue(issue.number).add_to_labels("design")
    found = hook.labelling(here, issue.number, "design")
    assert found is not None
    event = parse(found.event, json.loads(found.body), found.id)
    assert isinstance(event, IssueLabeled)
    assert (event.sender.login, event.sender.is_bot, event.label) == ("grace", False, "design")
    assert (event.repository, event.issue.title, event.issue.author) == (here, "Labelled", "ada")
    again = hook.labelling(here, issue.number, "design")
    assert again is not None
    assert again.id == found.id
    assert found.at
    assert hook.labelling(here, issue.number, "enhancement") is None
    assert hook.labelling(here, 4711, "design") is None


API = "https://github.example.com:443/api/v3"
THERE = Repository(1, "o/r", 5)


def test_pages_suspended_installations_and_repositories_without_issues() -> None:
    def item(id: int, at: str, code: int = 500) -> dict[str, object]:
        return {"id": id, "guid": f"g{id}", "delivered_at": at, "status_code": code}

    def repository(id: int, **more: bool) -> dict[str, object]:
        has = {"has_issues": True, "archived": False, "disabled": False}
        return {"id": id, "full_name": f"o/{id}", **has, **more}

    hook = App(99, pem, "https://github.example.com", API, 0).hook()
    with responses.RequestsMock() as net:
        pages = f"{API}/app/hook/deliveries"
        link = {"Link": f'<{pages}?per_page=100&cursor=v1_8>; rel="next"'}
        match = responses.matchers.query_param_matcher
        net.get(pages, match=[match({"per_page": "100"})], json=[item(9, "2026-11-20T12:00:00Z", 202)], headers=link)
        older = [item(8, "2026-11-20T11:00:00Z"), item(7, "2026-11-19T11:00:00Z")]
        net.get(pages, match=[match({"per_page": "100", "cursor": "v1_8"})], json=older)
        assert [(each.id, each.well) for each in hook.attempts(0, "2026-11-20T00:00:00Z")] == [(9, True), (8, False)]

        net.get(f"{API}/app/installations", json=[{"id": 4, "suspended_at": "2026-11-20T00:00:00Z"}, {"id": 5}])
        token = {"token": "ghs_1", "expires_at": "2099-01-01T00:00:00Z"}
        net.post(f"{API}/app/installations/5/access_tokens", json=token, status=201)
        listed = f"{API}/installation/repositories"
        following = {"Link": f'<{listed}?per_page=100&page=2>; rel="next"'}
        first = {"repositories": [repository(1), repository(2, archived=True)]}
        net.get(listed, match=[match({"per_page": "100"})], json=first, headers=following)
        second = {"repositories": [repository(3, has_issues=False), repository(4)]}
        net.get(listed, match=[match({"per_page": "100", "page": "2"})], json=second)
        assert [each.id for each in hook.repositories()] == [1, 4]


def test_a_label_that_somebody_put_on_who_is_gone() -> None:
    hook = App(99, pem, "https://github.example.com", API, 0).hook()
    with responses.RequestsMock() as net:
        token = {"token": "ghs_1", "expires_at": "2099-01-01T00:00:00Z"}
        net.post(f"{API}/app/installations/5/access_tokens", json=token, status=201)
        net.get(f"{API}/repositories/1/issues/3", json={"number": 3})
        gone = {"id": 8, "event": "labeled", "label": {"name": "design"}, "actor": None, "created_at": "2026-11-20"}
        net.get(f"{API}/repositories/1/issues/3/events", json=[gone])
        assert hook.labelling(THERE, 3, "design") is None
