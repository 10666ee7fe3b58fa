"""What is said of the code, from the draft to the day when the default branch has moved on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot.adapters.model import ModelSettings
from bot.hub.server import running_hub
from tests.hub.contract import Contract

from . import in_process
from .in_process import House, Json, make_house, message, text
from .stage import Story

NOTE = in_process.NOTE + "      - citations: {strict: true}\n"
DRAFT = "  - id: draft\n    gates:\n      - citations: {strict: true}\n"
SEARCHING = DRAFT.replace("{strict: true}", "{}") + "      - sources: {at-least: 1}\n"
RIGHT = "`Queue` is made in `src/queue.py:1`."
WRONG = "It has workers in `src/gone.py:3`."
WRITTEN = f"# A note\n\n## The note\n\n{RIGHT} {WRONG}\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    code = folder / "code"
    (code / "src").mkdir(parents=True)
    (code / "src/queue.py").write_text("class Queue:\n    pass\n")
    contract = Contract()
    with (
        pytest.MonkeyPatch.context() as patch,
        running_hub(folder / "hub", {"octo/library": code}, middleware=contract) as hub,
    ):
        patch.setattr(in_process, "DRAFT", DRAFT)
        patch.setattr(in_process, "NOTE", NOTE)
        house = make_house(hub, folder, patch)
        yield house.play()
        contract.check_deliveries(hub.deliveries())
    assert contract.faults == []


def pushes_to_main(story: Story, path: str, content: str) -> None:
    """Somebody commits a file to the default branch."""
    head = story.ada.get("/git/ref/heads/main")["object"]["sha"]
    entry = {"path": path, "mode": "100644", "type": "blob", "content": content}
    base = story.ada.get(f"/git/commits/{head}")["tree"]["sha"]
    tree = story.ada.ask("POST", "/git/trees", {"base_tree": base, "tree": [entry]})["sha"]
    made = story.ada.ask("POST", "/git/commits", {"message": f"Edit {path}", "tree": tree, "parents": [head]})
    story.ada.ask("PATCH", "/git/refs/heads/main", {"sha": made["sha"]})


def charge(request: dict[str, Any]) -> str:
    return str(request["messages"][0]["content"][-1]["text"])


def test_from_the_draft_to_the_day_when_the_code_has_moved(shared: House) -> None:
    shared.mind.says = lambda asked: message(text(WRITTEN))
    story = shared.story().opens(title="Write a note").labels("memo")
    shared.play()

    # Repaired as often as may be, then marked; what holds is a link to the pinned commit.
    base = story.ada.get("/git/ref/heads/main")["object"]["sha"]
    page = story.repository
    draft, note = sorted(story.files().items())[1:]
    link = f"/{page}/blob/{base}/src/queue.py#L1"
    for _, written in (draft, note):
        assert f"{link})" in written
        assert "`src/gone.py:3` [UNVERIFIED]." in written
    assert "**Done, with 3 findings left (see the check)." in story.status
    assert [check["conclusion"] for check in story.checks()] == ["neutral"]

    # The next phase is told what not to build on, and is spared the links.
    later = [request for request in shared.mind.requests if "-note.md" in charge(request)]
    told = [block["text"] for block in later[0]["messages"][0]["content"]]
    assert "could not be shown to hold" in told[-2]
    assert f"- {draft[0]}, line 5: {WRONG[:-1]} [UNVERIFIED]." in told[-2]
    assert "/blob/" not in "".join(told)

    # A push to the default branch makes the run look anew, once.
    before = len(shared.mind.requests)
    pushes_to_main(story, "src/queue.py", "import os\n\n\nclass Queue:\n    pass\n")
    shared.play()
    assert "One cited place has moved or changed." in story.status
    assert "- `src/queue.py:1` (" in story.status
    assert "has moved to 4" in story.status
    assert "has moved to 4" in story.checks()[0]["output"]["summary"]
    assert len(shared.mind.requests) == before
    story.says("/status")
    shared.play()
    assert "has moved to 4" in story.bot_comments()[-1]


FOUND = "https://docs.example.org/queues"
SEARCHED = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [{"type": "web_search_result", "url": FOUND, "title": "Queues", "encrypted_content": "x"}],
}
ASKED = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "queues"}}
SOURCED = f"# A note\n\n## The note\n\nOthers have queues ([docs]({FOUND})).\n"
UNSOURCED = "# A note\n\n## The note\n\nOthers have queues. [UNVERIFIED]\n"


@pytest.fixture(scope="module")
def searching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A worker whose settings say that the server searches the web."""
    folder: Path = tmp_path_factory.mktemp("searching")
    code = folder / "code"
    code.mkdir()
    (code / "README.md").write_text("# Library\n")
    with pytest.MonkeyPatch.context() as patch, running_hub(folder / "hub", {"octo/library": code}) as hub:
        patch.setattr(in_process, "WORKFLOW", in_process.WORKFLOW.replace("[repository]", "[repository, web]"))
        patch.setattr(in_process, "NOTE", SEARCHING.replace("draft", "note"))
        patch.setattr(in_process, "ModelSettings", lambda **values: ModelSettings(web=True, **values))
        yield make_house(hub, folder, patch).play()


def searches(request: Json) -> bool:
    """Whether the model was offered the tool."""
    return any(tool["name"] == "web_search" for tool in request["tools"])


def test_what_a_search_returned_is_a_source_and_a_paused_turn_goes_on(searching: House) -> None:
    def says(request: Json) -> Json:
        if len(request["messages"]) == 1:
            return message(text("# A note\n\n## The note\n\n"), ASKED, SEARCHED, stop="pause_turn")
        assert request["messages"][-1]["role"] == "assistant"
        return message(text(SOURCED.partition("note\n\n## The note\n\n")[2]))

    searching.mind.says = says
    story = searching.story().opens(title="Search").labels("note")
    searching.play()
    assert "**Done. " in story.status
    assert "without web search" not in story.status
    assert FOUND in "".join(story.files().values())


def test_a_server_that_rejects_the_search_is_asked_without(searching: House) -> None:
    rejected = {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "tools.4: unknown type web_search"},
    }

    def says(request: Json) -> Json | httpx2.Response:
        return httpx2.Response(400, json=rejected) if searches(request) else message(text(UNSOURCED))

    searching.mind.says = says
    searching.mind.requests.clear()
    story = searching.story().opens(title="No search").labels("memo")
    searching.play()
    assert [searches(request) for request in searching.mind.requests].count(True) == 1
    assert "There is no web search here after all" in searching.mind.heard
    assert "You have no web search here." in str(searching.mind.requests[-1]["system"])
    assert "This was made without web search" in story.status
    note = next(written for path, written in story.files().items() if path.endswith("-note.md"))
    assert note.startswith("# A note\n\n> This document was written without web search: ")
