"""The App: its JWT, installation tokens and what they may; git over HTTP; GraphQL; restarts."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import github
import pytest
import requests
from github.Repository import Repository

from bot.hub.code import Code
from bot.hub.importing import import_code
from bot.hub.server import RunningHub, running_hub
from tests.hub.conftest import NAME, _github, client, integration
from tests.hub.contract import Contract
from tests.hub.test_issues import events
from tests.hub.test_pulls import commit


def token(hub: RunningHub, **wanted: Any) -> str:
    app = integration(hub)
    ident = app.get_repo_installation(*NAME.split("/")).id
    _, data = app.requester.requestJsonAndCheck("POST", f"/app/installations/{ident}/access_tokens", input=wanted)
    return str(data["token"])


def as_installation(hub: RunningHub, **wanted: Any) -> Repository:
    return _github(hub, github.Auth.Token(token(hub, **wanted))).get_repo(NAME)


def test_the_app_knows_itself(hub: RunningHub, bot: Repository) -> None:
    app = integration(hub)
    assert (app.get_app().slug, app.get_app().id) == ("charrette", hub.app_id)
    installation = next(iter(app.get_installations()))
    assert installation.target_type == "Organization"
    assert app.get_app_installation(installation.id).app_id == hub.app_id
    assert app.get_org_installation("acme").id == installation.id
    with pytest.raises(github.UnknownObjectException):
        app.get_user_installation("ada")
    made = app.get_access_token(installation.id)
    assert 400 < len(made.token) < 600
    assert made.token.count(".") == 2
    assert [each.full_name for each in installation.get_repos()] == [NAME]


@pytest.mark.parametrize(
    "wanted", [{"permissions": {"administration": "write"}}, {"repositories": ["other"]}], ids=["more", "elsewhere"]
)
def test_a_token_is_within_the_installation(hub: RunningHub, wanted: dict[str, Any]) -> None:
    with pytest.raises(github.GithubException) as refused:
        token(hub, **wanted)
    assert refused.value.status == 422


def test_a_token_may_what_it_was_given_and_no_more(hub: RunningHub) -> None:
    reading = as_installation(hub, permissions={"issues": "read", "contents": "read"}, repositories=["widgets"])
    assert list(reading.get_issues()) == []
    for attempt in (lambda: reading.create_issue("No"), lambda: commit(reading, "no", {"a": "a"})):
        with pytest.raises(github.GithubException) as refused:
            attempt()
        assert refused.value.status == 403
        assert refused.value.data["message"] == "Resource not accessible by integration"


def test_a_revoked_token_is_dead(hub: RunningHub) -> None:
    value = token(hub)
    headers = {"Authorization": f"Bearer {value}"}
    assert requests.delete(f"{hub.api_url}/installation/token", headers=headers, timeout=5).status_code == 204
    assert requests.get(f"{hub.api_url}/repos/{NAME}", headers=headers, timeout=5).status_code == 401


@pytest.mark.parametrize("value", ["ghp_wrong", "ghs_wrong", "a.b.c"])
def test_bad_credentials(hub: RunningHub, value: str) -> None:
    answer = requests.get(f"{hub.api_url}/user", headers={"Authorization": f"token {value}"}, timeout=5)
    assert answer.status_code == 401


def test_people_and_permissions(hub: RunningHub, ada: Repository, bot: Repository) -> None:
    assert client(hub, "ada").get_user().login == "ada"
    assert client(hub, "ada").get_user("charrette[bot]").type == "Bot"
    found = {login: bot.get_collaborator_permission(login) for login in ("ada", "grace", "eve")}
    assert found == {"ada": "write", "grace": "admin", "eve": "read"}
    assert bot.get_collaborator_role_name("ada") == "write"
    assert {each.login for each in ada.get_collaborators()} == {"ada", "grace"}
    assert ada.has_in_collaborators("grace")
    assert not ada.has_in_collaborators("eve")
    assert ada.permissions.push
    assert client(hub, "ada").get_rate_limit().resources.core.limit == 5_000
    assert requests.get(f"{hub.api_url}/meta", timeout=5).status_code == 200
    assert client(hub, "eve").get_repo(ada.id).full_name == NAME
    assert client(hub, "eve").get_user_by_id(ada.owner.id).login == "acme"


def test_a_role_is_given_and_taken_away(hub: RunningHub, ada: Repository, grace: Repository, eve: Repository) -> None:
    grace.add_to_collaborators("eve", "triage")
    eve.create_issue("Now with a label", labels=["bug"]).add_to_labels("design")
    assert grace.get_collaborator_role_name("eve") == "triage"
    assert grace.get_collaborator_permission("eve") == "read"
    grace.remove_from_collaborators("eve")
    with pytest.raises(github.GithubException) as refused:
        eve.get_issue(1).remove_from_labels("bug")
    assert refused.value.status == 403
    with pytest.raises(github.GithubException) as refused:
        ada.add_to_collaborators("eve", "push")
    assert refused.value.status == 403


def test_an_admin_deletes_an_issue(hub: RunningHub, ada: Repository, grace: Repository) -> None:
    issue = ada.create_issue("Gone")
    issue.create_comment("Soon")
    query = "mutation($input: DeleteIssueInput!) { deleteIssue(input: $input) { repository { name } } }"
    variables = {"input": {"issueId": issue.node_id}}
    with pytest.raises(github.GithubException):
        ada.requester.graphql_query(query, variables)
    grace.requester.graphql_query(query, variables)
    assert list(ada.get_issues()) == []
    assert ada.create_issue("Next").number == 2
    assert "issues.deleted" in events(hub)


def test_an_unchanged_read_is_a_304(hub: RunningHub, ada: Repository) -> None:
    first = requests.get(f"{hub.api_url}/repos/{NAME}", timeout=5)
    again = {"If-None-Match": first.headers["ETag"]}
    assert requests.get(f"{hub.api_url}/repos/{NAME}", headers=again, timeout=5).status_code == 304
    ada.create_issue("News")
    assert requests.get(f"{hub.api_url}/repos/{NAME}", headers=again, timeout=5).status_code == 200


def test_the_version_of_2026_leaves_out_what_is_gone(hub: RunningHub, ada: Repository) -> None:
    ada.create_issue("One")
    for version, there in (("2022-11-28", True), ("2026-03-10", False)):
        headers = {"X-GitHub-Api-Version": version}
        found = requests.get(f"{hub.api_url}/repos/{NAME}/issues/1", headers=headers, timeout=5).json()
        assert ("assignee" in found) is there


def test_graphql_reads_issues_in_one_go(hub: RunningHub, ada: Repository) -> None:
    parent, child, blocker = (ada.create_issue(title, labels=["plan"]) for title in ("Parent", "Child", "Blocker"))
    parent.add_sub_issue(child)
    child.add_blocked_by(blocker)
    query = """
      query($owner: String!, $name: String!, $id: ID!) {
        viewer { login }
        node(id: $id) { __typename id ... on Issue { number } }
        repository(owner: $owner, name: $name) {
          nameWithOwner
          issues(first: 10, labels: ["plan"], states: [OPEN]) {
            totalCount
            pageInfo { hasNextPage endCursor }
            nodes {
              number state body labels(first: 5) { nodes { name } }
              subIssues(first: 5) { nodes { number parent { number } } }
              blockedBy(first: 5) { nodes { number state } }
            }
          }
        }
      }
    """
    variables = {"owner": "acme", "name": "widgets", "id": child.node_id}
    _, data = ada.requester.graphql_query(query, variables)
    found = data["data"]["repository"]["issues"]
    assert found["totalCount"] == 3
    assert found["nodes"][0]["subIssues"]["nodes"] == [{"number": 2, "parent": {"number": 1}}]
    assert found["nodes"][1]["blockedBy"]["nodes"] == [{"number": 3, "state": "OPEN"}]
    assert data["data"]["node"]["number"] == 2
    comment = ada.get_issue(1).create_comment("Old")
    assert comment.minimize("OUTDATED")
    assert comment.unminimize()
    with pytest.raises(github.GithubException):
        ada.requester.graphql_query('{ repository(owner: "acme", name: "none") { name } }', {})


def git(*arguments: str, cwd: Path | None = None) -> str:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_TERMINAL_PROMPT": "0"}
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    done = subprocess.run(["git", *identity, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_git_clones_and_pushes_over_http(hub: RunningHub, ada: Repository, tmp_path: Path) -> None:
    address = hub.url.replace("http://", f"http://x-access-token:{hub.users['ada']}@")
    clone = tmp_path / "clone"
    git("clone", "--quiet", f"{hub.url}/{NAME}.git", str(clone))
    assert (clone / "README.md").exists()
    git("checkout", "--quiet", "-b", "hand", cwd=clone)
    (clone / "hand.md").write_text("by hand\n")
    git("add", "hand.md", cwd=clone)
    git("commit", "--quiet", "-m", "By hand", cwd=clone)
    git("push", "--quiet", f"{address}/{NAME}.git", "hand", cwd=clone)
    assert ada.get_branch("hand").commit.author.login == "ada"
    pull = ada.create_pull(base="main", head="hand", title="Hand")
    (clone / "hand.md").write_text("by hand, twice\n")
    git("commit", "--quiet", "-am", "Twice", cwd=clone)
    git("push", "--quiet", f"{address}/{NAME}.git", "hand", cwd=clone)
    assert ada.get_pull(pull.number).commits == 2
    assert events(hub)[-2:] == ["push", "pull_request.synchronize"]
    pushed = json.loads(hub.deliveries()[-2]["payload"])
    assert (pushed["sender"]["login"], pushed["head_commit"]["modified"]) == ("ada", ["hand.md"])
    git("fetch", "--quiet", f"{hub.url}/{NAME}.git", f"refs/pull/{pull.number}/head", cwd=clone)
    eve = hub.url.replace("http://", f"http://x:{hub.users['eve']}@")
    with pytest.raises(AssertionError, match="403"):
        git("push", "--quiet", f"{eve}/{NAME}.git", "hand:other", cwd=clone)


def test_the_same_folder_is_the_same_commit(hub: RunningHub, ada: Repository, source: Path, tmp_path: Path) -> None:
    with running_hub(tmp_path / "other", {"x/y": source}) as other:
        found = client(other, "ada").get_repo("x/y").get_branch("main").commit.sha
    assert found == ada.get_branch("main").commit.sha


def test_a_clone_is_imported_with_its_history(tmp_path: Path, hub: RunningHub) -> None:
    clone = tmp_path / "clone"
    git("clone", "--quiet", f"{hub.url}/{NAME}.git", str(clone))
    git("checkout", "--quiet", "-b", "trunk", cwd=clone)
    git("commit", "--quiet", "--allow-empty", "-m", "Two", cwd=clone)
    with running_hub(tmp_path / "other", {"x/y": clone}, users={"joan": "read"}) as other:
        found = client(other, "joan").get_repo("x/y")
        assert found.default_branch == "trunk"
        assert [each.commit.message for each in found.get_commits()] == ["Two", "Import"]


def test_a_linked_work_tree_is_imported_as_a_clone_is(tmp_path: Path, hub: RunningHub) -> None:
    clone, linked = tmp_path / "clone", tmp_path / "linked"
    git("clone", "--quiet", f"{hub.url}/{NAME}.git", str(clone))
    git("worktree", "add", "--quiet", "-b", "side", str(linked), cwd=clone)
    code = Code(tmp_path / "imported.git")
    assert import_code(code, linked) == "side"
    assert code.resolve("side") == code.resolve("main")
    code.close()


def test_state_survives_a_restart(state: Path, source: Path, contract: Contract) -> None:
    repositories = {NAME: source}
    with running_hub(state, repositories) as first:
        issue = client(first, "ada").get_repo(NAME).create_issue("Kept", labels=["design"])
        users, app = first.users, first.app_id
    with running_hub(state, {**repositories, "acme/gadgets": source}) as second:
        again = client(second, "ada").get_repo(NAME).get_issue(issue.number)
        assert (again.title, again.id, [each.name for each in again.labels]) == ("Kept", issue.id, ["design"])
        assert (second.users, second.app_id) == (users, app)
        assert events(second)[-1] == "installation_repositories.added"
        already = len(contract.faults)
        contract.check_deliveries(second.deliveries())
        assert contract.faults[already:] == []


def test_writers_do_not_wait_for_luck(hub: RunningHub) -> None:
    def write(login: str) -> None:
        repository = client(hub, login).get_repo(NAME)
        for number in range(5):
            repository.create_issue(f"{login} {number}").create_comment("c")

    threads = [threading.Thread(target=write, args=[login]) for login in ("ada", "grace", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    issues = list(client(hub, "ada").get_repo(NAME).get_issues())
    assert sorted(issue.number for issue in issues) == list(range(1, 16))
    assert all(issue.comments == 1 for issue in issues)
