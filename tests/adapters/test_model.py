"""The model: requests as the API takes them, and every outcome a value."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot.adapters.model import ModelSettings, make_model
from bot.adapters.model.stream import take_apart, to_bytes
from bot.core.errors import FaultsError, PersonError
from bot.core.ports import WARMING, Reply
from bot.core.run.record import Spent
from tests.adapters.model_server import Answering, failed, loopback, message, streamed, turn

KEY = "sk-ant-very-secret"


def ask(*answers: httpx2.Response | Exception, **settings: Any) -> tuple[Reply, Answering]:
    server = Answering(*answers)
    return make_model(ModelSettings(api_key=KEY, **settings), server).turn(turn()), server


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_a_turn_becomes_one_streamed_request() -> None:
    reply, server = ask(streamed(message()))
    assert reply.kind == "answered"
    (body,) = server.bodies
    assert body == {
        "model": "claude-opus-5-5",
        "max_tokens": 32_000,
        "stream": True,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": "Is it?"}],
        "cache_control": {"type": "ephemeral"},
    }


def test_the_address_and_nothing_of_ours_leaves() -> None:
    _, server = ask(streamed(message()))
    assert not [name for name in server.headers[0] if "charrette" in name]


def test_messages_go_verbatim() -> None:
    answer = message(
        {"type": "thinking", "thinking": "", "signature": "c2ln"},
        {"type": "text", "text": "So…", "citations": None},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "é"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [{"encrypted_content": "x"}]},
        {"type": "from_the_future", "stars": [1, {"two": 2.5}]},
        {"type": "tool_use", "id": "toolu_1", "name": "read_file", "input": {"path": "a.py"}},
        stop="tool_use",
    )
    server = Answering(streamed(answer), streamed(message()))
    model = make_model(ModelSettings(api_key=KEY), server)
    first = model.turn(turn())
    assert first.message == answer
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "1  x = 1"}
    messages = [
        {"role": "user", "content": "Is it?"},
        {"role": "assistant", "content": first.message["content"]},
        {"role": "user", "content": [result]},
    ]
    model.turn(turn(messages=messages))
    assert server.bodies[1]["messages"] == messages


def test_a_schema_asks_for_that_form() -> None:
    server = Answering(streamed(message()))
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
    make_model(ModelSettings(api_key=KEY), server).turn(turn(schema=schema))
    assert server.bodies[0]["output_config"]["format"] == {
        "type": "json_schema",
        "schema": {
            "type": "object",
            "properties": {"n": {"type": "integer", "description": "{minimum: 1}"}},
            "required": ["n"],
            "additionalProperties": False,
        },
    }


def test_a_server_without_schemas_is_told_the_schema_in_words() -> None:
    server = Answering(streamed(message()))
    schema = {"type": "object", "properties": {}}
    make_model(ModelSettings(api_key=KEY, schema=False), server).turn(turn(schema=schema))
    assert "output_config" not in server.bodies[0]
    assert '"type": "object"' in server.bodies[0]["system"][-1]["text"]


def test_thinking_and_effort_are_sent_for_the_aliases_that_have_them() -> None:
    server = Answering(streamed(message()), streamed(message()))
    settings = ModelSettings(api_key=KEY, thinking={"thorough": True}, effort={"thorough": "high"})
    model = make_model(settings, server)
    model.turn(turn())
    model.turn(turn(model="quick"))
    thorough, quick = server.bodies
    assert thorough["thinking"] == {"type": "adaptive", "display": "omitted"}
    assert thorough["output_config"] == {"effort": "high"}
    assert quick["model"] == "claude-haiku-5-5"
    assert "thinking" not in quick
    assert "output_config" not in quick


MARK = {"cache_control": {"type": "ephemeral"}}


def test_more_breakpoints_than_the_api_takes_are_a_bug() -> None:
    model = make_model(ModelSettings(api_key=KEY), Answering())
    with pytest.raises(ValueError, match="5 cache breakpoints"):
        model.turn(turn(system=[{"type": "text", "text": "a", **MARK}] * 4))


def test_without_a_cache_no_mark_is_sent() -> None:
    server = Answering(streamed(message()))
    messages = [{"role": "user", "content": [{"type": "text", "text": "Is it?", **MARK}]}]
    tools = [{"name": "t", "description": "d", "input_schema": {"type": "object"}, **MARK}]
    settings = ModelSettings(api_key=KEY, cache=False)
    make_model(settings, server).turn(
        turn(system=[{"type": "text", "text": "a", **MARK}] * 5, messages=messages, tools=tools)
    )
    assert "cache_control" not in str(server.bodies[0])


# --- what comes back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", ["end_turn", "tool_use", "pause_turn"])
def test_these_stops_are_answers(stop: str) -> None:
    reply, _ = ask(streamed(message(stop=stop)))
    assert (reply.kind, reply.message["stop_reason"], reply.reason) == ("answered", stop, "")


def test_a_turn_that_only_fills_the_cache_is_answered_when_it_is_cut() -> None:
    server = Answering(streamed(message(stop="max_tokens") | {"content": []}))
    reply = make_model(ModelSettings(api_key=KEY), server).turn(turn(max_tokens=WARMING))
    assert (reply.kind, reply.message["content"]) == ("answered", [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(message(stop="max_tokens"), "reached the limit of 32000 tokens", id="max_tokens"),
        pytest.param(message(stop="model_context_window_exceeded"), "context window", id="context window"),
        pytest.param(message(stop="stop_sequence"), "stop sequence", id="stop_sequence"),
        pytest.param(message(stop=None), "not known here: None", id="none"),
        pytest.param(message(stop="tired"), "not known here: tired", id="unknown"),
        pytest.param(
            message(stop="refusal", stop_details={"type": "refusal", "category": "cyber", "explanation": "No."}),
            "refused to answer: cyber No.",
            id="refusal",
        ),
        pytest.param(message(stop="refusal"), "refused to answer.", id="refusal without details"),
    ],
)
def test_all_other_stops_are_refused_with_a_reason(answer: dict[str, Any], reason: str) -> None:
    reply, _ = ask(streamed(answer))
    assert reply.kind == "refused"
    assert reason in reply.reason
    assert reply.spent.output == 20


@pytest.mark.parametrize(
    ("answer", "kind", "seconds"),
    [
        pytest.param(failed(429, "rate_limit_error", "slow", retry_after="7"), "transient", 7, id="429"),
        pytest.param(
            failed(429, "rate_limit_error", "slow", retry_after="3600"), "transient", 300, id="429 for an hour"
        ),
        pytest.param(failed(429, "rate_limit_error", "slow", retry_after_ms="1500"), "transient", 1.5, id="429 in ms"),
        pytest.param(failed(429, "rate_limit_error", "slow", retry_after="soon"), "transient", 0, id="429 in words"),
        pytest.param(failed(429, "rate_limit_error", "slow", retry_after="nan"), "transient", 0, id="429 for nothing"),
        pytest.param(
            failed(429, "rate_limit_error", "slow", retry_after="Fri, 31 Dec 2060 23:59:59 GMT"),
            "transient",
            300,
            id="429 until a date",
        ),
        pytest.param(failed(529, "overloaded_error", "busy"), "transient", 0, id="529"),
        pytest.param(failed(500, "api_error", "oops"), "transient", 0, id="500"),
        pytest.param(failed(408, "timeout_error", "late"), "transient", 0, id="408"),
        pytest.param(failed(409, "conflict", "twice"), "transient", 0, id="409"),
        pytest.param(failed(400, "invalid_request_error", "bad"), "refused", 0, id="400"),
        pytest.param(failed(401, "authentication_error", "who?"), "refused", 0, id="401"),
        pytest.param(failed(404, "not_found_error", "model: x"), "refused", 0, id="404"),
        pytest.param(failed(413, "request_too_large", "much"), "refused", 0, id="413"),
        pytest.param(httpx2.Response(502, text="<html>Bad gateway"), "transient", 0, id="a proxy's 502"),
        pytest.param(httpx2.Response(403, text="<html>No"), "refused", 0, id="a proxy's 403"),
        pytest.param(httpx2.ConnectError("refused"), "transient", 0, id="no connection"),
        pytest.param(httpx2.ReadTimeout("slow"), "transient", 0, id="a timeout"),
    ],
)
def test_errors_are_values_and_asked_once(answer: httpx2.Response | Exception, kind: str, seconds: float) -> None:
    reply, server = ask(answer)
    assert (reply.kind, reply.retry_after) == (kind, seconds)
    assert reply.reason
    assert reply.spent == Spent()
    assert len(server.bodies) == 1


def test_a_server_that_falls_silent_is_told_as_such_and_no_connection_as_another_thing() -> None:
    silent, _ = ask(httpx2.ReadTimeout("slow"), timeout=90.0)
    assert silent.reason == "The model's server sent nothing for 90 seconds (a timeout)."
    unreached, _ = ask(httpx2.ConnectTimeout("slow"))
    assert unreached.reason == "The connection to the model failed: ConnectTimeout slow."


@pytest.mark.parametrize(
    ("settings", "text", "setting"),
    [
        ({"thinking": {"thorough": True}}, "thinking: Extra inputs are not permitted", "CHARRETTE_MODEL_THINKING"),
        ({"effort": {"thorough": "high"}}, "output_config.effort: unknown", "CHARRETTE_MODEL_EFFORT"),
        ({}, "cache_control: unknown field", "CHARRETTE_MODEL_CACHE"),
    ],
    ids=["thinking", "effort", "cache"],
)
def test_a_rejected_feature_names_the_setting_that_leaves_it_out(
    settings: dict[str, Any], text: str, setting: str
) -> None:
    reply, _ = ask(failed(400, "invalid_request_error", text), **settings)
    assert reply.kind == "refused"
    assert f"{setting}=off" in reply.reason


def test_a_key_is_never_shown() -> None:
    reply, _ = ask(failed(401, "authentication_error", "invalid key"))
    settings = ModelSettings(api_key=KEY)
    assert KEY not in f"{reply}{settings!r}{make_model(settings)!r}"


# --- streams that break ----------------------------------------------------------------------------------------------

WHOLE = list(take_apart(message({"type": "text", "text": "It is so, since many things are so."})))
OVERLOADED = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
INVALID = b'event: error\ndata: {"type":"error","error":{"type":"invalid_request_error","message":"No"}}\n\n'


@pytest.mark.parametrize(
    ("pieces", "length", "kind"),
    [
        pytest.param([to_bytes(WHOLE)], None, "answered", id="whole"),
        pytest.param([to_bytes(WHOLE[:-2])], None, "transient", id="ends before message_delta"),
        pytest.param([to_bytes(WHOLE[:-1])], None, "transient", id="ends before message_stop"),
        pytest.param([to_bytes(WHOLE[:3])], 100_000, "transient", id="a disconnect in mid-stream"),
        pytest.param([to_bytes(WHOLE[:3]), OVERLOADED], None, "transient", id="an error event: overloaded"),
        pytest.param([INVALID], None, "refused", id="an error event that lasts"),
        pytest.param([b"event: error\ndata: oops\n\n"], None, "transient", id="an error event without a type"),
        pytest.param(
            [to_bytes(WHOLE[:2]), b"event: content_block_delta\ndata: {\n\n"], None, "transient", id="no JSON"
        ),
        pytest.param([b'event: message_start\ndata: "hello"\n\n'], None, "transient", id="an event that is a text"),
        pytest.param([to_bytes(WHOLE[1:])], None, "transient", id="no message_start"),
        pytest.param([b"<html>Log in first</html>"], None, "transient", id="a page"),
        pytest.param([b""], None, "transient", id="nothing"),
    ],
)
def test_a_broken_stream_is_never_an_answer(pieces: list[bytes], length: int | None, kind: str) -> None:
    with loopback(lambda _: pieces, length) as url:
        model = make_model(ModelSettings(base_url=url))
        reply = model.turn(turn())
        model.close()
    assert reply.kind == kind
    assert bool(reply.message) == (kind == "answered")


def test_what_a_cut_answer_used_is_counted() -> None:
    cut = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=to_bytes(WHOLE[:2]) + OVERLOADED)
    reply, _ = ask(cut)
    assert reply.kind == "transient"
    assert (reply.spent.calls, reply.spent.input) == (1, 100)
    assert reply.spent.dollars


# --- what it costs and what it is called -----------------------------------------------------------------------------


def test_a_turn_is_priced_by_itself() -> None:
    reply, _ = ask(streamed(message()), prices={"claude-opus-5-5": {"input": 1000, "output": 2000, "cache_read": 100}})
    assert replace(reply.spent, dollars=0.0) == Spent(1, 100, 40, 0, 20)
    assert reply.spent.dollars == pytest.approx(0.1 + 0.004 + 0.04)
    assert reply.model == "claude-opus-5-5"


def test_a_model_without_a_price_costs_an_unknown_sum() -> None:
    reply, _ = ask(streamed(message()), aliases={"thorough": "qwen3:8b"})
    assert reply.spent.dollars is None


def test_an_answer_without_usage_costs_an_unknown_sum() -> None:
    reply, _ = ask(streamed(message(usage={})))
    assert (reply.spent.calls, reply.spent.dollars) == (1, None)


def test_names_come_from_the_settings() -> None:
    model = make_model(ModelSettings(api_key=KEY))
    assert model.name("quick") == "claude-haiku-5-5"
    with pytest.raises(PersonError, match="`thorough`, `quick`"):
        model.name("enormous")


def test_a_turn_may_name_the_model_itself() -> None:
    server = Answering(streamed(message()))
    make_model(ModelSettings(api_key=KEY), server).turn(turn(model="claude-haiku-5-5"))
    assert server.bodies[0]["model"] == "claude-haiku-5-5"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"api_key": KEY}, {"web"}),
        ({"api_key": KEY, "web": False}, set()),
        ({"base_url": "http://127.0.0.1:11434"}, set()),
        ({"base_url": "http://127.0.0.1:11434", "web": True}, {"web"}),
    ],
    ids=["official", "switched off", "compatible", "compatible and said to have it"],
)
def test_web_search_is_a_capability(settings: dict[str, Any], expected: set[str]) -> None:
    assert make_model(ModelSettings(**settings)).capabilities() == expected


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({}, "ANTHROPIC_API_KEY"),
        ({"base_url": "http://127.0.0.1:1/v1"}, "ANTHROPIC_BASE_URL"),
        ({"base_url": "127.0.0.1:1"}, "ANTHROPIC_BASE_URL"),
        ({"replay": Path("/no/such/folder")}, "CHARRETTE_MODEL_REPLAY"),
        ({"api_key": KEY, "timeout": 0}, "CHARRETTE_MODEL_TIMEOUT"),
        ({"api_key": KEY, "prices": {"m": {"input": 1}}}, "CHARRETTE_MODEL_PRICES, m"),
        ({"api_key": KEY, "prices": {"m": {"input": -1, "output": 1}}}, "CHARRETTE_MODEL_PRICES, m"),
        ({"api_key": KEY, "prices": {"m": {"input": 1, "output": 1, "thought": 1}}}, "CHARRETTE_MODEL_PRICES, m"),
    ],
    ids=["no key", "v1", "no scheme", "no recording", "no time", "no output price", "negative price", "unknown price"],
)
def test_settings_that_cannot_work_are_faults(settings: dict[str, Any], where: str) -> None:
    with pytest.raises(FaultsError) as caught:
        make_model(ModelSettings(**settings))
    assert [fault.where for fault in caught.value.faults] == [where]


WEB = {"type": "web_search_20260318", "name": "web_search"}


@pytest.mark.parametrize(
    ("said", "tools", "rejected"),
    [
        ("tools.1: unknown type", [{"name": "read"}, WEB], "web"),
        ("web_search is not known here", [WEB], "web"),
        ("tools[0]: unknown type", [{"name": "read"}, WEB], ""),
        ("web_search is not known here", [{"name": "read"}], ""),
        ("messages.1: roles must alternate", [WEB], ""),
    ],
)
def test_a_server_that_rejects_web_search_has_none_from_then_on(said: str, tools: list[Any], rejected: str) -> None:
    transport = Answering(failed(400, "invalid_request_error", said))
    model = make_model(ModelSettings(base_url="http://model.test", web=True), transport)
    assert model.turn(turn(tools=tools)).rejected == rejected
    assert model.capabilities() == (set() if rejected else {"web"})
