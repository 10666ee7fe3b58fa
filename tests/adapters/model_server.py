"""A Messages API for tests: a transport in process, and a server on loopback that can cut its streams."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

from bot.adapters.model.stream import take_apart, to_bytes
from bot.core.ports import Turn

Json = dict[str, Any]


def message(*content: Json, stop: str | None = "end_turn", **more: Any) -> Json:
    """An answer as the API gives it; a text where no content is given."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5-5",
        "content": list(content) or [{"type": "text", "text": "Yes."}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "cache_read_input_tokens": 40, "output_tokens": 20},
        **more,
    }


def turn(text: str = "Is it?", **more: Any) -> Turn:
    """A turn at `1.2.feature-design.1/understanding@1/writer/1#2`."""
    values: Json = {
        "address": "1.2.feature-design.1/understanding@1/writer/1#2",
        "model": "thorough",
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": text}],
        **more,
    }
    return Turn(**values)


def streamed(answer: Json, **more: Any) -> httpx2.Response:
    """The answer as a stream."""
    headers = {"content-type": "text/event-stream", "request-id": "req_1"}
    return httpx2.Response(200, headers=headers, content=to_bytes(take_apart(answer)), **more)


def failed(status: int, kind: str, text: str, **headers: str) -> httpx2.Response:
    """An error as the API gives it."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, headers=names, json={"type": "error", "error": {"type": kind, "message": text}})


class Answering(httpx2.MockTransport):
    """Answers in turn; keeps the requests' bodies and headers."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.bodies: list[Json] = []
        self.headers: list[httpx2.Headers] = []
        self._answers = list(answers)
        super().__init__(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.bodies.append(json.loads(request.content))
        self.headers.append(httpx2.Headers(request.headers))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextmanager
def loopback(answer: Callable[[Json], Sequence[bytes]], length: int | None = None) -> Iterator[str]:
    """A server's URL. It sends the pieces, then closes: with `length` larger than they are, that is a disconnect."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            pieces = answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(sum(map(len, pieces)) if length is None else length))
            self.end_headers()
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
