"""The pages: all answer, forms do what they say and are heard of, and nothing that people write runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
import requests

from bot.hub.code import Change
from bot.hub.facts import (
    Account,
    Annotation,
    CheckRun,
    Comment,
    Label,
    Reaction,
    Repository,
    Review,
    ReviewComment,
)
from bot.hub.hub import Actor, Hub
from bot.hub.operations import checks, comments, issues, labels, objects, pulls, references, relations, reviews
from bot.hub.pages.diagrams import draw
from bot.hub.pages.diffs import rows_of
from bot.hub.pages.highlight import lines_of_file
from bot.hub.pages.lists import Search, search_of
from bot.hub.pages.markdown import Place, render
from bot.hub.server import RunningHub

ROOT = "/acme/widgets"
BRANCH = "charrette/1-turn-faster"
DOCUMENT = f"{ROOT}/blob/{BRANCH}/_tasks/turn/002-design.md"
DESIGN = """# 002 Design

See [widget](../../src/widget.py#L3), #1 and @ada. <!-- charrette:key=hidden -->

```mermaid
flowchart LR
    A[Slow] --> B[Fast]
```

| option | cost |
|---|--:|
| one | 2 |
"""
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
EVIL_MARKDOWN = (
    f"{EVIL} <svg onload=alert(3)> [a](javascript:alert(4)) <a href='java\nscript:alert(5)' onclick=alert(6)>b</a>\n\n"
    "![c](http://elsewhere.example/c.png) <img src='//elsewhere.example/d.png'> <style>p{display:none}</style>\n\n"
    "<form action=http://elsewhere.example><input name=q><button>x</button></form> <iframe src=/></iframe>\n\n"
    '```mermaid\nflowchart LR\n A[<img src=x onerror=alert(7)>] --> B\n click A href "javascript:alert(8)"\n```\n'
)


@dataclass
class Browser:
    """A person in front of the pages."""

    running: RunningHub
    session: requests.Session

    @property
    def hub(self) -> Hub:
        return self.running.hub

    @property
    def repository(self) -> Repository:
        return self.hub.store.repository("acme", "widgets")

    def get(self, path: str, status: int = 200, accept: str = "text/html") -> str:
        answer = self.session.get(f"{self.running.url}{path}", headers={"Accept": accept})
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return answer.text

    def post(self, path: str, status: int = 303, form: dict[str, str] | None = None, **fields: str) -> str:
        answer = self.session.post(
            f"{self.running.url}{path}", form or fields, headers={"Origin": self.running.url}, allow_redirects=False
        )
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer.headers.get("Location", answer.text)

    def become(self, login: str) -> None:
        self.post("/_hub/user", login=login, back=ROOT)

    def told(self, event: str, action: str = "") -> dict[str, object]:
        """The last delivery of this event; what its webhook said."""
        found = [each for each in self.running.deliveries() if (each["event"], each["action"]) == (event, action)]
        assert found, f"{event}.{action} was never sent"
        payload: dict[str, object] = json.loads(found[-1]["payload"])
        return payload


@pytest.fixture
def browser(hub: RunningHub) -> Iterator[Browser]:
    fill(hub.hub)
    with requests.Session() as session:
        session.trust_env = False
        found = Browser(hub, session)
        found.become("ada")
        yield found


def app_of(hub: Hub) -> Actor:
    repository = hub.store.repository("acme", "widgets")
    bot = hub.store.get(Account, hub.app.bot_id)
    return Actor(bot, hub.installation(repository), hub.app.permissions, (repository.id,))


def fill(hub: Hub) -> None:
    """Issue 1 with a conversation, its sub-issue 2, and the draft pull request 3 with a check and a review."""
    repository = hub.store.repository("acme", "widgets")
    ada, bot = hub.person("ada"), app_of(hub)
    labels.create(hub, ada, repository, "design", "5319e7")
    one = issues.create(hub, ada, repository, "Turn `faster`", DESIGN, labels=["design"])
    status = comments.create(hub, bot, repository, one, "<!-- charrette:key=status -->\n\n- [x] **phase** 1 of 8")
    comments.react(hub, bot, repository, "issue", one.id, "eyes")
    comments.minimize(hub, ada, repository, status, "OUTDATED")
    two = issues.create(hub, ada, repository, "PR0: grease")
    relations.add_sub_issue(hub, bot, repository, one, two.id)
    relations.add_blocker(hub, bot, repository, one, two.id)
    base = hub.code(repository).resolve("main") or ""
    blob = objects.write_blob(hub, bot, repository, DESIGN.encode())
    tree = objects.write_tree(hub, bot, repository, base, [Change("_tasks/turn/002-design.md", "100644", blob)])
    message = "design(turn): 002 design\n\nWhy it is so.\n\nCharrette-Phase: design@1\nCharrette-Model: replay\n"
    head = objects.write_commit(hub, bot, repository, message, tree, [base])
    references.create(hub, bot, repository, f"refs/heads/{BRANCH}", head)
    pull = pulls.create(hub, bot, repository, "Design: turn faster", BRANCH, "main", "For #1.", draft=True)
    found = Annotation(0, "_tasks/turn/002-design.md", 3, 4, "warning", "A heading is missing.", "headings")
    wish = checks.CheckEdit("charrette/feature-design", "completed", "neutral", annotations=[found], title="1 finding")
    checks.create(hub, bot, repository, head, wish)
    remark = reviews.Remark("_tasks/turn/002-design.md", "Which **one**?", 3)
    reviews.create(hub, ada, repository, pull, "COMMENT", "Nearly.", [remark])


PAGES = {
    "home": ("/", "acme/widgets"),
    "owner": ("/acme", "widgets"),
    "person": ("/ada", "owns no repository"),
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
    browser.post(f"{ROOT}/issues/4/comments", body="Done.", state="closed", reason="not_planned")
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


# Who may


def test_a_reader_may_speak_but_not_label_or_merge(browser: Browser) -> None:
    browser.become("eve")
    page = browser.get(f"{ROOT}/issues/1")
    assert "Change labels" not in page
    assert "Edit title" not in page
    browser.post(f"{ROOT}/issues/1/comments", body="Hello.")
    refused = browser.post(f"{ROOT}/issues/1/labels", 403, name="design")
    assert "The hub refuses this" in refused
    browser.post(f"{ROOT}/pull/3/merge", 403, method="merge")
    browser.post(f"{ROOT}/pull/3/merge", 405, method="rebase")
    own = browser.hub.store.all(Comment)[-1]
    assert f"/comments/{own.id}/edit" in browser.get(f"{ROOT}/issues/1")


def test_a_private_repository_is_hidden_from_strangers(browser: Browser) -> None:
    browser.hub.store.change(browser.repository, private=True)
    browser.get(ROOT)
    browser.become("eve")
    browser.get(ROOT, 404)
    browser.get(f"{ROOT}/raw/main/README.md", 404)
    assert "acme/widgets" not in browser.get("/")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://elsewhere.example"}, {"Referer": "http://elsewhere.example/x"}, {"Origin": "null"}, {}],
    ids=["origin", "referer", "null", "none"],
)
def test_a_form_from_elsewhere_is_refused(browser: Browser, headers: dict[str, str]) -> None:
    form = {"body": "from elsewhere"}
    answer = browser.session.post(f"{browser.running.url}{ROOT}/issues/1/comments", form, headers=headers)
    assert answer.status_code == 403
    assert "from elsewhere" not in [comment.body for comment in browser.hub.store.all(Comment)]


def test_only_people_of_the_hub_act_and_the_way_back_stays_here(browser: Browser) -> None:
    browser.post("/_hub/user", 404, login="charrette[bot]")
    assert browser.post("/_hub/user", login="eve", back="//elsewhere.example/") == "/"
    assert browser.post("/_hub/user", login="eve", back="/\\elsewhere.example/") == "/"


# What changes, and what nobody may run


def test_the_version_changes_with_what_the_page_shows(browser: Browser) -> None:
    def version(number: int) -> str:
        return str(json.loads(browser.get(f"{ROOT}/issues/{number}/version"))["version"])

    one, three = version(1), version(3)
    assert version(1) == one
    browser.post(f"{ROOT}/issues/1/comments", body="News.")
    assert version(1) != one
    assert version(3) == three
    check = browser.hub.store.all(CheckRun)[0]
    checks.update(browser.hub, app_of(browser.hub), browser.repository, check, checks.CheckEdit(title="2 findings"))
    assert version(3) != three


def test_scripts_run_from_the_hubs_own_file_alone(browser: Browser) -> None:
    answer = browser.session.get(f"{browser.running.url}{ROOT}/issues/1")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/_hub/static/page.js" defer>']
    assert "addEventListener" in browser.get("/_hub/static/page.js")
    assert "color-scheme" in browser.get("/_hub/static/page.css")


class Seen(HTMLParser):
    """Every element of a page, as a browser would read it."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


STYLE = re.compile(r"--c:#[0-9a-f]{6}|text-align:\w+")
FORBIDDEN = {"iframe", "object", "embed", "svg", "math", "style", "base", "frame"}


def inert(page: str) -> None:
    """Nothing in the page runs, loads or sends anything that somebody wrote into it."""
    seen = Seen()
    seen.feed(page)
    assert len(seen.elements) > 20
    for tag, attributes in seen.elements:
        element = (tag, attributes)
        assert tag not in FORBIDDEN, element
        assert tag != "script" or attributes == {"src": "/_hub/static/page.js", "defer": ""}, element
        assert not [name for name in attributes if name.startswith("on") or name == "srcdoc"], element
        assert STYLE.fullmatch(attributes.get("style", "text-align:left")), element
        for name in ("src", "action", "formaction"):
            assert re.match(r"/(?![/\\])|data:image/svg\+xml;base64,", attributes.get(name, "/")), element
        address = "".join(attributes.get("href", "").split()).lower()
        assert not address.startswith(("javascript:", "vbscript:", "data:text")), element


def test_what_people_write_is_inert_on_every_page(browser: Browser) -> None:
    hub, repository = browser.hub, browser.repository
    ada, bot = hub.person("ada"), app_of(hub)
    name = "<script>alert(1)</script>'\"&.md"
    blob = objects.write_blob(hub, bot, repository, EVIL_MARKDOWN.encode())
    base = hub.code(repository).resolve("main") or ""
    tree = objects.write_tree(hub, bot, repository, base, [Change(f"README/{name}", "100644", blob)])
    head = objects.write_commit(hub, bot, repository, f"{EVIL}\n\n{EVIL}\n\nKey: {EVIL}\n", tree, [base])
    references.create(hub, bot, repository, "refs/heads/<script>x", head)
    labels.create(hub, ada, repository, EVIL[:50], "ffffff", EVIL)
    issue = issues.create(hub, ada, repository, f"{EVIL} `{EVIL}`", EVIL_MARKDOWN, labels=[EVIL[:50]])
    comments.create(hub, ada, repository, issue, EVIL_MARKDOWN)
    issues.update(hub, ada, repository, issue, issues.Edit(title=f"{EVIL} 2"))
    pull = pulls.create(hub, ada, repository, EVIL, "<script>x", "main", EVIL_MARKDOWN)
    found = Annotation(0, f"README/{name}", 1, 1, "failure", EVIL, EVIL, EVIL)
    edit = checks.CheckEdit(EVIL, "completed", "failure", annotations=[found], title=EVIL, summary=EVIL_MARKDOWN)
    check = checks.create(hub, bot, repository, head, edit)
    remark = reviews.Remark(f"README/{name}", EVIL_MARKDOWN, 1)
    reviews.create(hub, bot, repository, pull, "COMMENT", EVIL_MARKDOWN, [remark])
    hub.store.change(repository, description=EVIL)
    quoted = quote(name)
    for path in (
        "/",
        "/acme",
        ROOT,
        f"{ROOT}/tree/{head}/README",
        f"{ROOT}/blob/{head}/README/{quoted}",
        f"{ROOT}/blob/%3Cscript%3Ex/README/{quoted}?plain=1",
        f"{ROOT}/edit/%3Cscript%3Ex/README/{quoted}",
        f"{ROOT}/commits/%3Cscript%3Ex",
        f"{ROOT}/commit/{head}",
        f"{ROOT}/branches",
        f"{ROOT}/compare/main...%3Cscript%3Ex",
        f"{ROOT}/issues",
        f"{ROOT}/issues?q={quote(EVIL)}",
        f"{ROOT}/issues/new?title={quote(EVIL)}&body={quote(EVIL)}",
        f"{ROOT}/issues/{issue.number}",
        f"{ROOT}/labels",
        f"{ROOT}/pulls",
        f"{ROOT}/pull/{pull.number}",
        f"{ROOT}/pull/{pull.number}/commits",
        f"{ROOT}/pull/{pull.number}/files",
        f"{ROOT}/pull/{pull.number}/checks",
        f"{ROOT}/runs/{check.id}",
        f"/_hub/deliveries/{browser.running.deliveries()[-1]['id']}",
    ):
        inert(browser.get(path))
    inert(browser.get(f"{ROOT}/{quote(EVIL)}", 404))


def test_a_raw_file_is_shut_in(browser: Browser) -> None:
    hub, repository = browser.hub, browser.repository
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    objects.write_file(hub, hub.person("ada"), repository, "main", "x.svg", svg, "A picture")
    objects.write_file(hub, hub.person("ada"), repository, "main", "x.html", b"<script>alert(1)</script>", "A page")
    picture = browser.session.get(f"{browser.running.url}{ROOT}/raw/main/x.svg")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    page = browser.session.get(f"{browser.running.url}{ROOT}/raw/main/x.html")
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "x.svg" in browser.get(f"{ROOT}/blob/main/x.svg")


# Markdown


def _issue(name: str, number: int) -> str:
    return f"/{name}/issues/{number}" if number < 10 else ""


PLACE = Place("http://hub", "o/r", _issue, lambda login: f"/{login}" if login == "ada" else "")
FILE = Place("http://hub", "o/r", _issue, lambda login: "", "main", "docs")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("see #3", 'href="/o/r/issues/3"'),
        ("see a/b#3", 'href="/a/b/issues/3"'),
        ("hello @ada!", 'href="/ada" class="mention"'),
        ("at " + "a" * 40, f'href="/o/r/commit/{"a" * 40}"'),
        ("http://hub/o/r/issues/3", ">o/r#3</a>"),
        (f"http://hub/o/r/blob/{'a' * 40}/x.py#L1", ">x.py#L1 at aaaaaaa</a>"),
        ("https://example.com/", 'href="https://example.com/"'),
        ("one\ntwo", "one<br>"),
        ("- [x] done", 'checked=""'),
        ("~~gone~~", "<s>gone</s>"),
        ("|a|b|\n|-|-:|\n|1|2|", "text-align:right"),
        ("```python\ndef f(): pass\n```", '<span class="hl-k">def</span>'),
        ("```nonsense\n<b>\n```", "&lt;b&gt;"),
        ("```mermaid\nnonsense\n```", "can’t be drawn"),
        ("# Two words\n## Two words", 'id="user-content-two-words-1"'),
        ("[x](#two-words)", 'href="#user-content-two-words"'),
        ("> [!NOTE]\n> x", "markdown-alert-note"),
        ("![x](https://elsewhere.example/x.png)", '<a href="https://elsewhere.example/x.png"'),
    ],
)
def test_markdown_is_shown(text: str, wanted: str) -> None:
    assert wanted in render(text, PLACE)


@pytest.mark.parametrize(
    "text", ["`#3`", "#99", "@nobody", "x#3", "[#3](/x)", "```\n#3\n```", "a@ada.com", "<a href='/x'>#3</a>", "&#3;"]
)
def test_what_only_looks_like_a_short_link_is_none(text: str) -> None:
    assert "/o/r/issues/" not in render(text, PLACE)
    assert "mention" not in render(text, PLACE)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[x](y.md#z)", "/o/r/blob/main/docs/y.md#z"),
        ("[x](../y.py)", "/o/r/blob/main/y.py"),
        ("[x](/y.py)", "/o/r/blob/main/y.py"),
        ("[x](../../../y.py)", "/o/r/blob/main/y.py"),
        ("[x](https://example.com/y)", "https://example.com/y"),
        ("![x](y.png)", "/o/r/raw/main/docs/y.png"),
    ],
)
def test_relative_addresses_start_at_the_files_folder(text: str, wanted: str) -> None:
    assert f'="{wanted}"' in render(text, FILE)


def test_lines_of_a_file_are_as_many_as_it_has() -> None:
    code = 'x = """one\ntwo"""\n\ny = 1'
    assert len(lines_of_file(code, "a.py")) == 4
    assert lines_of_file("<b>\n", "unknown.kind") == ("&lt;b&gt;", "")


def test_a_diff_has_coloured_lines_with_their_numbers() -> None:
    rows = rows_of("@@ -1,2 +1,2 @@\n import a\n-x = 1\n+x = '<'", "a.py")
    assert [(row.mark, row.old, row.new) for row in rows] == [("@", 0, 0), (" ", 1, 1), ("-", 2, 0), ("+", 0, 2)]
    assert "&lt;" in rows[3].text
    assert 'class="hl-' in rows[1].text


def test_a_diagram_too_long_is_not_tried() -> None:
    assert "limit" in draw("x" * 60_000).fault


def test_search_words_are_githubs() -> None:
    wanted = Search("closed", ("help wanted",), ("ada",), ("slow",))
    assert search_of('is:issue is:closed label:"Help wanted" author:ada slow') == wanted
    assert search_of('"unclosed').words == ('"unclosed',)
