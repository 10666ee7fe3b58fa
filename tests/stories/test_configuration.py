"""A repository's own configuration, from the push that brings it to what the run makes of it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.hub.facts import InstallationToken, Label
from bot.hub.server import running_hub
from tests.hub.contract import Contract

from .in_process import House, diligent, make_house
from .stage import Story

LIBRARY, SERVICE, ALONE = "octo/library", "octo/service", "solo/tool"
CHECK = "charrette/configuration"


@dataclass
class Counted:
    """Counts what the bot asks of the hub, as `GET /repos/octo/library/contents/.github`."""

    contract: Contract
    asked: list[str] = field(default_factory=list)

    def __call__(self, app: Any) -> Any:
        inner = self.contract(app)

        def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if environ.get("HTTP_USER_AGENT") == "charrette":
                self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'].removeprefix('/api/v3')}")
            answer: Iterable[bytes] = inner(environ, start_response)
            return answer

        return wrapped

    def during(self, deed: Callable[[], object]) -> list[str]:
        """What was asked while this was done."""
        before = len(self.asked)
        deed()
        return self.asked[before:]


@dataclass
class Place:
    """The worker, and what it asks."""

    house: House
    counted: Counted

    def story(self, repository: str = LIBRARY) -> Story:
        return self.house.story(repository)

    def commit(self, files: Mapping[str, str | None], repository: str = LIBRARY, branch: str = "main") -> str:
        """A person commits files (None takes one out) to a branch, made from main where it is not there."""
        ada = self.story(repository).ada
        refs = {ref["ref"]: ref["object"]["sha"] for ref in ada.get("/git/matching-refs/heads/")}
        head = refs.get(f"refs/heads/{branch}") or refs["refs/heads/main"]
        entries: list[dict[str, Any]] = []
        for path, text in files.items():
            content = {"sha": None} if text is None else {"content": text}
            entries.append({"path": path, "mode": "100644", "type": "blob", **content})
        base = ada.get(f"/git/commits/{head}")["tree"]["sha"]
        tree = ada.ask("POST", "/git/trees", {"base_tree": base, "tree": entries})["sha"]
        made: str = ada.ask("POST", "/git/commits", {"message": "Edit", "tree": tree, "parents": [head]})["sha"]
        if f"refs/heads/{branch}" in refs:
            ada.ask("PATCH", f"/git/refs/heads/{branch}", {"sha": made})
        else:
            ada.ask("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": made})
        return made

    def configured(self, text: str | None, repository: str = LIBRARY) -> None:
        """The default branch has this configuration, and the worker heard of the push."""
        self.commit({".github/charrette.yml": text}, repository)
        self.house.play()

    def checks(self, head: str, repository: str = LIBRARY) -> list[Any]:
        found: list[Any] = self.story(repository).ada.get(f"/commits/{head}/check-runs")["check_runs"]
        return [each for each in found if each["name"] == CHECK]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("house")
    (folder / "code").mkdir()
    (folder / "code/README.md").write_text("# Library\n\nIt is small.\n")
    repositories = dict.fromkeys((LIBRARY, SERVICE, "octo/.github", ALONE), folder / "code")
    counted = Counted(Contract())
    with pytest.MonkeyPatch.context() as patch, running_hub(folder / "hub", repositories, middleware=counted) as hub:
        yield Place(make_house(hub, folder, patch).play(), counted)
        counted.contract.check_deliveries(hub.deliveries())
    assert counted.contract.faults == []


@pytest.fixture
def place(shared: Place) -> Iterator[Place]:
    yield shared
    shared.house.mind.says = diligent
    for repository in (LIBRARY, SERVICE, ALONE):
        if shared.story(repository).ada.get("/contents/")[0]["name"] == ".github":
            shared.configured(None, repository)


def test_labels_a_folder_and_a_budget_of_its_own(place: Place) -> None:
    ours = "labels: {note: rfc, memo: letter}\nartifacts: docs/rfcs/{slug}\n"
    place.configured(ours + "budgets: {run: {tokens: 2000}, attempts: 1}\n")
    plain = place.story().opens(title="An old label").labels("note")
    place.house.play()
    assert plain.bot_comments() == []
    assert "The label `rfc` does the same." in help_there(place)
    story = place.story().opens(title="A letter of ours").labels("letter")
    place.house.play()
    story.says("/proceed")
    place.house.play()
    assert "of 2,000 tokens" in story.status
    place.configured(ours + "budgets: {run: {tokens: 200000}}\n")
    story.says("/retry")
    place.house.play()
    assert "**Done." in story.status
    assert all(path.startswith("docs/rfcs/a-letter-of-ours/") for path in story.files())
    store = place.house.hub.hub.store
    names = {each.name for each in store.all(Label, repository_id=store.repository("octo", "library").id)}
    assert {"rfc", "letter"} <= names


def help_there(place: Place, repository: str = LIBRARY) -> str:
    story = place.story(repository).opens(title="Help").says("/help")
    place.house.play()
    return story.bot_comments()[-1]


def test_a_workflow_of_its_own_and_one_that_is_switched_off(place: Place) -> None:
    text = """\
version: 1
summary: Record a decision.
trigger: {label: decision, command: /adr}
phases:
  - {id: user-request, from: event}
  - {id: note, reads: [user-request]}
"""
    place.commit(
        {
            ".github/charrette/decision/workflow.yaml": text,
            ".github/charrette/decision/phases/note.md": "Decide on {{ title }} in `{{ path }}`, our way.\n",
            ".github/charrette.yml": "workflows: {memo: {enabled: false}}\n",
        },
        SERVICE,
    )
    place.house.play()
    told = help_there(place, SERVICE)
    assert "/adr" in told
    assert "/memo" not in told
    assert "/adr" not in help_there(place, LIBRARY)
    story = place.story(SERVICE).opens(title="Which broker").says("/adr")
    place.house.play()
    assert "**Done." in story.status
    assert "our way" in place.house.mind.heard
    off = place.story(SERVICE).opens(title="No memo").labels("memo")
    place.house.play()
    assert off.bot_comments() == []
    place.commit({f".github/charrette/decision/{name}": None for name in ("workflow.yaml", "phases/note.md")}, SERVICE)


def test_a_faulty_one_starts_nothing_and_is_told_once(place: Place) -> None:
    place.configured("labels: {note: rfc}\nsistems: []\nbudgets: {turns: many}\n")
    story = place.story().opens(title="A note of faults").labels("rfc")
    place.house.play()
    (said,) = story.bot_comments()
    assert "the configuration of this repository has 2 faults" in said
    assert "/octo/library/blob/" in said
    assert "/.github/charrette.yml#L2)" in said
    assert "Did you mean “systems”?" in said
    assert story.pull() is None
    story.unlabels("rfc").labels("rfc")
    place.house.play()
    assert story.bot_comments() == [said]
    place.configured("labels: {note: rfc}\n")
    story.unlabels("rfc").labels("rfc")
    place.house.play()
    assert "**Done." in story.status
    assert any("are fixed, and the run has started" in body for body in story.bot_comments())
    assert not any("2 faults" in body for body in story.bot_comments())


def test_a_run_keeps_what_it_started_with(place: Place) -> None:
    place.configured("artifacts: before/{slug}\n")
    story = place.story().opens(title="A pinned memo").labels("memo")
    place.house.play()
    assert "waits for answers" in story.status
    place.configured("artifacts: after/{slug}\nsistems: []\n")
    story.says("/proceed")
    place.house.play()
    assert "**Done." in story.status
    assert {path.partition("/")[0] for path in story.files()} == {"before"}


def test_the_organisation_has_defaults_read_with_a_token_for_its_repository_alone(place: Place) -> None:
    place.commit({"charrette.yml": "labels: {note: org-note}\nartifacts: org/{slug}\n"}, "octo/.github")
    place.house.play()
    place.configured("labels: {memo: our-memo}\n")
    told = help_there(place)
    assert "`org-note`" in told
    assert "`our-memo`" in told
    assert "`org-note`" not in help_there(place, ALONE)
    store = place.house.hub.hub.store
    theirs = store.repository("octo", ".github")
    tokens = [each for each in store.all(InstallationToken) if theirs.id in each.repository_ids]
    reading = [each for each in tokens if each.permissions == {"contents": "read", "metadata": "read"}]
    assert [each.repository_ids for each in reading] == [(theirs.id,)] * len(reading)
    assert reading
    place.commit({"charrette.yml": "labels: {note: 3}\n"}, "octo/.github")
    place.house.play()
    story = place.story().opens(title="Above").labels("org-note")
    place.house.play()
    assert "octo/.github/charrette.yml:1" in story.bot_comments()[-1]
    place.commit({"charrette.yml": None}, "octo/.github")
    place.house.play()


def test_a_pull_request_that_changes_it_gets_a_check_and_others_none(place: Place) -> None:
    broken = {
        ".github/charrette.yml": "systems: []\nartefacts: x\n",
        ".github/charrette/note/phases/note.md": "{{ titel }}",
    }
    head = place.commit(broken, branch="break-it")
    ada = place.story().ada
    pull = ada.ask("POST", "/pulls", {"title": "Break it", "head": "break-it", "base": "main", "body": ""})
    place.house.play()
    (check,) = place.checks(head)
    assert (check["conclusion"], check["output"]["title"]) == ("failure", "2 faults")
    notes = ada.get(f"/check-runs/{check['id']}/annotations")
    assert [(note["path"], note["start_line"]) for note in notes] == [
        (".github/charrette.yml", 2),
        (".github/charrette/note/phases/note.md", 1),
    ]
    assert "blob/" + head in check["output"]["summary"]
    story = place.story().opens(title="Not from a head").labels("note")
    place.house.play()
    assert "**Done." in story.status
    mended = place.commit(
        {".github/charrette.yml": "systems: []\n", ".github/charrette/note/phases/note.md": "x"}, branch="break-it"
    )
    place.house.play()
    assert [each["conclusion"] for each in place.checks(mended)] == ["success"]
    ada.ask("PATCH", f"/pulls/{pull['number']}", {"state": "closed"})
    other = place.commit({"README.md": "# Else\n", ".github/workflows/ci.yml": "x"}, branch="else")
    ada.ask("POST", "/pulls", {"title": "Something else", "head": "else", "base": "main", "body": ""})
    asked = place.counted.during(place.house.play)
    assert [each for each in asked if "/files" in each] == asked
    assert len(asked) == 1
    assert place.checks(other) == []


def test_what_is_none_of_our_business_costs_at_most_one_look(place: Place) -> None:
    story = place.story(ALONE).opens(title="Ordinary")
    place.house.play()
    help_there(place, ALONE)
    deeds: list[Callable[[], Story]] = [
        lambda: story.says("I like it."),
        lambda: story.says("/lgtm"),
        lambda: story.labels("bug"),
        lambda: story.unlabels("bug"),
    ]
    for deed in deeds:
        deed()
        assert place.counted.during(place.house.play) == []
    place.commit({"README.md": "# Moved\n"}, ALONE)
    place.house.play()
    story.labels("bug")
    (look,) = place.counted.during(place.house.play)
    assert re.fullmatch(r"GET /repositories/\d+/contents/\.github", look)
