"""Messages as streamed by the Messages API: assembling events into a message, and taking one apart into events.

Doing both gives the same message again, which replay relies on. They work on the API's JSON, so nothing that this
version of the SDK does not know is lost. https://docs.claude.com/en/docs/build-with-claude/streaming
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

Event = dict[str, Any]
Message = dict[str, Any]

APPENDED = {"text_delta": "text", "thinking_delta": "thinking"}
REPLACED = {"signature_delta": "signature"}


class BrokenStreamError(ValueError):
    """The events are not a message: out of order, or with a tool input that is not JSON."""


class Assembly:
    """A message that grows with each event. It is `complete` after `message_stop`; before, the text may be cut."""

    def __init__(self) -> None:
        self.message: Message = {}
        self.complete = False
        self._inputs: dict[int, str] = {}

    def add(self, event: Event) -> None:
        """Adds one event; unknown kinds are ignored. Raises `BrokenStreamError`."""
        try:
            self._add(event)
        except (AttributeError, KeyError, TypeError) as error:
            raise BrokenStreamError(f"an event has another shape: {type(error).__name__} {error}") from error

    def _add(self, event: Event) -> None:
        kind = event.get("type")
        if kind == "message_start":
            self.message = dict(event["message"])
            self.message["content"] = list(self.message.get("content") or [])
        elif kind in {"content_block_start", "content_block_delta", "content_block_stop", "message_delta"}:
            if not self.message:
                raise BrokenStreamError(f"{kind} came before message_start")
            self._grow(str(kind), event)
        elif kind == "message_stop":
            self.complete = bool(self.message)

    def _grow(self, kind: str, event: Event) -> None:
        if kind == "content_block_start":
            self.message["content"].append(dict(event["content_block"]))
        elif kind == "content_block_delta":
            self._delta(event["index"], event["delta"])
        elif kind == "content_block_stop":
            self._stop(event["index"])
        else:
            self.message.update(event["delta"])
            self.message["usage"] = {
                **(self.message.get("usage") or {}),
                **{key: value for key, value in (event.get("usage") or {}).items() if value is not None},
            }

    def _block(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self.message["content"]):
            raise BrokenStreamError(f"there is no content block {index}")
        block: dict[str, Any] = self.message["content"][index]
        return block

    def _delta(self, index: int, delta: dict[str, Any]) -> None:
        block, kind = self._block(index), delta["type"]
        if kind in APPENDED:
            key = APPENDED[kind]
            block[key] = (block.get(key) or "") + delta[key]
        elif kind in REPLACED:
            block[REPLACED[kind]] = delta[REPLACED[kind]]
        elif kind == "input_json_delta":
            self._inputs[index] = self._inputs.get(index, "") + delta["partial_json"]
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or []), delta["citation"]]

    def _stop(self, index: int) -> None:
        written = self._inputs.pop(index, "")
        if not written:
            return
        try:
            self._block(index)["input"] = json.loads(written)
        except ValueError as error:
            raise BrokenStreamError(f"the input of a tool is not JSON: {error}") from error


def assemble(events: Iterable[Event]) -> Assembly:
    """The message from these events, as far as they go."""
    assembly = Assembly()
    for event in events:
        assembly.add(event)
    return assembly


def encodable(message: Message) -> Message:
    """The message without lone surrogates.

    A stream may split a character, and JSON may contain the half, but a request with it would fail.
    """
    try:
        json.dumps(message, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        whole = json.dumps(message, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        found: Message = json.loads(whole)
        return found
    return message


def take_apart(message: Message) -> Iterator[Event]:
    """The events that make up `message`."""
    ending = {key: message.get(key) for key in ("stop_reason", "stop_sequence", "stop_details") if key in message}
    nothing_yet: Message = dict.fromkeys(ending)
    start = {**message, "content": [], **nothing_yet}
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(message["content"]):
        empty, delta = _halves(block)
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        if delta:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {"type": "message_delta", "delta": ending, "usage": message["usage"]}
    yield {"type": "message_stop"}


def _halves(block: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    match block:
        case {"type": "text", "text": str(text)} if text:
            return {**block, "text": ""}, {"type": "text_delta", "text": text}
        case {"type": "tool_use" | "server_tool_use", "input": dict(arguments)} if arguments:
            written = json.dumps(arguments, ensure_ascii=False)
            return {**block, "input": {}}, {"type": "input_json_delta", "partial_json": written}
        case _:
            return block, None


def to_bytes(events: Iterable[Event]) -> bytes:
    """Events as server-sent events."""
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=False)}\n\n" for e in events).encode()


def from_bytes(body: bytes) -> Iterator[Event]:
    """The events of a whole body of server-sent events; `BrokenStreamError` if one is not JSON."""
    for chunk in body.replace(b"\r\n", b"\n").split(b"\n\n"):
        written = b"\n".join(line[5:].strip() for line in chunk.split(b"\n") if line.startswith(b"data:"))
        if written:
            try:
                yield json.loads(written)
            except ValueError as error:
                raise BrokenStreamError(f"an event is not JSON: {error}") from error
