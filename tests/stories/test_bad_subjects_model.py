"""What a model's server does wrong, and how the run ends for the person who waits: tried again, mended, or said."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx2
import pytest

from bot.adapters.model.stream import take_apart, to_bytes
from tests.adapters.model_server import failed

from .in_memory import KEY, Play, make_play
from .in_process import NOTED_ALL, Json, message, text, tool

Answer = Json | httpx2.Response
GOOD = message(text(NOTED_ALL))
WHOLE = list(take_apart(GOOD))
DONE = "**Done. "


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    with pytest.MonkeyPatch.context() as patch:
        yield make_play(tmp_path_factory.mktemp("play"), patch, {"README.md": "# Library\n"})


@pytest.fixture
def play(shared: Play) -> Play:
    shared.mind.requests.clear()
    shared.engine.slept.clear()
    return shared


def stream(content: bytes) -> httpx2.Response:
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=content)


OVERLOADED = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'


@dataclass(frozen=True)
class Case:
    """Answers in turn (the last again and again), what the status then says, calls that were paid, seconds waited."""

    answers: tuple[Answer, ...]
    says: str
    calls: int
    waits: float | None = None
    label: str = "note"


ONCE = {
    "429 with retry-after": Case((failed(429, "rate_limit_error", "slow", retry_after="17"), GOOD), DONE, 1, 17),
    "529": Case((failed(529, "overloaded_error", "busy"), GOOD), DONE, 1, 0.5),
    "overloaded in the stream": Case((stream(to_bytes(WHOLE[:3]) + OVERLOADED), GOOD), DONE, 2, 0.5),
    "cut in mid-stream": Case((stream(to_bytes(WHOLE[:3])), GOOD), DONE, 2, 0.5),
    "a clean but early end": Case((stream(to_bytes(WHOLE[:-1])), GOOD), DONE, 2, 0.5),
    "malformed JSON": Case((stream(to_bytes(WHOLE[:2]) + b"event: content_block_delta\ndata: {\n\n"), GOOD), DONE, 2),
    "a text without a text": Case((message({"type": "text"}), GOOD), DONE, 2, 0.5),
    "a call without a name": Case((message({"type": "tool_use", "id": "a", "input": {}}), GOOD), DONE, 2, 0.5),
    "an empty answer": Case((message(), GOOD), DONE, 2),
    "blocks that nobody knows": Case((message({"type": "aurora", "sky": 1}, text(NOTED_ALL)),), DONE, 1),
    "an unknown tool": Case((message(tool("fly", 1, to="the moon")), GOOD), DONE, 2),
    "arguments of another shape": Case((message(tool("read_file", 1, path=[1], end="x")), GOOD), DONE, 2),
    "a call that says end_turn": Case((message(tool("list_files", 1), stop="end_turn"), GOOD), DONE, 2),
    "a thousand calls": Case((message(*(tool("list_files", n) for n in range(1000))), GOOD), DONE, 2),
    "200 kB of text": Case((message(text(NOTED_ALL + "\n" + "見 many words\n" * 12_500)),), DONE, 1),
    "data of another shape": Case((message(text("{}")), message(text("[]")), message(text("no"))), "1 finding", 3,
                                  label="verdict"),
    "always empty": Case((message(),), "attempts did not fix", 3),
    "a refusal": Case((message(stop="refusal"),), "refused to answer. No document was made", 1),
    "max_tokens": Case((message(text("# A"), stop="max_tokens"),), "reached the limit of 32000 tokens", 1),
    "the context window": Case((message(text("# A"), stop="model_context_window_exceeded"),), "context window", 1),
    "an unknown stop": Case((message(text("# A"), stop="tired"),), "not known here: tired", 1),
    "a call of nothing": Case((message(text("I will look."), stop="tool_use"),), "gives nothing to continue with", 1),
    "a pause for ever": Case((message(text("Wait."), stop="pause_turn"),), "used all of its 8 turns", 8),
    "calls for ever": Case((message(tool("list_files", 1)),), "used all of its 8 turns", 8),
    "busy for ever": Case((failed(529, "overloaded_error", "busy"),), "did not answer after 10 tries", 0),
    "a wrong key, said back": Case((failed(401, "authentication_error", f"bad {KEY}"),), "Ask the operator", 0),
}  # fmt: skip


@pytest.mark.parametrize("case", ONCE.values(), ids=ONCE)
def test_it_ends_as_a_person_would_expect(play: Play, case: Case, caplog: pytest.LogCaptureFixture) -> None:
    play.mind.says = in_turn(case.answers)
    number = play.opens()
    play.labels(number, case.label)
    status = play.status(number)
    assert case.says in status
    assert KEY not in status
    assert status.startswith("### Design: Rotate\n\n**Done. ") or "`/retry`" in status, "it says what to do"
    spent = play.services.ledger.run_total(play.row(number).id)
    assert spent.calls == case.calls, "what failed and was paid counts"
    if case.waits is not None:
        assert play.engine.slept == [case.waits]
    assert [each.getMessage() for each in caplog.records if "bug" in each.getMessage()] == []
    assert all(len(write.said) < 65_536 for write in play.github.writes if write.what != "commit")


def in_turn(answers: tuple[Answer, ...]) -> Callable[[Json], Answer]:
    left = list(answers)

    def says(request: Json) -> Answer:
        assert json.dumps(request)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, httpx2.Response):
            return httpx2.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)
        return answer

    return says


def test_retry_after_a_refusal_asks_anew(play: Play) -> None:
    play.mind.says = in_turn((message(stop="refusal"), GOOD))
    number = play.opens()
    play.labels(number)
    assert "**Failed: " in play.status(number)
    play.says(number, "/retry")
    assert DONE in play.status(number)
