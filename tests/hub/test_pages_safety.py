"""Who may do what on the pages, and that nothing that people write there runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from bot.hub.code import Change
from bot.hub.facts import Annotation, CheckRun, Comment
from bot.hub.operations import checks, comments, issues, labels, objects, pulls, references, reviews
from bot.hub.server import RunningHub
from tests.hub.browser import ROOT, Browser, app_of, opened

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
EVIL_MARKDOWN = (
    f"{EVIL} <svg onload=alert(3)> [a](javascript:alert(4)) <a href='java\nscript:alert(5)' onclick=alert(6)>b</a>\n\n"
    "![c](http://elsewhere.example/c.png) <img src='//elsewhere.example/d.png'> <style>p{display:none}</style>\n\n"
    "<form action=http://elsewhere.example><input name=q><button>x</button></form> <iframe src=/></iframe>\n\n"
    '```mermaid\nflowchart LR\n A[<img src=x onerror=alert(7)>] --> B\n click A href "javascript:alert(8)"\n```\n'
)


@pytest.fixture
def browser(hub: RunningHub) -> Iterator[Browser]:
    with opened(hub) as found:
        yield found


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
    assert f"Origin: {browser.running.url}" in answer.text
    assert "/api/v3" in answer.text
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
