"""A person at the hub: the few things that people do there, through the same REST API that GitHub has."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from bot.core.errors import PersonError

# The hub is on this machine: no proxy of the environment is asked.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Person:
    """Somebody with a token, in one repository. Answers are GitHub's own JSON."""

    login: str
    token: str
    api: str
    repository: str

    def ask(self, method: str, path: str, data: Any = None) -> Any:
        """One request, below the repository; `PersonError` with the server's words where it is refused."""
        request = urllib.request.Request(
            f"{self.api}/repos/{self.repository}{path}",
            method=method,
            data=None if data is None else json.dumps(data).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with _DIRECT.open(request, timeout=30) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise PersonError(f"{method} {path} was refused: {error.code} {error.read().decode()[:300]}") from error
        return json.loads(text) if text else None

    def get(self, path: str) -> Any:
        """Reads something."""
        return self.ask("GET", path)

    def open_issue(self, title: str, body: str) -> Any:
        """A new issue."""
        return self.ask("POST", "/issues", {"title": title, "body": body})

    def label(self, issue: int, name: str) -> None:
        """Puts a label on."""
        self.ask("POST", f"/issues/{issue}/labels", {"labels": [name]})

    def comment(self, issue: int, body: str) -> None:
        """Writes a comment."""
        self.ask("POST", f"/issues/{issue}/comments", {"body": body})

    def comments(self, issue: int) -> list[Any]:
        """All comments of an issue."""
        found: list[Any] = self.get(f"/issues/{issue}/comments?per_page=100")
        return found

    def text(self, path: str, ref: str) -> str:
        """A file at a ref."""
        found = self.get(f"/contents/{path}?ref={ref}")
        return base64.b64decode(found["content"]).decode()
