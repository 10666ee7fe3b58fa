"""The real web process, and senders that lie, stall, drip or shout: others are answered all the same."""

import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.local.processes import free_port
from bot.web import server, sign
from tests.service import SECRET, clean

BODY = b'{"action": "labeled"}'
# As `charrette web` does it, with less patience, and storing nothing.
WEB = """\
import logging, sys
from bot.web import app, server, webhook
logging.basicConfig(level="INFO")
server.LONGEST, server.ARRIVAL, webhook.SMALL = 1.0, 0.5, 1000
server.serve(sys.argv[1], lambda: app.create_app(sys.argv[2], lambda delivery: None, lambda: None, limit=100_000))
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a web process."""
    port, log = free_port(), tmp_path_factory.mktemp("web") / "log"
    command = [sys.executable, "-c", WEB, f"127.0.0.1:{port}", SECRET]
    with log.open("w") as to, subprocess.Popen(command, env=clean(), cwd=ROOT, stderr=to) as process:
        try:
            _until_alive(port)
            yield port
        finally:
            process.terminate()
    said = log.read_text()
    assert "is cut off: its request takes more than 1 s" in said
    assert "Refused a body from 127.0.0.1 that arrives too slowly" in said
    assert "Traceback" not in said
    assert "hunter2" not in said


ROOT = Path(__file__).parents[2]


def _until_alive(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            assert alive(port)
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the web process does not listen")


def alive(port: int) -> bool:
    """It answers others, soon."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        return bool(answer.status == 200)


@contextmanager
def connection(port: int, *sent: bytes) -> Iterator[socket.socket]:
    """A connection over which this was sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as opened:
        for part in sent:
            opened.sendall(part)
        yield opened


def head(*lines: str, signature: str | None = sign(SECRET, BODY), id: str = "d1", event: str = "issues") -> bytes:
    """The head of a delivery."""
    given = [
        "POST /webhook HTTP/1.1",
        "Host: charrette",
        "Content-Type: application/json",
        f"X-GitHub-Delivery: {id}",
        f"X-GitHub-Event: {event}",
        *([f"X-Hub-Signature-256: {signature}"] if signature is not None else []),
        *lines,
    ]
    return ("\r\n".join(given) + "\r\n\r\n").encode()


def status(opened: socket.socket) -> int:
    """The status of the answer; 0 where the connection ends without one."""
    try:
        line = opened.recv(4096)
    except ConnectionResetError:
        return 0
    return int(line.split()[1]) if line else 0


LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = "Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param([head(LENGTH), BODY], 202, id="as GitHub sends it"),
        pytest.param([head(CHUNKED), CHUNKS], 202, id="in chunks, without a length"),
        pytest.param([head(LENGTH, signature=None), BODY], 401, id="no signature"),
        pytest.param(
            [head(LENGTH, signature=sign("other", BODY)), b'{"hunter2": "labeled"}'], 401, id="wrong signature"
        ),
        pytest.param([head(LENGTH, f"X-Hub-Signature-256: {sign(SECRET, BODY)}"), BODY], 401, id="the signature twice"),
        pytest.param([head(LENGTH, "X-GitHub-Delivery: d2"), BODY], 400, id="two ids"),
        pytest.param([head(LENGTH, "X-GitHub-Event: push"), BODY], 400, id="two events"),
        pytest.param([head(LENGTH, "Content-Type: text/plain"), BODY], 400, id="two content types"),
        pytest.param([head(LENGTH, "Content-Length: 3"), BODY], 400, id="two lengths"),
        pytest.param([head(LENGTH, CHUNKED), CHUNKS], 400, id="a length and chunks"),
        pytest.param([head("Content-Length: -1"), BODY], 400, id="a negative length"),
        pytest.param([head("Content-Length: 3"), BODY], 401, id="a length too small"),
        pytest.param([head("Content-Length: 200000")], 413, id="a length too large, and nothing sent"),
        pytest.param([head(CHUNKED), b"30d40\r\n" + b" " * 110_000], 413, id="chunks without end"),
        pytest.param([head(CHUNKED), b"hunter2\r\n"], 400, id="no chunk"),
        pytest.param([head("X: " + "a" * 10_000, LENGTH), BODY], 431, id="a huge header"),
        pytest.param([head(*(f"X-{n}: a" for n in range(200)), LENGTH), BODY], 431, id="many headers"),
        pytest.param([head("Script_Name: /else", LENGTH), BODY], 202, id="what a proxy says"),
        pytest.param([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"], 400, id="TLS"),
        pytest.param([head(LENGTH, event="no_such_event"), BODY], 202, id="an event that we don't know"),
    ],
)
def test_what_is_sent_is_answered_below_500(port: int, sent: list[bytes], expected: int) -> None:
    with connection(port, *sent) as opened:
        assert status(opened) == expected
    assert alive(port)


def test_an_answer_is_sent_in_one_piece() -> None:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    with theirs, server._Shared(ours.family, ours.type, fileno=ours.detach()) as shared:
        with shared.answering():
            shared.sendall(b"head")
            with pytest.raises(BlockingIOError):
                theirs.recv(100)
            shared.sendall(b"body")
        assert theirs.recv(100) == b"headbody"
        shared.sendall(b"bye")
        assert theirs.recv(100) == b"bye"


STALLS = {
    "in the head": b"POST /webhook HTTP/1.1\r\nHost:",
    "in the body": head("Content-Length: 900") + b"{",
    "in a chunk": head(CHUNKED) + b"5\r\nab",
    "after a refusal": head("Content-Length: 900", signature=None) + b"{",
    "before the first byte": b"",
}


def test_many_that_stall_stop_nobody_else(port: int) -> None:
    with ExitStack() as many:
        stalled = [many.enter_context(connection(port, sent)) for _ in range(3) for sent in STALLS.values()]
        assert alive(port)
        assert {status(opened) for opened in stalled} <= {0, 401, 408, 503}


FLOODS = {
    "a body without a signature": (head("Content-Length: 9000000000", signature=None), b" " * 1_000_000),
    "a body that is too large": (head("Content-Length: 9000000000"), b" " * 1_000_000),
    "small chunks without a signature": (head(CHUNKED, signature=None), b"1\r\n{\r\n" * 100_000),
    "small chunks": (head(CHUNKED), b"1\r\n{\r\n" * 100_000),
    "requests": (b"", b"GET /nothing HTTP/1.1\r\nHost: charrette\r\n\r\n" * 10_000),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_one_whose_next_bytes_are_always_there_stops_nobody_else(port: int, flood: str) -> None:
    first, rest = FLOODS[flood]
    over = threading.Event()

    def send() -> None:
        while not over.is_set():
            with suppress(OSError), connection(port, first) as opened:
                while not over.is_set():
                    opened.sendall(rest)

    with ThreadPoolExecutor() as others:
        others.submit(send)
        time.sleep(0.2)
        try:
            assert alive(port)
        finally:
            over.set()


def test_one_that_drips_is_cut_off(port: int) -> None:
    with connection(port, head("Content-Length: 90000")) as opened, pytest.raises(OSError, match=r"reset|[Pp]ipe"):
        drip(opened)


def test_a_small_body_that_drips_is_refused(port: int) -> None:
    with connection(port, head("Content-Length: 900"), b"{") as opened:
        assert status(opened) == 408
    assert alive(port)


@pytest.mark.parametrize(
    ("length", "seconds"),
    [(0, 3.0), (1, 3.0), (256 * 1024, 3.0), (512 * 1024, 6.0), (25 * 1024 * 1024, 12.0), (None, 12.0)],
)
def test_a_larger_body_has_more_time_in_proportion(length: int | None, seconds: float) -> None:
    reader = SimpleNamespace() if length is None else SimpleNamespace(length=length)
    assert server._patience(SimpleNamespace(reader=reader)) == seconds


def test_as_many_slow_senders_as_there_are_connections_keep_nobody_out(port: int) -> None:
    with ExitStack() as many:
        first = head("Content-Length: 900")
        slow = [many.enter_context(connection(port, first, b"{")) for _ in range(server.CONNECTIONS)]
        with dripping(slow), connection(port, head(LENGTH), BODY) as good:
            assert status(good) == 202
        statuses = {status(each) for each in slow}
        assert 408 in statuses
        # Whoever sends on may find the connection ended before the answer is read.
        assert statuses <= {0, 408}


@contextmanager
def dripping(many: list[socket.socket]) -> Iterator[None]:
    """Each sends a byte now and then."""
    over = threading.Event()

    def send() -> None:
        while not over.wait(0.05):
            for each in many:
                with suppress(OSError):
                    each.sendall(b"{")

    with ThreadPoolExecutor() as others:
        others.submit(send)
        try:
            yield
        finally:
            over.set()


def drip(opened: socket.socket) -> None:
    """A byte now and then, for ten seconds."""
    for _ in range(200):
        opened.sendall(b"{")
        time.sleep(0.05)


def test_only_so_many_large_bodies_are_read_at_once(port: int) -> None:
    with ExitStack() as many:
        for _ in range(4):
            many.enter_context(connection(port, head("Content-Length: 90000"), b"{"))
        time.sleep(0.2)
        with connection(port, head("Content-Length: 90000")) as one_more:
            assert status(one_more) == 503
        with connection(port, head(LENGTH), BODY) as small:
            assert status(small) == 202
