"""The pages all answer, and forms do what they say and are heard of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.hub.facts import CheckRun, Comment, Label, Reaction, Review, ReviewComment
from bot.hub.operations import checks, issues, references, relations
from bot.hub.server import RunningHub
from tests.hub.browser import BRANCH, DOCUMENT, ROOT, Browser, app_of, opened


@pytest.fixture
def browser(hub: RunningHub) -> Iterator[Browser]:
    with opened(hub) as found:
        yield found


PAGES = {
    "home": ("/", "acme/widgets"),
    "owner": ("/acme", "widgets"),
    "person": ("/ada", "You act as <strong>ada"),
    "another person": ("/grace", "Act as grace"),
    "person's repositories": ("/ada", "acme/widgets"),
    "app": ("/apps/charrette", "pull requests: write"),
    "repository": (ROOT, "They turn."),
    "folder": (f"{ROOT}/tree/main/src", "widget.py"),
    "file": (f"{ROOT}/blob/main/src/widget.py", 'id="L30"'),
    "document": (DOCUMENT, 'class="diagram"'),
    "document's source": (f"{DOCUMENT}?plain=1", "flowchart LR"),
    "raw": (f"{ROOT}/raw/main/src/widget.py", "line_1 = 1"),
    "edit": (f"{ROOT}/edit/{BRANCH}/_tasks/turn/002-design.md", "Commit to"),
    "commits": (f"{ROOT}/commits/{BRANCH}", "002 design"),
    "commits of the default branch": (f"{ROOT}/commits", "Import"),
    "commits of a file": (f"{ROOT}/commits/{BRANCH}/_tasks/turn/002-design.md", "Verified"),
    "branches": (f"{ROOT}/branches", "1 ahead, 0 behind"),
    "comparison": (f"{ROOT}/compare/main...{BRANCH}", "There is a pull request"),
    "issues": (f"{ROOT}/issues", "Turn <code>faster</code>"),
    "closed issues": (f"{ROOT}/issues?q=is:closed", "Nothing matches"),
    "milestones": (f"{ROOT}/milestones", "There is no milestone yet"),
    "new issue": (f"{ROOT}/issues/new", "Create issue"),
    "issue": (f"{ROOT}/issues/1", "1 of 8"),
    "labels": (f"{ROOT}/labels", "design"),
    "pull requests": (f"{ROOT}/pulls", "Design: turn faster"),
    "pull request": (f"{ROOT}/pull/3", "Ready for review"),
    "its commits": (f"{ROOT}/pull/3/commits", "Verified"),
    "its files": (f"{ROOT}/pull/3/files", "Which <strong>one</strong>?"),
    "its checks": (f"{ROOT}/pull/3/checks", "A heading is missing."),
    "its diff": (f"{ROOT}/pull/3.diff", "+# 002 Design"),
    "deliveries": ("/_hub/deliveries", "pull_request_review.submitted"),
}


def test_every_page_answers(browser: Browser) -> None:
    for name, (path, text) in PAGES.items():
        assert text in browser.get(path), name


def test_an_unknown_thing_is_a_page_that_says_so(browser: Browser) -> None:
    for path in (
        "/nobody",
        "/acme/nothing",
        f"{ROOT}/blob/main/nothing.py",
        f"{ROOT}/tree/no-branch",
        f"{ROOT}/commit/{'0' * 40}",
        f"{ROOT}/issues/99",
        f"{ROOT}/pull/99",
        f"{ROOT}/runs/99",
        f"{ROOT}/what/is/this",
        f"{ROOT}/compare/main...nothing",
        "/_hub/deliveries/1",
        "/apps/other",
    ):
        assert "There is nothing here" in browser.get(path, 404), path


def test_a_commit_shows_its_trailers_and_signature(browser: Browser) -> None:
    sha = browser.hub.code(browser.repository).resolve(BRANCH)
    page = browser.get(f"{ROOT}/commit/{sha}")
    assert "Why it is so." in page
    assert "<dt>Charrette-Phase</dt><dd><code>design@1</code></dd>" in page
    assert "Verified" in page
    assert "Verified" not in browser.get(f"{ROOT}/commit/main")


def test_milestones_sub_issues_and_what_blocks_an_issue_are_shown(browser: Browser, hub: RunningHub) -> None:
    repository, ada = hub.hub.store.repository("acme", "widgets"), hub.hub.person("ada")
    made = relations.create_milestone(hub.hub, ada, repository, "First", "The first of it.")
    for number, state in ((1, None), (2, "closed")):
        fact = hub.hub.store.issue(repository, number)
        issues.update(hub.hub, ada, repository, fact, issues.Edit(milestone=made.number, state=state))
    assert ">1 of 2 closed<" in re.sub(r"<progress[^>]*></progress> ", "", browser.get(f"{ROOT}/milestones"))
    listed = browser.get(f"{ROOT}/issues")
    assert f'{ROOT}/milestone/1">First</a>' in listed
    assert "1 of 1 sub-issues closed" in listed
    assert ">blocked<" not in listed, "what blocked it is closed"
    assert "1 of 2 closed" in browser.get(f"{ROOT}/milestone/1")
    page = browser.get(f"{ROOT}/issues/1")
    for said in ("Sub-issues", "Blocked by", "PR0: grease", "Milestone", ">First</a>"):
        assert said in page
    three = issues.create(hub.hub, ada, repository, "PR1: wheels", labels=["design"])
    relations.add_sub_issue(hub.hub, ada, repository, hub.hub.store.issue(repository, 1), three.id)
    relations.add_blocker(hub.hub, ada, repository, three, hub.hub.store.issue(repository, 1).id)
    page = browser.get(f"{ROOT}/issues/1")
    below = page[page.index("<strong>Sub-issues") :]
    assert re.search(r">PR1: wheels</a> .*>design<.*>blocked<", below)
    assert "marked this as blocking another issue" in page
    issues.update(hub.hub, ada, repository, hub.hub.store.issue(repository, 2), issues.Edit(state="open"))
    assert ">blocked<" in browser.get(f"{ROOT}/issues")
    assert "Blocks" in browser.get(f"{ROOT}/issues/2")
    assert "Parent issue" in browser.get(f"{ROOT}/issues/2")


def test_hidden_markers_are_not_shown(browser: Browser) -> None:
    shown = re.sub(r"<textarea.*?</textarea>", "", browser.get(f"{ROOT}/issues/1"), flags=re.DOTALL)
    assert "charrette:key" not in shown
    assert "charrette:key" not in browser.get(DOCUMENT)


def test_a_run_shows_its_annotations(browser: Browser) -> None:
    check = browser.hub.store.all(CheckRun)[0]
    page = browser.get(f"{ROOT}/runs/{check.id}")
    assert f"{check.head_sha}/_tasks/turn/002-design.md?plain=1#L3-L4" in page
    browser.post(f"{ROOT}/runs/{check.id}/rerequest")
    assert browser.told("check_run", "rerequested")


def test_a_check_that_waits_for_somebody_is_no_failure(browser: Browser) -> None:
    hub, repository = browser.hub, browser.repository
    at = "2026-01-01T10:00:00Z"
    wish = checks.CheckEdit(conclusion="action_required", started_at=at, completed_at=at)
    check = checks.update(hub, app_of(hub), repository, hub.store.all(CheckRun)[0], wish)
    for path in (f"{ROOT}/runs/{check.id}", f"{ROOT}/pull/3", f"{ROOT}/pulls"):
        page = browser.get(path)
        assert 'aria-label="waits for somebody">!</span>' in page, path
        assert "✕" not in page, path
    page = browser.get(f"{ROOT}/runs/{check.id}")
    assert "in 0 s" not in page
    checks.update(hub, app_of(hub), repository, check, replace(wish, completed_at="2026-01-01T10:01:05Z"))
    assert "in 1 min 5 s, " in browser.get(f"{ROOT}/runs/{check.id}")


def test_a_new_issue_shows_what_its_labels_mean(browser: Browser) -> None:
    browser.post(f"{ROOT}/labels", name="macro-plan", color="#00ff00", description="A plan of several parts")
    assert "A plan of several parts" in browser.get(f"{ROOT}/issues/new")


CHROMIUM = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (CHROMIUM, True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("*/*", False),
        ("application/json", False),
        (None, False),
    ],
    ids=["chromium", "firefox", "curl", "json", "urllib"],
)
def test_a_browser_gets_the_page_of_deliveries_and_a_script_their_json(
    browser: Browser, accept: str | None, page: bool
) -> None:
    answer = browser.session.get(f"{browser.running.url}/_hub/deliveries", headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith("text/html" if page else "application/json")


def test_an_api_path_on_the_pages_says_where_the_api_is(browser: Browser) -> None:
    for path in (f"/repos{ROOT}", f"/repos{ROOT}/issues", f"/repos{ROOT}/issues/1"):
        assert "The API is at /api/v3." in browser.get(path, 404), path
    assert "The API is at /api/v3." in browser.post(f"/repos{ROOT}/issues", 404, title="New")
    assert "The API is at" not in browser.get(f"{ROOT}/what/is/this", 404)


def test_an_issue_of_a_pull_request_leads_to_it_and_back(browser: Browser) -> None:
    assert "wants to merge" in browser.get(f"{ROOT}/issues/3")
    assert "opened this" in browser.get(f"{ROOT}/pull/1")


# Forms


def test_an_issue_is_opened_labelled_and_closed(browser: Browser) -> None:
    assert browser.post(f"{ROOT}/issues", title="New", body="Text", labels="bug") == f"{ROOT}/issues/4"
    assert browser.told("issues", "opened")["sender"]["login"] == "ada"  # type: ignore[index]
    browser.post(f"{ROOT}/issues/4/labels", name="design")
    assert browser.told("issues", "labeled")["label"]["name"] == "design"  # type: ignore[index]
    browser.post(f"{ROOT}/issues/4/labels", name="design")
    assert browser.told("issues", "unlabeled")["label"]["name"] == "design"  # type: ignore[index]
    browser.post(f"{ROOT}/issues/4/comments", body="Done.", state="not_planned")
    assert browser.told("issue_comment", "created")["comment"]["body"] == "Done."  # type: ignore[index]
    assert browser.told("issues", "closed")["issue"]["state_reason"] == "not_planned"  # type: ignore[index]
    assert "Closed as not planned" in browser.get(f"{ROOT}/issues/4")
    browser.post(f"{ROOT}/issues/4/state", state="open")
    assert browser.told("issues", "reopened")


def test_a_text_is_edited_folded_and_deleted(browser: Browser) -> None:
    browser.post(f"{ROOT}/issues/1/edit", title="Turn slower")
    assert browser.told("issues", "edited")["changes"] == {"title": {"from": "Turn `faster`"}}
    assert "Turn slower" in browser.get(f"{ROOT}/issues/1")
    where = browser.post(f"{ROOT}/issues/1/comments", body="A word.")
    ident = where.rpartition("-")[2]
    browser.post(f"{ROOT}/comments/{ident}/edit", body="Two words.")
    assert browser.told("issue_comment", "edited")["comment"]["body"] == "Two words."  # type: ignore[index]
    browser.post(f"{ROOT}/comments/{ident}/minimize", reason="resolved")
    assert "hidden as resolved" in browser.get(f"{ROOT}/issues/1")
    browser.post(f"{ROOT}/comments/{ident}/delete")
    assert browser.hub.store.find(Comment, id=int(ident)) is None


def test_a_reaction_goes_on_and_off(browser: Browser) -> None:
    issue = browser.hub.store.issue(browser.repository, 1)
    remark = browser.hub.store.all(ReviewComment)[0]
    for subject, ident in (("issue", issue.id), ("review_comment", remark.id)):
        before = len(browser.hub.store.all(Reaction))
        browser.post(f"{ROOT}/reactions", subject=subject, ident=str(ident), content="heart")
        assert len(browser.hub.store.all(Reaction)) == before + 1
        browser.post(f"{ROOT}/reactions", subject=subject, ident=str(ident), content="heart")
        assert len(browser.hub.store.all(Reaction)) == before


def test_people_are_assigned(browser: Browser) -> None:
    browser.post(f"{ROOT}/issues/1/assign")
    assert "Unassign me" in browser.get(f"{ROOT}/issues/1")
    browser.post(f"{ROOT}/issues/1/assign")
    assert browser.hub.store.issue(browser.repository, 1).assignee_ids == ()


def test_labels_are_made_changed_and_deleted(browser: Browser) -> None:
    browser.post(f"{ROOT}/labels", name="macro-plan", color="#00ff00", description="a plan")
    browser.post(f"{ROOT}/labels/edit", before="macro-plan", name="plan", color="#ff0000", description="")
    assert browser.told("label", "edited")["label"]["name"] == "plan"  # type: ignore[index]
    browser.post(f"{ROOT}/labels/delete", name="plan")
    assert "plan" not in [label.name for label in browser.hub.store.all(Label)]


def test_a_pull_request_is_readied_reviewed_and_merged(browser: Browser) -> None:
    browser.post(f"{ROOT}/pull/3/draft", draft="0")
    assert browser.told("pull_request", "ready_for_review")
    browser.become("grace")
    browser.post(f"{ROOT}/pull/3/reviews", event="APPROVE", body="")
    assert browser.told("pull_request_review", "submitted")["review"]["state"] == "approved"  # type: ignore[index]
    assert "approved these changes" in browser.get(f"{ROOT}/pull/3")
    head = browser.hub.store.pull_request(browser.repository, 3).head_sha
    browser.post(f"{ROOT}/pull/3/merge", 409, method="merge", sha="0" * 40)
    browser.post(f"{ROOT}/pull/3/merge", method="merge", sha=head)
    assert browser.told("pull_request", "closed")["pull_request"]["merged"] is True  # type: ignore[index]
    assert "Merged as" in browser.get(f"{ROOT}/pull/3")
    browser.post(f"{ROOT}/branches/delete", branch=BRANCH)
    assert "Merged" in browser.get(f"{ROOT}/pull/3")


def test_a_line_is_commented_on_and_answered(browser: Browser) -> None:
    form = {"path": "_tasks/turn/002-design.md", "side": "RIGHT", "body": "A good title."}
    where = browser.post(f"{ROOT}/pull/3/remarks", form={**form, "line": "1"})
    above = where.rpartition("_r")[2]
    browser.post(f"{ROOT}/pull/3/remarks/{above}/replies", body="Thank you.")
    assert "Thank you." in browser.get(f"{ROOT}/pull/3/files")
    browser.post(f"{ROOT}/pull/3/remarks", 422, form={**form, "line": "999"})
    assert len(browser.hub.store.all(Review)) == 2


def test_a_file_is_edited_into_a_commit_and_a_stale_edit_is_refused(browser: Browser) -> None:
    other = f"{ROOT}/edit/{BRANCH}/README.md"
    there = re.search(r'name="sha" value="(\w+)"', browser.get(other))
    assert there is not None
    browser.post(other, text="# Other\n", sha=there[1], message="")
    assert "outdated" not in browser.get(f"{ROOT}/pull/3")
    path = f"{ROOT}/edit/{BRANCH}/_tasks/turn/002-design.md"
    sha = re.search(r'name="sha" value="(\w+)"', browser.get(path))
    assert sha is not None
    browser.post(path, text="# 002\r\n\r\nMine.\r\n", sha=sha[1], message="")
    assert browser.told("push")["ref"] == f"refs/heads/{BRANCH}"
    assert browser.get(f"{ROOT}/raw/{BRANCH}/_tasks/turn/002-design.md") == "# 002\n\nMine.\n"
    browser.post(path, 409, text="# other", sha=sha[1])
    assert "outdated" in browser.get(f"{ROOT}/pull/3")


def test_a_pull_request_is_opened_from_a_comparison(browser: Browser) -> None:
    base = browser.hub.code(browser.repository).resolve(BRANCH) or ""
    references.create(browser.hub, browser.hub.person("ada"), browser.repository, "refs/heads/other", base)
    assert "Create pull request" in browser.get(f"{ROOT}/compare/main...other")
    made = browser.post(f"{ROOT}/pulls", title="Other", head="other", base="main", body="", draft="1")
    assert made == f"{ROOT}/pull/4"
    assert browser.hub.store.pull_request(browser.repository, 4).draft


def test_a_delivery_is_shown_and_sent_again(browser: Browser) -> None:
    first = browser.running.deliveries()[-1]
    assert first["guid"] in browser.get(f"/_hub/deliveries/{first['id']}")
    browser.post(f"/_hub/deliveries/{first['id']}/attempts")
    again = browser.running.deliveries()[-1]
    assert (again["guid"], again["redelivery"]) == (first["guid"], True)
