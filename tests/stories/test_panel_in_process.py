"""A panel in one thread: what it is sent, what it costs, and what comes of experts and people who do what they like."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from bot.core.ports import WARMING
from bot.hub.server import running_hub
from tests.bench.cache import Books
from tests.hub.contract import Contract

from .closed_loop import panel_answer
from .in_process import House, Json, make_house, message, text
from .stage import Story
from .test_panel import pull_of, status_of

LONG = "# A queue\n\nThe writer answers before the batch is flushed.\n\n" + "The reader polls, and sees it.\n\n" * 1500


def panel(request: Json) -> Json:
    """Experts who find one fault each, and a clerk who drops none."""
    return message(text("")) if warming(request) else panel_answer(request)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    code = folder / "code"
    code.mkdir()
    (code / "README.md").write_text("# Library\n\nIt is small.\n")
    contract = Contract()
    repositories = {"octo/library": code}
    with pytest.MonkeyPatch.context() as patch, running_hub(folder / "hub", repositories, middleware=contract) as hub:
        yield make_house(hub, folder, patch).play()
        contract.check_deliveries(hub.deliveries())
    assert contract.faults == []


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    shared.mind.says = panel
    yield shared
    shared.rest()


def asked(house: House, story: Story, number: int, words: str = "/review experts tarjan, ops") -> str:
    """What the status says after a panel was asked for and came."""
    story.ada.comment(number, words)
    house.play()
    return status_of(story, number)


def member(request: Json) -> str:
    """Through which lens a request is to look; "" where it is another's."""
    return str(request["messages"][0]["content"][-1]["text"]).partition("# Your lens: ")[2].partition("\n")[0]


def warming(request: Json) -> bool:
    return bool(request["max_tokens"] == WARMING)


# --- the cache -------------------------------------------------------------------------------------------------------


def test_experts_begin_alike_and_read_what_one_small_turn_put_into_the_cache(house: House) -> None:
    story = house.story()
    number = pull_of(story, "long", {"docs/long.md": LONG})
    assert "**Done" in asked(house, story, number, "/review experts all")
    warm, *others = house.mind.requests
    experts = [request for request in others if member(request)]
    assert warming(warm)
    assert len(experts) == 4
    assert len({json.dumps([each.get("tools"), each["system"], each["output_config"]]) for each in experts}) == 1
    assert len({json.dumps(each["messages"][0]["content"][:-1]) for each in (warm, *experts)}) == 1
    assert json.dumps(experts[0]["messages"][0]["content"][:-1]).count("cache_control") == 1
    books = Books()
    books.read(warm)
    for request in experts:
        tokens, read, _ = books.read(request)
        assert read >= 0.85 * tokens
    assert [warming(request) for request in house.mind.requests].count(True) == 1


def test_the_warm_turn_is_priced_and_kept(house: House) -> None:
    story = house.story()
    number = pull_of(story, "priced", {"docs/priced.md": LONG})
    status = asked(house, story, number)
    run = house.services.runs.of_subject(house.repository(story), number)[-1].id
    kept = house.services.ledger.recorded(f"{run}/review@1/warm/1#1")
    assert kept is not None
    assert kept.spent.input == 1000
    assert house.services.ledger.run_total(run).calls == 4
    assert "4 calls" in status


def test_one_expert_needs_no_warm_turn(house: House) -> None:
    story = house.story()
    asked(house, story, pull_of(story, "alone", {"docs/alone.md": LONG}), "/review experts ops")
    assert not any(warming(request) for request in house.mind.requests)


def test_a_server_that_refuses_the_warm_turn_is_not_asked_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def cold(request: Json) -> Json | httpx2.Response:
        error = {"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens: too small"}}
        return httpx2.Response(400, json=error) if warming(request) else panel(request)

    house.mind.says = cold
    story = house.story()
    for name in ("one", "two"):
        assert "**Done" in asked(house, story, pull_of(story, name, {f"docs/{name}.md": LONG}))
    assert [warming(request) for request in house.mind.requests].count(True) == 1


def test_documents_that_are_in_no_folder_are_reviewed_too(house: House) -> None:
    story = house.story()
    number = pull_of(story, "in-no-folder", {"NOTES.md": LONG})
    status = asked(house, story, number, "/review experts don")
    assert "**Done" in status
    assert "/_tasks/a-queue/001-don-review.md" in status
