"""What people do to a repository, an issue or an installation as a whole: rename, archive, lock, transfer, suspend."""

from __future__ import annotations

from pathlib import Path

import github
import pytest
import requests
from github.Repository import Repository

from bot.hub.facts import Delivery, Installation
from bot.hub.facts import Repository as Fact
from bot.hub.operations.transfers import transfer
from bot.hub.server import RunningHub, running_hub
from tests.hub.conftest import NAME, integration
from tests.hub.contract import Contract


def test_a_former_name_leads_to_the_repository(hub: RunningHub, ada: Repository, grace: Repository) -> None:
    grace.edit(name="gadgets")
    assert ada.get_issues().totalCount == 0, "reading follows the way"
    answer = requests.post(f"{hub.api_url}/repos/{NAME}/issues", json={"title": "a"}, allow_redirects=False, timeout=9)
    assert (answer.status_code, answer.headers["Location"].rpartition("/v3")[2]) == (
        307,
        f"/repositories/{hub.hub.store.all(Fact)[0].id}/issues",
    )
    found = requests.get(f"{hub.url}/{NAME}.git/info/refs?service=git-upload-pack", timeout=9)
    assert found.ok


def test_an_archived_repository_is_read_and_not_written(ada: Repository, grace: Repository, bot: Repository) -> None:
    issue = ada.create_issue("It turns")
    grace.edit(archived=True)
    for place in (ada, bot):
        with pytest.raises(github.GithubException, match="archived so is read-only") as refused:
            place.get_issue(issue.number).create_comment("No?")
        assert refused.value.status == 403
    grace.edit(archived=False)
    ada.get_issue(issue.number).create_comment("Yes.")


def test_the_default_branch_gets_another_name(ada: Repository, grace: Repository) -> None:
    with pytest.raises(github.GithubException, match="not found"):
        grace.edit(default_branch="nowhere")
    assert not ada.rename_branch("main", "trunk"), "only an admin renames the default branch"
    assert not grace.rename_branch("nowhere", "trunk")
    assert grace.rename_branch("main", "trunk")
    assert (grace.get_branch("trunk").name, [each.name for each in ada.get_branches()]) == ("trunk", ["trunk"])


def test_a_locked_issue_hears_those_who_write(
    hub: RunningHub, ada: Repository, eve: Repository, bot: Repository
) -> None:
    issue = ada.create_issue("It turns")
    issue.lock("resolved")
    with pytest.raises(github.GithubException, match="locked"):
        eve.get_issue(issue.number).create_comment("But")
    with pytest.raises(github.GithubException, match="locked"):
        eve.get_issue(issue.number).create_reaction("eyes")
    bot.get_issue(issue.number).create_comment("Still here.")
    issue.unlock()
    eve.get_issue(issue.number).create_comment("And")
    assert [each.action for each in hub.hub.store.all(Delivery, event="issues")] == ["opened", "locked", "unlocked"]


def test_an_issue_moves_to_another_repository(state: Path, source: Path, contract: Contract) -> None:
    already = len(contract.faults)
    with running_hub(state, {NAME: source, "acme/gears": source}, middleware=contract) as hub:
        here, there = hub.hub.store.all(Fact)
        ada = hub.hub.person("ada")
        api = github.Github(auth=github.Auth.Token(hub.users["ada"]), base_url=hub.api_url, seconds_between_writes=0)
        number = api.get_repo(NAME).create_issue("It turns").number
        moved = transfer(hub.hub, ada, hub.hub.store.issue(here, number), there)
        with pytest.raises(github.UnknownObjectException):
            api.get_repo(NAME).get_issue(number)
        assert api.get_repo("acme/gears").get_issue(moved.number).title == "It turns"
        contract.check_deliveries(hub.deliveries())
    assert contract.faults[already:] == []


def test_an_installation_rests_and_ends(hub: RunningHub, bot: Repository) -> None:
    app, ident = integration(hub), hub.hub.store.all(Installation)[0].id
    app.requester.requestJsonAndCheck("PUT", f"/app/installations/{ident}/suspended")
    with pytest.raises(github.GithubException, match="suspended") as resting:
        bot.get_issues().totalCount  # noqa: B018
    with pytest.raises(github.GithubException, match="suspended"):
        app.get_access_token(ident)
    app.requester.requestJsonAndCheck("DELETE", f"/app/installations/{ident}/suspended")
    assert bot.get_issues().totalCount == 0
    app.requester.requestJsonAndCheck("DELETE", f"/app/installations/{ident}")
    with pytest.raises(github.BadCredentialsException):
        bot.get_issues().totalCount  # noqa: B018
    with pytest.raises(github.UnknownObjectException):
        app.get_access_token(ident)
    assert resting.value.status == 403
    told = [each.action for each in hub.hub.store.all(Delivery, event="installation")]
    assert told == ["created", "suspend", "unsuspend", "deleted"]
