"""`/review experts`: a panel reads the documents of a pull request at once, and its findings become concerns."""

import re
from collections import Counter
from collections.abc import Mapping
from threading import Barrier, Event, Lock
from types import MappingProxyType

import pytest
from sqlalchemy import create_engine, text

from bot.core.concerns import read

from .closed_loop import ClosedLoop, Json
from .stage import Service, Story

DESIGN = """\
# A queue

The writer answers before the batch is flushed.

The reader polls `itsdangerous/signer.py:1`.
"""


def reviewed(story: Story, number: int) -> list[dict[str, object]]:
    """The bot's reviews of a pull request."""
    found = story.ada.get(f"/pulls/{number}/reviews?per_page=100")
    return [each for each in found if each["user"]["type"] == "Bot"]


def push(story: Story, branch: str, parent: str, files: Mapping[str, str]) -> str:
    """Somebody's commit on a branch, which is made where there is none; its id."""
    ada = story.ada
    tree = ada.get(f"/git/commits/{parent}")["tree"]["sha"]
    entries = [{"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in files.items()]
    made = ada.ask("POST", "/git/trees", {"base_tree": tree, "tree": entries})["sha"]
    sha = str(ada.ask("POST", "/git/commits", {"message": "A design", "tree": made, "parents": [parent]})["sha"])
    if parent == ada.get("/git/ref/heads/main")["object"]["sha"]:
        ada.ask("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": sha})
    else:
        ada.ask("PATCH", f"/git/refs/heads/{branch}", {"sha": sha})
    return sha


def pull_of(
    story: Story, branch: str, files: Mapping[str, str] = MappingProxyType({"docs/queue.md": DESIGN}), **more: bool
) -> int:
    """Somebody's own pull request with a design in it; its number."""
    push(story, branch, story.ada.get("/git/ref/heads/main")["object"]["sha"], files)
    opened = {"title": "A queue", "head": branch, "base": "main", "body": "x", **more}
    return int(story.ada.ask("POST", "/pulls", opened)["number"])


def lens_of(request: Json) -> str:
    """Through which lens a request is to look; "" where it is another's."""
    return str(request["messages"][0]["content"][-1]["text"]).partition("# Your lens: ")[2].partition("\n")[0]


def answers(service: Service, number: int) -> list[str]:
    """The answers of experts that are kept, of the rounds on a pull request."""
    url = service.env.get("CHARRETTE_DATABASE_URL") or f"sqlite:///{service.env['CHARRETTE_STATE']}/charrette.sqlite"
    engine = create_engine(url)
    like = {"review": f"%.{number}.review-experts.%/review@1/%", "warm": "%/warm/%"}
    asked = "select message from charrette_spend where address like :review and address not like :warm and attempt = 0"
    with engine.connect() as connection:
        found = [str(row.message) for row in connection.execute(text(asked), like)]
    engine.dispose()
    return found


def status_of(story: Story, number: int) -> str:
    """The status comment of the newest round on a pull request."""
    found = [each["body"] for each in story.ada.comments(number) if "charrette:key=status" in each["body"]]
    return found[-1] if found else ""


def test_the_panel_on_a_person_s_pull_request(story: Story, mind: ClosedLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    number = pull_of(story, "queue-design")
    story.ada.comment(number, "/review experts tarjan, ops and securty")
    said = "There is no expert `securty`. Did you mean `security`?"
    story.until(lambda: any(said in each["body"] for each in story.ada.comments(number)))

    # Nobody is answered before all four have asked: experts who waited for each other would wait for ever.
    together = Barrier(4, timeout=30)

    def meet(request: Json) -> None:
        if lens_of(request):
            together.wait()

    monkeypatch.setattr(mind, "meet", meet)
    story.ada.comment(number, "/review experts tarjan, ops, jobs and security")
    story.until(lambda: "**Done:" in status_of(story, number))
    assert not together.broken
    status = status_of(story, number)
    assert "### Review: A queue\n" in status
    assert "Graph algorithms, after R. Tarjan" in status
    assert "4 important" in status
    reviews = reviewed(story, number)
    assert len(reviews) == 4
    assert {each["state"] for each in reviews} == {"COMMENTED"}
    comments = story.ada.get(f"/pulls/{number}/comments?per_page=100")
    assert {(each["path"], each["line"]) for each in comments} == {("docs/queue.md", 3)}
    assert not re.search(r"\bTarjan\b", reviews[0]["body"].partition("after R. Tarjan")[2])  # type: ignore[attr-defined]

    branch = f"charrette/review-{number}"
    offered = [each for each in story.ada.get("/pulls?state=open") if each["head"]["ref"] == branch]
    assert [each["base"]["ref"] for each in offered] == ["queue-design"]
    files = story.ada.get(f"/pulls/{offered[0]['number']}/files")
    names = [each["filename"] for each in files]
    assert names == [
        "docs/001-jobs-review.md",
        "docs/001-operations-review.md",
        "docs/001-security-review.md",
        "docs/001-tarjan-review.md",
        "docs/002-expert-concerns.md",
    ]
    concerns = read(story.ada.text(names[4], branch))
    assert [(each.id, each.severity, each.decision) for each in concerns.concerns] == [
        (f"I{n}", "important", None) for n in (1, 2, 3, 4)
    ]
    assert [each.sources[0].expert for each in concerns.concerns] == [
        "Product",
        "Operations",
        "Security",
        "Graph algorithms",
    ]
    commits = story.ada.get(f"/pulls/{offered[0]['number']}/commits")
    assert len(commits) == 2
    head = offered[0]["head"]["sha"]
    checks = {each["name"]: each["conclusion"] for each in story.ada.get(f"/commits/{head}/check-runs")["check_runs"]}
    assert checks == {"charrette/review-experts": "success", "charrette/concerns": "success"}
    decides(story, number, offered[0]["number"], branch, names[-1])


def decides(story: Story, number: int, offered: int, branch: str, path: str) -> None:
    """Two concerns are decided by comments, on either pull request, and a third in the file."""

    def log() -> list[tuple[str, str, str]]:
        rows = read(story.ada.text(path, branch)).log
        return [("+".join(row.ids), row.decision, row.by) for row in rows]

    story.number = number
    story.ada.comment(number, "/decide I1 accept track 2: so it is\nI9 reject: why")
    nearest = "There is no concern I9. Did you mean I4?"
    story.until(lambda: any(nearest in each["body"] for each in story.ada.comments(number)))
    story.until(lambda: log() == [("I1", "accept: so it is", "@ada")])
    story.ada.comment(offered, "/decide reject I2: not here")
    story.until(lambda: len(log()) == 2)
    text = story.ada.text(path, branch).replace("**Decision:** [ ]", "**Decision:** [x] defer: later")
    story.writes(path, text, to=branch)
    story.until(lambda: log()[2:] == [(id, "defer: later", "@ada") for id in ("I3", "I4")])
    story.until(lambda: "no concern is open" in status_of(story, number))
    head = story.ada.get(f"/git/ref/heads/{branch}")["object"]["sha"]
    there = {each["name"]: each["conclusion"] for each in story.ada.get(f"/commits/{head}/check-runs")["check_runs"]}
    assert there["charrette/concerns"] == "success"


@pytest.mark.soak
def test_a_round_that_is_killed_asks_nobody_twice_who_was_heard(
    story: Story, mind: ClosedLoop, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = pull_of(story, "killed")
    asked, kept, struck, alone = list[str](), list[str](), Event(), Lock()

    def meet(request: Json) -> None:
        """The first two are answered, and that is kept; then all is killed, with two in flight."""
        if lens := lens_of(request):
            with alone:
                asked.append(lens)
                if len(asked) == 3:
                    story.until(lambda: len(answers(service, number)) == 2)
                    service.kill()
                    kept.extend(answers(service, number))
                    struck.set()

    monkeypatch.setattr(mind, "meet", meet)
    story.ada.comment(number, "/review experts tarjan, ops, jobs and security")
    assert struck.wait(60)
    service.start()
    story.until(lambda: "**Done:" in status_of(story, number))
    heard = [lens for lens in asked[:4] if any(f"I looked for {lens.lower()}." in answer for answer in kept)]
    assert len(heard) == 2
    assert Counter(asked) == {lens: 1 if lens in heard else 2 for lens in asked}

    assert len(answers(service, number)) == 4
    assert len(reviewed(story, number)) == 4
    branch = f"charrette/review-{number}"
    pull = next(each for each in story.ada.get("/pulls?state=open") if each["head"]["ref"] == branch)
    assert len(story.ada.get(f"/pulls/{pull['number']}/commits")) == 2
    for name, lens in (("tarjan", "Graph algorithms"), ("jobs", "Product"), ("security", "Security")):
        review = story.ada.text(f"docs/001-{name}-review.md", branch)
        assert f"**Lens:** {lens}\n" in review
        assert f"I looked for {lens.lower()}." in review
