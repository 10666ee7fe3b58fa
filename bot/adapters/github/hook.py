"""The App's webhook deliveries and their results, where it is installed, and who put a label on an issue.

https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.core.errors import MissingError
from bot.core.identity import Repository
from bot.core.ports import Attempt, Delivery, Hook

from .requester import Requester
from .tokens import Tokens
from .translate import translated

# Pages of a hundred: deliveries that failed longer ago than these hold are lost.
MOST_PAGES = 50
# Repositories of one installation that are looked through for labels, and issues of one.
MOST_REPOSITORIES, MOST_ISSUES = 300, 100
NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


class AppHook(Hook):
    """Implements `Hook`. `reader` makes a client that can only read the issues of a whole installation."""

    def __init__(self, tokens: Tokens, reader: Callable[[int], Requester]) -> None:
        self._tokens, self._reader = tokens, reader

    def attempts(self, above: int, since: str) -> Sequence[Attempt]:
        """Newest first. GitHub keeps them for about three days."""
        found: list[Attempt] = []
        cursor: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            headers, page = self._tokens.ask("GET", "/app/hook/deliveries", parameters={"per_page": "100", **cursor})
            for each in page:
                if each["id"] <= above or each["delivered_at"] < since:
                    return found
                well = 200 <= each["status_code"] < 400
                found.append(Attempt(each["id"], each["guid"], each["delivered_at"], well))
            following = re.search(r'[?&]cursor=([^&>]+)[^>]*>;\s*rel="next"', headers.get("link", ""))
            if following is None:
                break
            cursor = {"cursor": following[1]}
        return found

    def redeliver(self, attempt: int) -> None:
        self._tokens.ask("POST", f"/app/hook/deliveries/{attempt}/attempts")

    def repositories(self) -> Iterator[Repository]:
        """All installations' repositories, except those that are archived or have no issues."""
        for page in range(1, MOST_PAGES):
            asked = {"per_page": "100", "page": str(page)}
            found = self._tokens.ask("GET", "/app/installations", parameters=asked)[1]
            for installation in found:
                if not installation.get("suspended_at"):
                    yield from self._of_installation(installation["id"])
            if len(found) < 100:
                return

    def _of_installation(self, installation: int) -> Iterator[Repository]:
        listed = self._all(installation, "/installation/repositories", MOST_REPOSITORIES, "repositories")
        for each in listed:
            if each["has_issues"] and not each["archived"] and not each["disabled"]:
                yield Repository(each["id"], each["full_name"], installation)

    def repository(self, full_name: str) -> Repository:
        installation = self._tokens.ask("GET", f"/repos/{full_name}/installation")[1]["id"]
        found = self._get(installation, f"/repos/{full_name}")[1]
        return Repository(found["id"], found["full_name"], installation)

    def labelled(self, repository: Repository, label: str) -> Sequence[int]:
        """A conditional request: costs nothing if nothing changed."""
        path = f"/repositories/{repository.id}/issues"
        found = self._all(repository.installation, path, MOST_ISSUES, labels=label, state="open")
        return [each["number"] for each in found if "pull_request" not in each]

    def labelling(self, repository: Repository, number: int, label: str) -> Delivery | None:
        """From the issue's own events, which say who did it; the payload is like the webhook's."""
        path = f"/repositories/{repository.id}/issues/{number}"
        try:
            issue = self._get(repository.installation, path)[1]
            events = list(self._all(repository.installation, f"{path}/events", 1000))
        except MissingError:
            return None
        wanted = (each for each in reversed(events) if each["event"] == "labeled" and each["label"]["name"] == label)
        put_on = next(wanted, None)
        if put_on is None or put_on["actor"] is None:
            return None
        payload = {
            "action": "labeled",
            "issue": issue,
            "label": put_on["label"],
            "sender": put_on["actor"],
            "repository": {"id": repository.id, "full_name": repository.full_name},
            "installation": {"id": repository.installation},
        }
        id = f"missed-{repository.id}-{put_on['id']}"
        return Delivery(id, "issues", json.dumps(payload).encode(), at=put_on["created_at"])

    def _get(self, installation: int, path: str, **parameters: str) -> tuple[dict[str, Any], Any]:
        reader = self._reader(installation)
        try:
            with translated(reader.limiter):
                return reader.requestJsonAndCheck("GET", path, parameters=parameters)
        finally:
            reader.close()

    def _all(self, installation: int, path: str, most: int, key: str = "", **parameters: str) -> Iterator[Any]:
        """The items of all pages, from a list or from an object with the list under a key; at most a given number."""
        seen, following = 0, None
        while seen < most:
            address = following[1] if following else path
            headers, page = self._get(installation, address, **({} if following else {"per_page": "100", **parameters}))
            items = page[key] if key else page
            yield from items
            seen += len(items)
            following = NEXT.search(headers.get("link", ""))
            if following is None:
                return
