"""Pull requests, reviews and checks, with code that the Git Data API wrote."""

from __future__ import annotations

import github
import pytest
from github import InputGitTreeElement
from github.PullRequest import PullRequest
from github.Repository import Repository

from bot.hub.server import RunningHub
from tests.hub.test_issues import events


def commit(repository: Repository, branch: str, files: dict[str, str], message: str = "Work") -> str:
    """One commit on a branch (made from the default one where it is new), by the Git Data API."""
    existing = {each.ref for each in repository.get_git_matching_refs(f"heads/{branch}")}
    fresh = f"refs/heads/{branch}" not in existing
    tip = repository.get_git_ref(f"heads/{repository.default_branch if fresh else branch}").object.sha
    parent = repository.get_git_commit(tip)
    elements = [InputGitTreeElement(path, "100644", "blob", content=text) for path, text in files.items()]
    tree = repository.create_git_tree(elements, parent.tree)
    made = repository.create_git_commit(message, tree, [parent])
    if fresh:
        repository.create_git_ref(f"refs/heads/{branch}", made.sha)
    else:
        repository.get_git_ref(f"heads/{branch}").edit(made.sha)
    return made.sha


def opened(repository: Repository, draft: bool = False, body: str = "") -> PullRequest:
    commit(repository, "charrette/1-depth", {"_tasks/depth/001-request.md": "# Request\n\nDepth.\n"})
    return repository.create_pull(base="main", head="charrette/1-depth", title="Design: depth", body=body, draft=draft)


def test_the_app_commits_opens_a_draft_and_makes_it_ready(hub: RunningHub, bot: Repository) -> None:
    pull = opened(bot, draft=True)
    assert (pull.draft, pull.mergeable, pull.mergeable_state) == (True, True, "draft")
    assert (pull.user.login, pull.user.type) == ("charrette[bot]", "Bot")
    sha = commit(bot, "charrette/1-depth", {"_tasks/depth/002-understanding.md": "# Understanding\n"})
    pull.update()
    assert (pull.head.sha, pull.commits, pull.changed_files, pull.additions) == (sha, 2, 2, 4)
    made = bot.get_git_commit(sha)
    assert made.verification.verified
    assert made.author.name == "charrette[bot]"
    assert bot.get_commit(sha).author.login == "charrette[bot]"
    pull.mark_ready_for_review()
    assert not bot.get_pull(pull.number).draft
    pull.convert_to_draft()
    assert bot.get_pull(pull.number).draft
    assert [each.filename for each in pull.get_files()] == [
        "_tasks/depth/001-request.md",
        "_tasks/depth/002-understanding.md",
    ]
    assert [each.commit.message for each in pull.get_commits()] == ["Work", "Work"]
    assert events(hub)[2:] == [
        "push",
        "pull_request.opened",
        "push",
        "pull_request.synchronize",
        "pull_request.ready_for_review",
        "pull_request.converted_to_draft",
    ]
    assert [write["operation"] for write in hub.writes()][-2:] == [
        "graphql/markPullRequestReadyForReview",
        "graphql/convertPullRequestToDraft",
    ]


def test_a_merge_closes_the_issue_that_it_fixes(hub: RunningHub, ada: Repository) -> None:
    issue = ada.create_issue("Depth")
    pull = opened(ada, body=f"Fixes #{issue.number}")
    done = pull.merge()
    assert done.merged
    assert ada.get_branch("main").commit.sha == done.sha
    assert len(ada.get_commit(done.sha).parents) == 2
    assert ada.get_issue(issue.number).state == "closed"
    again = ada.get_pull(pull.number)
    assert (again.merged, again.state, again.merge_commit_sha, again.is_merged()) == (True, "closed", done.sha, True)
    assert again.merged_by.login == "ada"
    assert events(hub)[-3:] == ["pull_request.closed", "push", "issues.closed"]
    assert again.changed_files == 1


def test_a_branch_that_was_pushed_to_its_base_is_merged(hub: RunningHub, ada: Repository) -> None:
    pull = opened(ada)
    ada.get_git_ref("heads/main").edit(pull.head.sha)
    assert ada.get_pull(pull.number).merged
    assert [each.number for each in ada.get_commit(pull.head.sha).get_pulls()] == [pull.number]


def test_a_squash_is_one_commit(ada: Repository) -> None:
    pull = opened(ada)
    commit(ada, "charrette/1-depth", {"b.md": "b\n"}, "More")
    done = pull.merge(merge_method="squash")
    made = ada.get_commit(done.sha)
    assert len(made.parents) == 1
    assert made.commit.message == f"Design: depth (#{pull.number})\n\n* Work\n\n* More"


def test_what_cannot_be_merged_is_refused(ada: Repository) -> None:
    pull = opened(ada, draft=True)
    with pytest.raises(github.GithubException) as refused:
        pull.merge()
    assert refused.value.status == 405
    commit(ada, "charrette/2-readme", {"README.md": "# Other widgets\n"})
    other = ada.create_pull(base="main", head="acme:charrette/2-readme", title="Readme")
    commit(ada, "main", {"README.md": "# Further widgets\n"})
    other.update()
    assert (other.mergeable, other.mergeable_state) == (False, "dirty")
    with pytest.raises(github.GithubException) as refused:
        other.merge()
    assert refused.value.status == 405
    with pytest.raises(github.GithubException) as refused:
        other.merge(sha="0" * 40)
    assert refused.value.status == 409


@pytest.mark.parametrize(
    ("head", "message"),
    [("main", "No commits between"), ("nowhere", "Validation Failed"), ("charrette/1-depth", "already exists")],
    ids=["empty", "missing", "double"],
)
def test_a_pull_request_needs_a_branch_of_its_own(ada: Repository, head: str, message: str) -> None:
    opened(ada)
    with pytest.raises(github.GithubException) as refused:
        ada.create_pull(base="main", head=head, title="Again")
    assert refused.value.status == 422
    assert message in str(refused.value.data)


def test_pull_requests_are_found_by_head_and_edited(ada: Repository) -> None:
    pull = opened(ada)
    assert [each.number for each in ada.get_pulls(head="acme:charrette/1-depth")] == [pull.number]
    assert list(ada.get_pulls(head="acme:other")) == []
    pull.edit(title="Better", body="Text", state="closed")
    assert list(ada.get_pulls()) == []
    assert [each.title for each in ada.get_pulls(state="closed", sort="updated", base="main")] == ["Better"]
    assert ada.get_issue(pull.number).pull_request is not None
    pull.create_issue_comment("Well")
    pull.add_to_labels("design")
    pull.edit(state="open")
    assert pull.diff_url.endswith(f"/pull/{pull.number}.diff")
    commit(ada, "release", {"c.md": "c\n"})
    pull.edit(base="release")
    assert ada.get_pull(pull.number).base.ref == "release"
    ada.get_git_ref("heads/charrette/1-depth").delete()
    assert ada.get_pull(pull.number).state == "closed"


def test_a_review_stands_on_the_lines_of_the_diff(hub: RunningHub, ada: Repository, bot: Repository) -> None:
    commit(bot, "edit", {"src/widget.py": "".join(f"line_{n} = {n}\n" for n in range(1, 31) if n != 10) + "last = 1\n"})
    pull = bot.create_pull(base="main", head="edit", title="Edit")
    path = "src/widget.py"
    review = pull.create_review(
        body="Lens: graphs",
        event="COMMENT",
        comments=[
            {"path": path, "body": "added", "line": 30, "side": "RIGHT"},
            {"path": path, "body": "removed", "line": 10, "side": "LEFT"},
            {"path": path, "body": "both", "start_line": 8, "line": 9, "side": "RIGHT", "start_side": "RIGHT"},
        ],
    )
    assert review.state == "COMMENTED"
    comments = list(pull.get_review_comments())
    assert [(each.body, each.line, each.side) for each in comments] == [
        ("added", 30, "RIGHT"),
        ("removed", 10, "LEFT"),
        ("both", 9, "RIGHT"),
    ]
    assert comments[1].diff_hunk.splitlines()[-1] == "-line_10 = 10"
    assert [each.body for each in pull.get_single_review_comments(review.id)] == ["added", "removed", "both"]
    assert pull.get_review(review.id).body == "Lens: graphs"
    answer = ada.get_pull(pull.number).create_review_comment_reply(comments[0].id, "Why?")
    assert answer.in_reply_to_id == comments[0].id
    single = pull.create_review_comment("here", bot.get_commit(pull.head.sha), path, line=9, side="RIGHT")
    assert pull.get_review_comment(single.id).line == 9
    for event in ("APPROVE", "REQUEST_CHANGES"):
        with pytest.raises(github.GithubException) as refused:
            pull.create_review(body="Mine", event=event)
        assert refused.value.status == 422
    assert ada.get_pull(pull.number).create_review(event="APPROVE").state == "APPROVED"
    assert [each.state for each in pull.get_reviews()][0::2] == ["COMMENTED", "APPROVED"]
    assert "pull_request_review.submitted" in events(hub)


@pytest.mark.parametrize("line", [25, 99], ids=["outside the hunks", "outside the file"])
def test_a_line_outside_the_diff_is_refused(bot: Repository, line: int) -> None:
    commit(bot, "edit", {"src/widget.py": "first = 0\n" + "".join(f"line_{n} = {n}\n" for n in range(1, 31))})
    pull = bot.create_pull(base="main", head="edit", title="Edit")
    with pytest.raises(github.GithubException) as refused:
        pull.create_review(body="b", event="COMMENT", comments=[{"path": "src/widget.py", "body": "x", "line": line}])
    assert refused.value.status == 422
    assert list(pull.get_reviews()) == []


def remarks(count: int) -> list[dict[str, object]]:
    return [
        {"path": "README.md", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": str(number)}
        for number in range(count)
    ]


def test_a_check_has_annotations_fifty_at_a_time(hub: RunningHub, bot: Repository, ada: Repository) -> None:
    sha = bot.get_branch("main").commit.sha
    check = bot.create_check_run("charrette/design", sha, status="in_progress", external_id="run-1")
    output = {"title": "Gates", "summary": "Two findings", "annotations": remarks(50)}
    check.edit(output=output)
    check.edit(conclusion="neutral", output={"title": "Gates", "summary": "All", "annotations": remarks(1)})
    assert check.status == "completed"
    assert bot.get_check_run(check.id).output.annotations_count == 51
    assert len(list(check.get_annotations())) == 51
    assert [each.conclusion for each in bot.get_commit(sha).get_check_runs(check_name="charrette/design")] == [
        "neutral"
    ]
    with pytest.raises(github.GithubException) as refused:
        check.edit(output={"title": "Gates", "summary": "Many", "annotations": remarks(51)})
    assert refused.value.status == 422
    with pytest.raises(github.GithubException) as refused:
        ada.create_check_run("mine", sha)
    assert refused.value.status == 403
    ada.requester.requestJsonAndCheck("POST", f"{check.url}/rerequest")
    assert events(hub)[-3:] == ["check_run.created", "check_run.completed", "check_run.rerequested"]


def test_statuses_of_a_commit(ada: Repository) -> None:
    commit_ = ada.get_commit("main")
    commit_.create_status("pending", context="ci/build")
    commit_.create_status("success", "https://ci.example.com", "Built", "ci/build")
    assert [each.state for each in commit_.get_statuses()] == ["success", "pending"]
    assert commit_.get_combined_status().state == "success"


def test_references_move_forward_only(bot: Repository) -> None:
    first = bot.get_branch("main").commit.sha
    second = commit(bot, "work", {"a.md": "a\n"})
    reference = bot.get_git_ref("heads/work")
    with pytest.raises(github.GithubException) as refused:
        bot.create_git_ref("refs/heads/work", first)
    assert (refused.value.status, refused.value.data["message"]) == (422, "Reference already exists")
    with pytest.raises(github.GithubException) as refused:
        reference.edit(first)
    assert (refused.value.status, refused.value.data["message"]) == (422, "Update is not a fast forward")
    reference.edit(first, force=True)
    reference.edit(second)
    compared = bot.compare(first, second)
    assert (compared.status, compared.ahead_by, [each.filename for each in compared.files]) == ("ahead", 1, ["a.md"])
    reference.delete()
    with pytest.raises(github.UnknownObjectException):
        bot.get_git_ref("heads/work")


def test_code_is_read_and_written_by_the_contents_api(ada: Repository) -> None:
    assert [each.path for each in ada.get_contents("")] == ["README.md", "src"]  # type: ignore[union-attr]
    file = ada.get_contents("README.md")
    assert not isinstance(file, list)
    assert file.decoded_content == b"# Widgets\n\nThey turn.\n"
    done = ada.update_file("README.md", "Turn", "# Widgets\n\nThey spin.\n", file.sha)
    assert [each.commit.message for each in ada.get_commits(path="README.md")] == ["Turn", "Import"]
    assert done["commit"].sha == ada.get_branch("main").commit.sha
    with pytest.raises(github.GithubException) as refused:
        ada.update_file("README.md", "Stale", "x", file.sha)
    assert refused.value.status == 409
    made = ada.create_file("new.md", "New", "n\n")
    assert made["content"] is not None
    ada.delete_file("new.md", "Gone", made["content"].sha)
    tree = ada.get_git_tree("main", recursive=True)
    assert [each.path for each in tree.tree] == ["README.md", "src", "src/widget.py"]
    blob = ada.create_git_blob("aGk=", "base64")
    assert ada.get_git_blob(blob.sha).content == "aGk=\n"
    assert {each.name for each in ada.get_branches()} == {"main"}


def test_a_pull_request_from_a_fork(hub: RunningHub, eve: Repository, ada: Repository, bot: Repository) -> None:
    fork = eve.create_fork()
    assert (fork.full_name, fork.fork, eve.create_fork().id) == ("eve/widgets", True, fork.id)
    first = commit(fork, "idea", {"docs/idea.md": "# An idea\n"})
    with pytest.raises(github.GithubException):
        eve.create_pull(base="main", head="idea", title="No such branch here", body="")
    pull = eve.create_pull(base="main", head="eve:idea", title="An idea", body="")
    assert (pull.head.repo.id, pull.base.repo.id, pull.head.sha) == (fork.id, ada.id, first)
    assert [each.filename for each in pull.get_files()] == ["docs/idea.md"]
    assert bot.get_git_commit(first).sha == first
    bot.create_check_run("charrette/concerns", first, status="completed", conclusion="neutral")
    second = commit(fork, "idea", {"docs/idea.md": "# A better idea\n"})
    assert ada.get_pull(pull.number).head.sha == second
    assert events(hub)[-1] == "pull_request.synchronize"
    commit(ada, "idea", {"docs/other.md": "# Another of the same name\n"})
    assert ada.get_pull(pull.number).head.sha == second
    pull.edit(state="closed")
    pull.edit(state="open")
    ada.get_pull(pull.number).merge()
    assert ada.get_contents("docs/idea.md").decoded_content == b"# A better idea\n"  # type: ignore[union-attr]
