"""Record and replay: a recorded conversation replays to the same messages, and a recording holds no request."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.model import ModelSettings, make_model
from bot.adapters.model.recording import about, digest, file_name
from bot.adapters.model.stream import take_apart, to_bytes
from bot.core.ports import Reply
from bot.core.run.record import Spent
from tests.adapters.model_server import Answering, failed, loopback, message, streamed, turn

FILE = "understanding@1.writer.1.2.json"
TOOL = message({"type": "tool_use", "id": "toolu_7", "name": "read_file", "input": {"path": "ä.py"}}, stop="tool_use")
CONVERSATION = [TOOL, message({"type": "text", "text": "# Understanding\n\nIt reads `ä.py`."})]


def converse(model: Any, run: str = "9.4.feature-design.1") -> list[Reply]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Secret source code."}]
    replies = []
    for n in range(1, 3):
        reply = model.turn(turn(address=f"{run}/understanding@1/writer/1#{n}", messages=list(messages)))
        replies.append(reply)
        result = [{"type": "tool_result", "tool_use_id": "toolu_7", "content": "1  pass"}]
        messages += [
            {"role": "assistant", "content": reply.message.get("content")},
            {"role": "user", "content": result},
        ]
    return replies


def recorded(folder: Path) -> list[Reply]:
    server = Answering(*map(streamed, CONVERSATION))
    return converse(make_model(ModelSettings(api_key="k", record=folder), server))


def test_a_recorded_conversation_replays_to_the_same_messages_for_any_subject(tmp_path: Path) -> None:
    lived = recorded(tmp_path)
    model = make_model(ModelSettings(replay=tmp_path, strict=True))
    replayed = converse(model, run="77.1.feature-design.1")
    assert [reply.message for reply in replayed] == [reply.message for reply in lived] == CONVERSATION
    assert model.notes == ()


def test_a_second_run_of_the_same_workflow_is_another_conversation(tmp_path: Path) -> None:
    recorded(tmp_path)
    model = make_model(ModelSettings(replay=tmp_path))
    assert "no answer for 2/understanding@1/writer/1#1" in converse(model, run="9.4.feature-design.2")[0].reason


def test_a_replay_costs_nothing_and_says_so(tmp_path: Path) -> None:
    recorded(tmp_path)
    model = make_model(ModelSettings(replay=tmp_path))
    reply = converse(model)[0]
    assert reply.spent == Spent(1, 100, 40, 0, 20, 0.0, replayed=1)
    assert model.replayed
    assert reply.model == model.name("thorough") == "replay"
    assert model.capabilities() == frozenset()


def test_a_recording_is_readable_and_holds_no_request(tmp_path: Path) -> None:
    recorded(tmp_path)
    text = (tmp_path / FILE).read_text("utf-8")
    data = json.loads(text)
    assert list(data) == ["address", "request_digest", "answer", "usage"]
    assert data["address"] == "understanding@1/writer/1#2"
    assert data["answer"] == CONVERSATION[1]
    assert data["usage"] == "metered"
    assert "It reads `ä.py`." in text
    assert "Secret" not in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["understanding@1.writer.1.1.json", FILE]


def test_a_compatible_servers_usage_is_marked_as_estimated(tmp_path: Path) -> None:
    with loopback(lambda _: [to_bytes(take_apart(message()))]) as url:
        model = make_model(ModelSettings(base_url=url, record=tmp_path))
        assert model.turn(turn()).kind == "answered"
        model.close()
    assert json.loads((tmp_path / FILE).read_text())["usage"] == "estimated"


def test_errors_and_cut_answers_are_not_recorded(tmp_path: Path) -> None:
    cut = streamed(message())
    cut = type(cut)(200, headers={"content-type": "text/event-stream"}, content=cut.content[:-40])
    server = Answering(failed(429, "rate_limit_error", "slow", retry_after="7"), cut)
    model = make_model(ModelSettings(api_key="k", record=tmp_path), server)
    assert model.turn(turn()).retry_after == 7
    assert model.turn(turn()).kind == "transient"
    assert list(tmp_path.iterdir()) == []


def test_a_recorder_lets_no_address_out(tmp_path: Path) -> None:
    server = Answering(streamed(message()))
    make_model(ModelSettings(api_key="k", record=tmp_path), server).turn(turn())
    assert not [name for name in server.headers[0] if "charrette" in name]


def test_another_request_is_noted(tmp_path: Path) -> None:
    recorded(tmp_path)
    model = make_model(ModelSettings(replay=tmp_path))
    assert model.turn(turn("Something else")).message == CONVERSATION[1]
    assert model.turn(turn("Something else again")).kind == "answered"
    assert model.notes == (
        "The recorded answer of understanding@1/writer/1#2 belongs to another request than this one.",
    )


def test_another_request_is_refused_where_the_replay_is_strict(tmp_path: Path) -> None:
    recorded(tmp_path)
    reply = make_model(ModelSettings(replay=tmp_path, strict=True)).turn(turn("Something else"))
    assert reply.kind == "refused"
    assert "belongs to another request" in reply.reason


def test_an_unknown_address_is_refused_with_the_way_out(tmp_path: Path) -> None:
    reply = make_model(ModelSettings(replay=tmp_path)).turn(turn())
    assert reply.kind == "refused"
    assert "it knows only the demo's issue" in reply.reason
    assert "no answer for understanding@1/writer/1#2" in reply.reason
    assert "ANTHROPIC_API_KEY=... make demo" in reply.reason


def test_restamping_keeps_the_answers_under_the_new_digests(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    recorded(old)
    restamping = make_model(ModelSettings(replay=old, record=new, strict=True))
    assert restamping.turn(turn("An edited prompt")).message == CONVERSATION[1]
    strict = make_model(ModelSettings(replay=new, strict=True))
    assert strict.turn(turn("An edited prompt")).message == CONVERSATION[1]
    assert strict.turn(turn("The old prompt")).kind == "refused"


REQUEST: dict[str, Any] = {
    "model": "a",
    "max_tokens": 10,
    "system": [{"type": "text", "text": "s"}],
    "messages": [{"role": "user", "content": "m"}],
}


@pytest.mark.parametrize(
    "more",
    [
        {"model": "b"},
        {"max_tokens": 20},
        {"thinking": {"type": "adaptive"}},
        {"output_config": {"effort": "high"}},
        {"cache_control": {"type": "ephemeral"}},
        {"system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}]},
        {"tools": []},
    ],
    ids=str,
)
def test_what_the_model_is_not_told_does_not_change_the_digest(more: dict[str, Any]) -> None:
    assert digest({**REQUEST, **more}) == digest(REQUEST)


@pytest.mark.parametrize(
    "more",
    [
        {"system": [{"type": "text", "text": "t"}]},
        {"messages": [{"role": "user", "content": "n"}]},
        {"tools": [{"name": "t"}]},
        {"output_config": {"format": {"type": "json_schema", "schema": {}}}},
    ],
    ids=str,
)
def test_what_the_model_is_told_changes_the_digest(more: dict[str, Any]) -> None:
    assert digest({**REQUEST, **more}) != digest(REQUEST)


def test_another_day_and_other_commits_do_not_change_the_digest() -> None:
    said = "Decided {0} at {0}T10:02:03Z in {1}, of {2}"
    one, other = said.format("2026-11-25", "f2d54bb7abba", "f" * 40), said.format("2027-01-02", "0" * 12, "0" * 40)
    asked = [{**REQUEST, "messages": [{"role": "user", "content": text}]} for text in (one, other, f"{other}.")]
    assert digest(asked[0]) == digest(asked[1]) != digest(asked[2])


def test_file_names_are_safe() -> None:
    assert file_name("understanding@1/writer/1#2") == FILE
    assert "/" not in file_name("../../etc/passwd@1/x/1#1")


def test_an_answer_is_not_taken_for_another_addresss(tmp_path: Path) -> None:
    recorded(tmp_path)
    reply = make_model(ModelSettings(replay=tmp_path)).turn(turn(address="1.2.w.1/understanding@1/writer.1#2"))
    assert reply.kind == "refused"


def test_what_a_recording_is_about_may_differ_for_a_phase(tmp_path: Path) -> None:
    assert about(tmp_path, "understanding@1/writer/1#1") == ()
    manifest = {"about": ["a title"], "about-phases": {"concept": ["a model"]}}
    (tmp_path / "recording.json").write_text(json.dumps(manifest), "utf-8")
    assert about(tmp_path, "understanding@1/writer/1#1") == ("a title",)
    assert about(tmp_path, "concept@12/writer/1#1") == ("a model",)
