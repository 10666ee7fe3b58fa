"""What became of a plan's issues: who works on them, what closed them, and what a merged pull request closed.

https://docs.github.com/graphql/reference/objects#issue, https://docs.github.com/graphql/reference/objects#pullrequest
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from github import GithubException
from github.Repository import Repository as TheirRepository

from bot.core.living.closing import Merge
from bot.core.living.known import Hands, Merged, Working
from bot.core.tracking.shape import Written

from .issues import PAGE, Asks, passing

_ASSIGNED = "number closedAt assignees(first: 10) { nodes { login } }"
_PULLS = (
    "closedByPullRequestsReferences(first: 20, includeClosedPrs: true) "
    "{ nodes { number state mergedAt author { login } repository { databaseId } } }"
)
_CLOSED = "closingIssuesReferences(first: 50) { nodes { number repository { databaseId } %s } }"
_ABOVE = "parent { number subIssues(first: 100) { nodes { number state } } }"


def hands(asks: Asks, repository: int, issues: Sequence[Written]) -> Mapping[int, Hands]:
    """Who works on each issue, by number. An older GitHub doesn't say which pull requests close an issue."""
    found: dict[int, Hands] = {}
    for first in range(0, len(issues), PAGE):
        ids = [each.node for each in issues[first : first + PAGE]]
        for node in _either(lambda more, ids=ids: _nodes(asks, ids, "Issue", f"{_ASSIGNED} {more}"), _PULLS):
            found[node["number"]] = _hands(node, repository)
    return found


def merge(asks: Asks, repository: TheirRepository, number: int) -> Merge | None:
    """The merge of a pull request; None if it is not merged, or not into the default branch."""
    pull = repository.get_pull(number)
    if not pull.merged or pull.base.ref != repository.default_branch:
        return None
    nodes = _either(lambda above: _nodes(asks, [pull.node_id], "PullRequest", _CLOSED % above), _ABOVE)
    here = [
        each
        for node in nodes
        for each in (node.get("closingIssuesReferences") or {}).get("nodes") or ()
        if each and each["repository"]["databaseId"] == pull.base.repo.id
    ]
    closing = tuple(each["number"] for each in here)
    above = {each["number"]: each["parent"] for each in here if each.get("parent")}
    return Merge(
        number,
        pull.title,
        pull.body or "",
        pull.head.ref,
        closing,
        parents={child: parent["number"] for child, parent in above.items()},
        whole=tuple(dict.fromkeys(each["number"] for each in above.values() if _whole(each, closing))),
        on=pull.merged_at.date().isoformat() if pull.merged_at else "",
    )


def _whole(parent: Mapping[str, Any], closing: Sequence[int]) -> bool:
    """Whether all sub-issues are closed. Those that this merge closes count, even if not shown as closed yet."""
    below = parent["subIssues"]["nodes"]
    return len(below) < PAGE and all(each["state"] == "CLOSED" or each["number"] in closing for each in below if each)


def _hands(node: Mapping[str, Any], repository: int) -> Hands:
    pulls = [each for each in (node.get("closedByPullRequestsReferences") or {}).get("nodes") or () if each]
    here = [each for each in pulls if each["repository"]["databaseId"] == repository]
    merged = max((each for each in here if each["state"] == "MERGED"), key=lambda each: each["mergedAt"], default=None)
    return Hands(
        tuple(each["login"] for each in node["assignees"]["nodes"] if each),
        tuple(Working(each["number"], _login(each)) for each in here if each["state"] == "OPEN"),
        Merged(merged["number"], merged["mergedAt"][:10]) if merged else None,
        (node["closedAt"] or "")[:10],
    )


def _login(pull: Mapping[str, Any]) -> str:
    """The author's login. GitHub has null for an account that no longer exists, and displays `ghost`."""
    return str((pull["author"] or {"login": "ghost"})["login"])


def _either(ask: Any, fields: str) -> Sequence[Mapping[str, Any]]:
    """The query's result with additional fields, or without them if this GitHub doesn't have them."""
    try:
        return list(ask(fields))
    except GithubException as error:
        if error.status != 400 or passing(error):
            raise
        return list(ask(""))


def _nodes(asks: Asks, ids: Sequence[str], kind: str, fields: str) -> Iterator[Mapping[str, Any]]:
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {kind} {{ {fields} }} }} }}"
    for node in asks.graphql_query(query, {"ids": list(ids)})[1]["data"]["nodes"]:
        if node:
            yield node
