"""How soon a delivery is accepted while slow senders hold all connections of the web process."""

import http.client
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from bot.adapters.store import Store
from bot.web import sign
from bot.web.server import CONNECTIONS
from bot.web.webhook import SMALL
from tests.service import SECRET

from .deliveries import OURS, Contestant, a_body, serving
from .rows import Row, Setting

DELIVERIES = 5
PAUSE = 0.2
# A body of which each sends a byte now and then, with a signature that has the right form.
HEAD = (
    "POST /webhook HTTP/1.1\r\nHost: charrette\r\nContent-Type: application/json\r\nX-GitHub-Delivery: slow\r\n"
    f"X-GitHub-Event: issues\r\nX-Hub-Signature-256: {sign(SECRET, b'')}\r\nContent-Length: {SMALL}\r\n\r\n"
).encode()


def measure(setting: Setting) -> Iterator[Row]:
    """As many slow senders as there are connections, then twice as many; who is cut off begins anew."""
    body = a_body()
    for senders in (CONNECTIONS, 2 * CONNECTIONS):
        folder = setting.folder / str(senders)
        folder.mkdir()
        file = folder / "charrette.sqlite"
        store = Store(f"sqlite:///{file}")
        store.migrate()
        store.close()
        one = Contestant("charrette web", OURS, {"CHARRETTE_WEBHOOK_SECRET": SECRET, "CHARRETTE_LOG_LEVEL": "error"})
        with serving(one, folder, file) as (url, _), _attacked(url, senders):
            took = sorted(_delivered(url, body, n) for n in range(DELIVERIES))
        note = f"the longest of {DELIVERIES}, one after another; the shortest took {took[0]:.1f} s"
        yield Row(f"beside {senders} slow senders: a delivery is accepted after", took[-1], "s", note)


def _delivered(url: str, body: bytes, n: int) -> float:
    """The seconds from its connection to its answer."""
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "issues",
        "X-GitHub-Delivery": f"good-{n}",
        "X-Hub-Signature-256": sign(SECRET, body),
    }
    began = time.monotonic()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request("POST", "/webhook", body, headers)
    status = connection.getresponse().status
    connection.close()
    assert status == 202, f"the delivery was answered with {status}"
    return time.monotonic() - began


@contextmanager
def _attacked(url: str, senders: int) -> Iterator[None]:
    """For a while, so many connections are held by senders that send a byte now and then."""
    over = threading.Event()
    host, _, port = urlsplit(url).netloc.partition(":")
    thread = threading.Thread(target=_attack, args=((host, int(port)), senders, over))
    thread.start()
    time.sleep(1)
    try:
        yield
    finally:
        over.set()
        thread.join()


def _attack(address: tuple[str, int], senders: int, over: threading.Event) -> None:
    with selectors.DefaultSelector() as ended:
        for _ in range(senders):
            ended.register(_begun(address), selectors.EVENT_READ)
        while not over.wait(PAUSE):
            for key, _ in ended.select(0):
                # An answer, or the end.
                ended.unregister(key.fileobj)
                _socket(key).close()
                ended.register(_begun(address), selectors.EVENT_READ)
            for key in list(ended.get_map().values()):
                with suppress(OSError):
                    _socket(key).send(b" ")
        for key in list(ended.get_map().values()):
            _socket(key).close()


def _begun(address: tuple[str, int]) -> socket.socket:
    opened = socket.create_connection(address, timeout=60)
    with suppress(OSError):
        opened.sendall(HEAD)
    return opened


def _socket(key: selectors.SelectorKey) -> socket.socket:
    assert isinstance(key.fileobj, socket.socket)
    return key.fileobj
