"""What the bot asked of the hub, seen by a middleware: no request of the bench's own disturbs the measurement."""

import io
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

STATUS = re.compile(r"charrette:key=status run=(\d+)\.(\d+)\.")
HEADLINE = re.compile(r"^\*\*(.+)\*\*$", re.MULTILINE)
EYES = re.compile(r"/repositories/(\d+)/issues/(\d+)/reactions$")
LABELS = re.compile(r"/repositories/(\d+)/labels$")
PERSON = "Python-urllib"


@dataclass(frozen=True)
class Seen:
    """One request of the bot's, when it was answered."""

    at: float
    method: str
    path: str
    status: int

    @property
    def kind(self) -> str:
        """Read, unchanged (304), write, token or git."""
        if "/api/" not in self.path:
            return "git"
        if self.path.endswith("/access_tokens"):
            return "token"
        if self.method != "GET":
            return "write"
        return "unchanged" if self.status == 304 else "read"

    @property
    def route(self) -> str:
        """The request with names and numbers taken out, to be counted."""
        path = self.path.partition("/api/")[2] or self.path.rpartition("/")[2]
        path = re.sub(r"(repos|heads)/[^/]+(/[^/]+)?", r"\1/…", path)
        return f"{self.method} {re.sub(r'/[0-9a-f]{40}|/[0-9]+', '/N', path)} {self.status}"


@dataclass
class Traffic:
    """Every request of the bot's, which repositories got labels, and what its status comments came to say."""

    seen: list[Seen] = field(default_factory=list)
    said: dict[tuple[int, int], list[tuple[float, str]]] = field(default_factory=dict)
    welcomed: set[int] = field(default_factory=set)
    eyes: dict[tuple[int, int], float] = field(default_factory=dict)
    ready: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def middleware(self, app: Any) -> Any:
        """Around the hub's application."""

        def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            path: str = environ["PATH_INFO"]
            if PERSON in environ.get("HTTP_USER_AGENT", "") or path.startswith("/_hub"):
                answer: Iterable[bytes] = app(environ, start_response)
                return answer
            body = b""
            if "/api/" in path and environ.get("CONTENT_LENGTH"):
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                environ["wsgi.input"] = io.BytesIO(body)
            status = [0]

            def started(line: str, headers: Any, *more: Any) -> Any:
                status[0] = int(line.split(maxsplit=1)[0])
                return start_response(line, headers, *more)

            answer = app(environ, started)
            self._note(Seen(time.monotonic(), environ["REQUEST_METHOD"], path, status[0]), body)
            return answer

        return wrapped

    def _note(self, seen: Seen, body: bytes) -> None:
        with self.lock:
            self.seen.append(seen)
            if seen.method == "GET" or seen.status >= 400:
                return
            if found := EYES.search(seen.path):
                self.eyes.setdefault((int(found[1]), int(found[2])), seen.at)
            if found := LABELS.search(seen.path):
                self.welcomed.add(int(found[1]))
            if b"markPullRequestReadyForReview" in body:
                self.ready.append(seen.at)
            if b"charrette:key=status" in body:
                text = json.loads(body).get("body", "")
                run, headline = STATUS.search(text), HEADLINE.search(text)
                if run and headline:
                    self.said.setdefault((int(run[1]), int(run[2])), []).append((seen.at, headline[1]))

    def when(self, subject: tuple[int, int], words: str) -> float | None:
        """When the status of (repository, issue) first had these words."""
        return next((at for at, said in self.said.get(subject, []) if words in said), None)

    def until(self, there: Callable[[], bool], what: str, patience: float = 120.0) -> None:
        """Waits without asking the hub anything."""
        end = time.monotonic() + patience
        while not there():
            if time.monotonic() > end:
                last = {subject: said[-1][1] for subject, said in self.said.items()}
                raise TimeoutError(f"{what} did not come in {patience:.0f} s. The statuses are: {last}")
            time.sleep(0.01)

    def until_said(self, subjects: Sequence[tuple[int, int]], words: str, patience: float = 120.0) -> None:
        """Waits until the status of each of these says so."""
        self.until(lambda: all(self.when(subject, words) for subject in subjects), words, patience)

    def quiet(self, seconds: float = 0.5) -> float:
        """Waits until nothing was asked for so long; returns when the last request was answered."""
        while (last := self.seen[-1].at if self.seen else 0.0) > time.monotonic() - seconds:
            time.sleep(0.05)
        return last

    def kinds(self, since: int = 0) -> Counter[str]:
        """How many requests there were of each kind, from the request with this index on."""
        return Counter(seen.kind for seen in self.seen[since:])

    def routes(self, since: int = 0) -> Counter[str]:
        """How many requests there were of each route."""
        return Counter(seen.route for seen in self.seen[since:])
