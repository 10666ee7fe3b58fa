"""What people and the App do on issues."""

from __future__ import annotations

import json

import github
import pytest
from github.Repository import Repository

from bot.hub.server import RunningHub


def events(hub: RunningHub) -> list[str]:
    return [f"{each['event']}.{each['action']}".rstrip(".") for each in hub.deliveries()]


def test_an_issue_is_opened_labelled_commented_and_closed(hub: RunningHub, ada: Repository) -> None:
    issue = ada.create_issue("Queue depth", body="Please.", labels=["enhancement"])
    issue.add_to_labels("design", "bug")
    issue.remove_from_labels("bug")
    comment = issue.create_comment("First")
    comment.edit("Second")
    issue.edit(title="Queue depths", body="Now.")
    issue.edit(state="closed", state_reason="not_planned")
    issue.edit(state="open")
    comment.delete()

    again = ada.get_issue(issue.number)
    assert again.title == "Queue depths"
    assert [label.name for label in again.labels] == ["enhancement", "design"]
    assert again.state == "open"
    assert again.state_reason == "reopened"
    assert list(again.get_comments()) == []
    happened = [event.event for event in again.get_events()]
    assert happened == ["labeled", "labeled", "labeled", "unlabeled", "renamed", "closed", "reopened"]
    assert events(hub)[2:] == [
        "issues.opened",
        "issues.labeled",
        "issues.labeled",
        "issues.labeled",
        "issues.unlabeled",
        "issue_comment.created",
        "issue_comment.edited",
        "issues.edited",
        "issues.closed",
        "issues.reopened",
        "issue_comment.deleted",
    ]


def test_labels_are_replaced_by_a_bare_list_and_by_an_empty_one(ada: Repository) -> None:
    issue = ada.create_issue("One", labels=["bug"])
    issue.set_labels("design", "enhancement")
    assert [label.name for label in issue.get_labels()] == ["design", "enhancement"]
    issue.set_labels()
    assert list(issue.get_labels()) == []


def test_a_webhook_about_the_apps_issue_names_the_app(hub: RunningHub, bot: Repository) -> None:
    issue = bot.create_issue("Mine")
    issue.create_comment("Me again")
    issue.edit(state="closed")
    assert events(hub)[2:] == ["issues.opened", "issue_comment.created", "issues.closed"]
    opened = json.loads(hub.deliveries()[2]["payload"])
    assert opened["issue"]["performed_via_github_app"]["slug"] == "charrette"


def test_issues_are_listed_by_state_and_label_in_pages(ada: Repository) -> None:
    for number in range(5):
        ada.create_issue(f"Issue {number}", labels=["odd"] if number % 2 else [])
    ada.get_issue(1).edit(state="closed")
    assert [issue.number for issue in ada.get_issues(sort="created")] == [5, 4, 3, 2]
    assert [issue.number for issue in ada.get_issues(state="all", labels=["odd"], sort="updated")] == [4, 2]
    assert ada.get_issues(state="all").totalCount == 5


def test_labels_of_a_repository_are_made_changed_and_refused(ada: Repository) -> None:
    label = ada.create_label("design", "0E8A16", "starts")
    label.edit("designs", "ffffff", "begins")
    assert ada.get_label("designs").description == "begins"
    with pytest.raises(github.GithubException) as refused:
        ada.create_label("BUG", "ffffff")
    assert refused.value.status == 422
    assert refused.value.data["errors"][0]["code"] == "already_exists"
    with pytest.raises(github.GithubException) as refused:
        ada.create_label("colour", "red")
    assert refused.value.status == 422
    issue = ada.create_issue("One", labels=["designs"])
    label.delete()
    assert ada.get_issue(issue.number).labels == []
    issue.set_labels("a", "b")
    issue.delete_labels()
    assert list(issue.get_labels()) == []
    assert {"bug", "a", "b"} <= {each.name for each in ada.get_labels()}


def test_a_second_reaction_is_the_first(ada: Repository) -> None:
    issue = ada.create_issue("One")
    first, second = issue.create_reaction("eyes"), issue.create_reaction("eyes")
    assert first.id == second.id
    assert [each.content for each in issue.get_reactions()] == ["eyes"]
    assert issue.delete_reaction(first.id)
    comment = issue.create_comment("Hello")
    reaction = comment.create_reaction("rocket")
    assert ada.get_issue(1).get_comment(comment.id).reactions["rocket"] == 1
    assert [each.content for each in comment.get_reactions()] == ["rocket"]
    assert comment.delete_reaction(reaction.id)


def test_comments_since_a_moment_and_of_the_whole_repository(ada: Repository) -> None:
    one, two = ada.create_issue("One"), ada.create_issue("Two")
    one.create_comment("a")
    last = two.create_comment("b")
    assert [each.body for each in ada.get_issues_comments()] == ["a", "b"]
    assert [each.body for each in two.get_comments(since=last.updated_at)] == ["b"]
    assert [each.event for each in two.get_timeline()] == ["commented"]


def test_sub_issues_and_blockers_take_database_ids(ada: Repository) -> None:
    parent, child, other = (ada.create_issue(title) for title in ("Parent", "Child", "Other"))
    parent.add_sub_issue(child)
    parent.add_sub_issue(other.id)
    assert [each.number for each in parent.get_sub_issues()] == [2, 3]
    assert ada.get_issue(1).sub_issues_summary.total == 2
    with pytest.raises(github.GithubException) as refused:
        parent.add_sub_issue(child.number)
    assert refused.value.status == 404
    with pytest.raises(github.GithubException) as refused:
        other.add_sub_issue(child)
    assert refused.value.status == 422
    _, above = ada.requester.requestJsonAndCheck("GET", f"{child.url}/parent")
    assert above["number"] == 1
    parent.remove_sub_issue(other)
    other.add_blocked_by(child)
    child.edit(state="closed")
    assert [each.number for each in other.get_blocked_by()] == [2]
    assert [each.number for each in child.get_blocking()] == [3]
    with pytest.raises(github.GithubException) as refused:
        child.add_blocked_by(other)
    assert refused.value.status == 422
    other.remove_blocked_by(child)
    assert list(other.get_blocked_by()) == []


def test_assignees_and_milestones(ada: Repository) -> None:
    milestone = ada.create_milestone("First", description="soon")
    issue = ada.create_issue("One", assignee="grace", milestone=milestone)
    issue.add_to_assignees("ada")
    issue.remove_from_assignees("grace")
    assert [each.login for each in ada.get_issue(1).assignees] == ["ada"]
    assert ada.get_issue(1).milestone.title == "First"
    milestone.edit("Second", state="closed")
    assert ada.get_milestone(1).state == "closed"
    assert [each.title for each in ada.get_milestones(state="all")] == ["Second"]
    assert {each.login for each in ada.get_assignees()} == {"ada", "grace"}
    assert not ada.has_in_assignees("eve")


def test_a_reader_may_speak_but_not_label(hub: RunningHub, ada: Repository, eve: Repository) -> None:
    issue = eve.create_issue("From outside", body="b", labels=["design"])
    assert issue.labels == []
    issue.create_comment("Please")
    issue.edit(title="From outside, better")
    with pytest.raises(github.GithubException) as refused:
        issue.add_to_labels("bug")
    assert refused.value.status == 403
    ada.create_issue("Hers")
    with pytest.raises(github.GithubException) as refused:
        eve.get_issue(2).edit(state="closed")
    assert refused.value.status == 403


@pytest.mark.parametrize(("length", "fits"), [(65_536, True), (65_537, False)], ids=["longest", "too long"])
def test_a_body_has_a_limit(ada: Repository, length: int, fits: bool) -> None:
    issue = ada.create_issue("One")
    if fits:
        assert len(issue.create_comment("x" * length).body) == length
        return
    with pytest.raises(github.GithubException) as refused:
        issue.create_comment("x" * length)
    assert refused.value.status == 422
    with pytest.raises(github.GithubException) as refused:
        ada.create_issue("Two", body="x" * length)
    assert refused.value.status == 422


def test_a_mistake_in_a_request_is_named(hub: RunningHub, ada: Repository) -> None:
    with pytest.raises(github.GithubException) as refused:
        ada.create_issue("")
    assert refused.value.status == 422
    with pytest.raises(github.UnknownObjectException):
        ada.get_issue(99)
    with pytest.raises(github.GithubException) as refused:
        ada.requester.requestJsonAndCheck("POST", f"{ada.url}/issues", input={"title": 7})
    assert refused.value.status == 422
    assert "properties/title" in refused.value.data["message"]
