"""Streams: taking a message apart and putting it together is the identity, and no broken stream passes for a whole."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.model.stream import BrokenStreamError, assemble, encodable, from_bytes, take_apart, to_bytes

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
inputs = st.dictionaries(words, values, max_size=4)
blocks = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": words}),
    st.fixed_dictionaries({"type": st.just("text"), "text": words, "citations": st.lists(inputs, max_size=2)}),
    st.fixed_dictionaries({"type": st.just("thinking"), "thinking": st.just(""), "signature": words}),
    st.fixed_dictionaries({"type": st.just("redacted_thinking"), "data": words}),
    st.fixed_dictionaries({"type": st.just("tool_use"), "id": words, "name": words, "input": inputs}),
    st.fixed_dictionaries({"type": st.just("server_tool_use"), "id": words, "name": words, "input": inputs}),
    st.fixed_dictionaries({"type": st.just("web_search_tool_result"), "tool_use_id": words, "content": values}),
)
messages = st.fixed_dictionaries(
    {
        "id": words,
        "type": st.just("message"),
        "role": st.just("assistant"),
        "model": words,
        "content": st.lists(blocks, max_size=5),
        "stop_reason": st.sampled_from(["end_turn", "tool_use", "refusal"]),
        "stop_sequence": st.none(),
        "usage": st.fixed_dictionaries({"input_tokens": st.integers(0), "output_tokens": st.integers(0)}),
    },
    optional={"stop_details": st.none() | inputs},
)


@given(messages)
def test_a_message_survives_the_stream(message: dict[str, Any]) -> None:
    assembly = assemble(from_bytes(to_bytes(take_apart(message))))
    assert assembly.message == message
    assert assembly.complete


@given(messages, st.data())
def test_a_stream_that_ends_early_is_never_complete(message: dict[str, Any], data: st.DataObject) -> None:
    events = list(take_apart(message))
    kept = data.draw(st.integers(0, len(events) - 1))
    assert not assemble(events[:kept]).complete


@pytest.mark.parametrize(
    ("streamed", "kept"),
    [
        pytest.param("a \ud83d\ude00 b", "a \U0001f600 b", id="parted by the stream"),
        pytest.param("a \ud83d b", "a \ufffd b", id="half of it never came"),
        pytest.param("a \U0001f600 b", "a \U0001f600 b", id="whole"),
    ],
)
def test_no_half_of_a_character_is_said_again(streamed: str, kept: str) -> None:
    block = {"type": "tool_use", "id": "1", "name": streamed, "input": {"path": streamed}}
    assert encodable({"content": [block]}) == {"content": [{**block, "name": kept, "input": {"path": kept}}]}


START = {"type": "message_start", "message": {"content": [], "usage": {"input_tokens": 3, "output_tokens": 1}}}
TOOL = {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "input": {}}}


def half(text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": text}}


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([{"type": "content_block_stop", "index": 0}], id="before message_start"),
        pytest.param([START, half("{")], id="a delta without its block"),
        pytest.param([START, TOOL, half('{"path": "a'), {"type": "content_block_stop", "index": 0}], id="cut input"),
        pytest.param([{"type": "message_start"}], id="no message"),
        pytest.param([START, {"type": "content_block_delta", "index": 0}], id="no delta"),
        pytest.param(["ping"], id="a text"),
    ],
)
def test_events_that_are_no_message_are_broken(events: list[Any]) -> None:
    with pytest.raises(BrokenStreamError):
        assemble(events)


def test_input_in_pieces_becomes_whole() -> None:
    stop = {"type": "content_block_stop", "index": 0}
    assembly = assemble([START, TOOL, half(""), half('{"path": "a.py", '), half('"start": 3}'), stop])
    assert assembly.message["content"][0]["input"] == {"path": "a.py", "start": 3}


def test_counts_that_a_later_event_leaves_out_stay() -> None:
    delta = {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"input_tokens": None, "output_tokens": 9},
    }
    assert assemble([START, delta]).message["usage"] == {"input_tokens": 3, "output_tokens": 9}


def test_unknown_events_and_deltas_are_passed_over() -> None:
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "sparkle_delta", "sparkle": 1}}
    assembly = assemble([{"type": "ping"}, START, TOOL, delta, {"type": "aurora"}, {"type": "message_stop"}])
    assert assembly.complete


def test_a_body_with_an_event_that_is_not_json_is_broken() -> None:
    with pytest.raises(BrokenStreamError):
        list(from_bytes(b'event: message_start\ndata: {"type":\n\n'))


def test_lines_may_end_as_http_lines_do() -> None:
    body = to_bytes([START]).replace(b"\n", b"\r\n")
    assert list(from_bytes(body)) == [json.loads(json.dumps(START))]
