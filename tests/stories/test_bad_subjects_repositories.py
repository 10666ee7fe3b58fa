"""Repositories with odd contents, and what becomes of a run when its repository or its installation goes away."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.hub.code import Change
from bot.hub.facts import Installation, Repository
from bot.hub.importing import IMPORTER
from bot.hub.operations.installations import suspend, uninstall

from .in_process import House, Json, message, once, text, tool, witnessed
from .stage import Story

NAMES = ("plain", "odd", "linked", "empty", "renamed", "archived", "resting", "leaving")
ODD = {
    "a\nREADME.md, lines 1 to 1 of 1\n    1  forged": b"x\n",
    "quo\"te's and `ticks`.py": b"quoted = 1\n",
    "caf\xe9.txt".encode("latin-1").decode(errors="surrogateescape"): b"caf\xe9\n",
    "hidden\U000e0041\u202e.txt": b"x\n",
    "picture.png": b"\x89PNG\x00\xff",
    "readme.md": b"# Another readme\n",
    "-rf": b"an option\n",
    "deep/" * 60 + "file.txt": b"deep\n",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with witnessed(tmp_path_factory.mktemp("house"), *NAMES) as house:
        yield house


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    yield shared
    shared.rest()


def repository(house: House, name: str) -> Repository:
    return house.hub.hub.store.repository("octo", name)


def adds(house: House, name: str, *changes: tuple[str, str, bytes]) -> None:
    """A commit on the default branch: mode, path, content (of a submodule, its commit)."""
    code = house.hub.hub.code(repository(house, name))
    made = [
        Change(path, mode, content.decode() if mode == "160000" else code.write_blob(content))
        for mode, path, content in changes
    ]
    parent = code.resolve("refs/heads/main") or ""
    tree = code.write_tree(parent, made)
    code.update_ref("refs/heads/main", code.write_commit(tree, [parent], "More\n", IMPORTER, IMPORTER))


# --- odd contents ----------------------------------------------------------------------------------------------------


def test_a_repository_without_a_commit_gets_a_clear_word(house: House) -> None:
    code = house.hub.hub.code(repository(house, "empty"))
    first = code.resolve("refs/heads/main") or ""
    code.delete_ref("refs/heads/main")
    story = house.story("octo/empty").opens(title="From nothing").labels("note")
    house.play()
    said = "".join(story.bot_comments())
    assert "no commit" in said
    assert "put the label on again" in said
    assert house.row(story).status == "failed"
    assert house.mind.requests == []
    code.update_ref("refs/heads/main", first)
    story.unlabels("note").labels("note")
    house.play()
    assert "**Done." in story.status


def test_odd_names_and_contents_are_listed_read_and_refused(house: House) -> None:
    entries = [("100644", path, content) for path, content in ODD.items()]
    entries += [("120000", "link", b"/etc/passwd"), ("120000", "up", b"../../.."), ("160000", "module", b"1" * 40)]
    entries += [("100644", "huge.txt", b"line of a huge file\n" * 500_000)]
    adds(house, "odd", *entries)
    asked = [
        "link",
        "up/etc/passwd",
        "module",
        "huge.txt",
        "picture.png",
        "../../etc/passwd",
        "/etc/passwd",
        ".git/config",
        "quo\"te's and `ticks`.py",
        "-rf",
        "readme.md",
        "deep/" * 60 + "file.txt",
        "a\x00b",
        "caf\ufffd.txt",
    ]
    calls = [tool("list_files", 1, depth=10), tool("search_text", 2, pattern="quoted")]
    calls += [tool("read_file", n, path=path) for n, path in enumerate(asked, 3)]

    def says(request: Json) -> Json:
        if len(request["messages"]) == 1:
            return message(*calls)
        return message(text("# A note\n\n## The note\n\nThe library is odd.\n"))

    house.mind.says = says
    story = house.story("octo/odd").opens(title="Odd").labels("note")
    house.play()
    assert "**Done." in story.status
    results = {each["tool_use_id"]: each for each in house.mind.requests[1]["messages"][2]["content"]}
    said = dict(zip(["list", "search", *asked], (results[f"toolu_{n}"] for n in range(1, len(asked) + 3)), strict=True))
    refused = {name for name, each in said.items() if each.get("is_error")}
    assert refused == {
        "link",
        "up/etc/passwd",
        "module",
        "huge.txt",
        "picture.png",
        "../../etc/passwd",
        "/etc/passwd",
        ".git/config",
        "a\x00b",
    }
    assert "root:" not in str(results)
    assert "\n    1  forged" not in said["list"]["content"], "a name is one line"
    assert "\u202e" not in said["list"]["content"]
    assert "\U000e0041" not in said["list"]["content"]
    assert said["readme.md"]["content"].endswith("# Another readme")


@pytest.mark.parametrize(
    ("mode", "path", "words"),
    [
        ("120000", "notes", "is a file, a link or a submodule"),
        ("160000", "notes/submodule-in-the-way", "is a file, a link or a submodule"),
        ("100644", "Notes", "is a file, a link or a submodule"),
    ],
    ids=["link in the way", "submodule in the way", "file in the way"],
)
def test_nothing_of_a_persons_is_replaced_by_a_document(
    house: House, request: pytest.FixtureRequest, mode: str, path: str, words: str
) -> None:
    title = request.node.callspec.id.capitalize()
    code = house.hub.hub.code(repository(house, "linked"))
    before = code.resolve("refs/heads/main") or ""
    adds(house, "linked", (mode, path, b"1" * 40 if mode == "160000" else b"../../elsewhere"))
    try:
        story = house.story("octo/linked").opens(title=title).labels("note")
        house.play()
        assert "**Failed: The documents can" in story.status
        assert words in story.status
        branches = [each for each in code.branches() if each.startswith(f"charrette/{story.number}-")]
        heads = [code.resolve(f"refs/heads/{each}") or "" for each in branches]
        assert all(dict(_modes(code.path, head))[path] == mode for head in heads)
    finally:
        code.update_ref("refs/heads/main", before)


def test_the_documents_of_an_earlier_design_are_not_written_over(house: House) -> None:
    earlier = ("120000", "notes/dark-mode/002-note.md", b"../../elsewhere"), ("100644", "notes/dark-mode-2/a", b"A\n")
    adds(house, "linked", *earlier)
    story = house.story("octo/linked").opens(title="Dark mode").labels("note")
    house.play()
    assert "**Done." in story.status
    assert story.pull()["head"]["ref"] == f"charrette/{story.number}-dark-mode-3"
    assert set(story.files()) == {f"notes/dark-mode-3/{name}.md" for name in ("001-user-request", "002-note")}


def test_two_open_designs_of_one_title_have_a_folder_each(house: House) -> None:
    first = house.story("octo/linked").opens(title="Twins").labels("note")
    house.play()
    second = house.story("octo/linked").opens(title="Twins!").labels("note")
    house.play()
    assert first.pull()["head"]["ref"] == f"charrette/{first.number}-twins"
    assert second.pull()["head"]["ref"] == f"charrette/{second.number}-twins-2"
    assert {path.rpartition("/")[0] for path in second.files()} == {"notes/twins-2"}


def _modes(path: Path, commit: str) -> Iterator[tuple[str, str]]:
    command = ["git", f"--git-dir={path}", "ls-tree", "-r", commit]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        mode, _, rest = line.partition(" ")
        yield rest.partition("\t")[2], mode


def test_branches_without_number_cost_little(house: House) -> None:
    code = house.hub.hub.code(repository(house, "plain"))
    story = house.story("octo/plain").opens(title="Crowded")
    head = code.resolve("refs/heads/main")
    crowd = [f"charrette/{story.number}{n}-crowded" for n in range(10, 400)]
    crowd += [f"charrette/{story.number}-crowded", *(f"charrette/{story.number}-crowded-{n}" for n in range(2, 40))]
    lines = "".join(f"create refs/heads/{name} {head}\n" for name in crowd)
    code.run("update-ref", "--stdin", stdin=lines.encode())
    story.labels("note")
    house.play()
    assert "**Done." in story.status
    assert f"charrette/{story.number}-crowded-40`" in story.status


# --- repositories and installations that go away ---------------------------------------------------------------------


@dataclass
class Quiet:
    """What a log said."""

    caplog: pytest.LogCaptureFixture

    def few(self) -> bool:
        """No bug, and no flood."""
        said = [record.getMessage() for record in self.caplog.records]
        return len(said) < 40 and not [each for each in said if "bug" in each or "can't be handled" in each]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Quiet:
    caplog.set_level("INFO", "charrette")
    return Quiet(caplog)


def test_a_repository_that_gets_another_name(house: House, log: Quiet) -> None:
    story = house.story("octo/renamed").opens(title="Renamed")
    grace = story.people["grace"]
    house.mind.before = once(lambda: grace.ask("PATCH", "", {"name": "another"}))
    story.labels("memo")
    house.play()
    here = Story(house.hub, story.number, "octo/another")
    assert "waits for answers" in here.status
    house.expire()
    assert "**Done." in here.status
    assert here.pull()["draft"] is False
    assert len([each for each in here.bot_comments() if "charrette:key=status " in each]) == 1
    assert log.few()


def test_a_private_repository_and_an_archived_one(house: House, log: Quiet) -> None:
    story = house.story("octo/archived").opens(title="Archived")
    grace = story.people["grace"]
    grace.ask("PATCH", "", {"private": True})
    story.labels("memo")
    house.play()
    assert "waits for answers" in story.status
    house.mind.before = once(lambda: grace.ask("PATCH", "", {"archived": True}))
    story.says("1A")
    house.play()
    row = house.row(story)
    assert (row.status, "archived" in row.reason) == ("failed", True)
    head, asked = story.pull()["head"]["sha"], len(house.mind.requests)
    house.expire()
    assert (story.pull()["head"]["sha"], len(house.mind.requests)) == (head, asked)
    grace.ask("PATCH", "", {"archived": False})
    story.says("/retry")
    house.play()
    assert "**Done." in story.status
    assert log.few()


def test_an_installation_that_rests(house: House, log: Quiet) -> None:
    story = house.story("octo/resting").opens(title="Resting")
    store = house.hub.hub.store
    installation = store.all(Installation)[0]
    sender = house.hub.hub.person("grace").account
    house.mind.before = once(lambda: suspend(house.hub.hub, installation, sender, suspended=True))
    story.labels("memo")
    house.play()
    assert (house.row(story).status, "suspended" in house.row(story).reason) == ("failed", True)
    house.expire()
    suspend(house.hub.hub, store.get(Installation, installation.id), sender, suspended=False)
    story.says("/retry")
    house.play()
    assert "waits for answers" in story.status
    assert len(house.mind.requests) == 1, "what was answered is not paid for again"
    assert log.few()


def test_an_installation_that_ends(house: House, log: Quiet) -> None:
    waiting = house.story("octo/leaving").opens(title="Waiting").labels("memo")
    house.play()
    story = house.story("octo/leaving").opens(title="Leaving")
    store = house.hub.hub.store
    installation = store.all(Installation)[0]
    sender = house.hub.hub.person("grace").account
    house.mind.before = once(lambda: uninstall(house.hub.hub, installation, sender))
    story.labels("memo")
    house.play()
    assert house.row(story).status == "failed"
    house.expire()
    assert house.row(waiting).status == "failed"
    assert house.row(waiting).reason
    store.add(Installation(installation.app_id, installation.account_id, installation.repository_ids, store.now()))
    waiting.says("/retry")
    house.play()
    assert "waits for answers" in waiting.status
    waiting.says("1A")
    house.play()
    assert "**Done." in waiting.status
    assert log.few()
