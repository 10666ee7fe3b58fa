"""The issues that our App opened: listed by creator through REST, and their relations through GraphQL.

In some installations of GitHub, GraphQL's filter by creator finds nothing for an App's user, and REST's may not either.
If REST finds nothing, issues are listed by the label that all of them got.

https://docs.github.com/rest/issues/issues#list-repository-issues
https://docs.github.com/rest/issues/sub-issues, https://docs.github.com/rest/issues/issue-dependencies
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from github import GithubException

from bot.core.tracking.shape import Relations, Written

LABEL = "plan"
PAGE = 100
_NEXT = re.compile(r'<([^>]+)>; rel="next"')
_FIELDS = {
    "parent": "parent { number repository { databaseId } }",
    "blockedBy": "blockedBy(first: 100) { nodes { number repository { databaseId } } }",
}
_KINDS = 'query { __type(name: "Issue") { fields { name } } }'


class Asks(Protocol):
    """PyGithub's requester."""

    def requestJsonAndCheck(  # noqa: N802
        self, verb: str, url: str, parameters: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], Any]: ...

    def graphql_query(self, query: str, variables: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]: ...


def written(asks: Asks, repository: str, login: str, newest: int) -> Sequence[Written]:
    """The issues of our own user only, whatever labels or texts say."""
    found = list(_listed(asks, f"{repository}/issues", newest, creator=login))
    if not found:
        found = list(_listed(asks, f"{repository}/issues", newest, labels=LABEL))
    return [shape(each) for each in found if "pull_request" not in each and (each["user"] or {}).get("login") == login]


def _listed(asks: Asks, url: str, newest: int, **parameters: str) -> Iterator[Mapping[str, Any]]:
    parameters |= {"state": "all", "sort": "created", "direction": "desc", "per_page": str(newest or PAGE)}
    address: str | None = url
    while address:
        headers, page = asks.requestJsonAndCheck("GET", address, parameters if address == url else None)
        yield from page
        following = _NEXT.search(headers.get("link", ""))
        address = following[1] if following and not newest else None


def shape(issue: Mapping[str, Any]) -> Written:
    """REST's issue as the core's value."""
    return Written(
        number=issue["number"],
        id=issue["id"],
        node=issue["node_id"],
        title=issue["title"],
        body=issue["body"] or "",
        open=issue["state"] == "open",
        reason=issue.get("state_reason") or "",
        milestone=(issue.get("milestone") or {}).get("number", 0),
        labels=tuple(label["name"] for label in issue["labels"]),
    )


def relations(asks: Asks, repository: int, issues: Sequence[Written]) -> Relations:
    """The relations of all issues, a hundred in each request. Fields that this GitHub lacks are left out."""
    try:
        nodes, kinds = _nodes(asks, issues, _FIELDS), set(_FIELDS)
        if not issues:
            kinds &= _kinds(asks)
    except GithubException as error:
        if error.status != 400 or passing(error):
            raise
        kinds = set(_FIELDS) & _kinds(asks)
        nodes = _nodes(asks, issues, {name: _FIELDS[name] for name in sorted(kinds)})
    parents: dict[int, int] = {}
    blockers: dict[int, tuple[int, ...]] = {}
    for node in nodes:
        if above := node.get("parent"):
            parents[node["number"]] = _here(above, repository)
        found = [_here(each, repository) for each in (node.get("blockedBy") or {}).get("nodes") or () if each]
        if any(found):
            blockers[node["number"]] = tuple(filter(None, found))
    return Relations(parents, blockers, "parent" in kinds, "blockedBy" in kinds)


def _nodes(asks: Asks, issues: Sequence[Written], fields: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Issue {{ number {' '.join(fields.values())} }} }} }}"
    for first in range(0, len(issues) if fields else 0, PAGE):
        ids = [each.node for each in issues[first : first + PAGE]]
        found += (node for node in _data(asks, query, {"ids": ids})["nodes"] if node)
    return found


def passing(error: GithubException) -> bool:
    """Whether the GraphQL error is temporary: an issue was deleted meanwhile, or a limit is reached."""
    errors = error.data.get("errors") if isinstance(error.data, dict) else None
    kinds = {each.get("type") for each in errors or () if isinstance(each, dict)}
    return bool(kinds & {"NOT_FOUND", "RATE_LIMITED"})


def _kinds(asks: Asks) -> set[str]:
    kind = _data(asks, _KINDS, {})["__type"]
    return {field["name"] for field in (kind or {}).get("fields") or ()}


def _data(asks: Asks, query: str, variables: dict[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = asks.graphql_query(query, variables)[1]["data"]
    return found


def _here(issue: Mapping[str, Any], repository: int) -> int:
    """The issue's number; 0 if it is in another repository."""
    number: int = issue["number"]
    return number if issue["repository"]["databaseId"] == repository else 0
