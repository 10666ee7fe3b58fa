"""GraphQL, as far as it is used: reads of issues in batches, and what REST can't do to pull requests and comments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from flask import Flask, Response, request
from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync
from graphql.type import GraphQLObjectType

from bot.hub.api.dispatch import refusal
from bot.hub.resources.issues import issue_node_id, issue_page, labels_of
from bot.hub.resources.view import Json, View, node_id, of_node_id

from .access import allow
from .auth import identify
from .facts import Comment, Issue, PullRequest, Repository, SubIssue
from .hub import Actor, Hub, RefusedError
from .operations import comments, issues, pulls, relations
from .store import AbsentError
from .writes import record

SDL = Path(__file__).with_name("schema.graphql")
PAGE = 100
READS = ("issues", "pull_requests")
Info: TypeAlias = Any


class Asked:
    """One GraphQL request: the hub, who asks, and the mutations that it made."""

    def __init__(self, hub: Hub, view: View, actor: Actor) -> None:
        self.hub, self.view, self.actor = hub, view, actor
        self.mutations: list[str] = []

    def repository(self, fact: Repository) -> Json:
        """A repository, with its issues by number."""
        owner = self.view.account(fact.owner_id)
        return {
            "__typename": "Repository",
            "id": node_id("Repository", fact.id),
            "databaseId": fact.id,
            "name": fact.name,
            "nameWithOwner": self.view.full_name(fact),
            "owner": {"__typename": owner.kind, "login": owner.login},
            "url": self.view.repo_html(fact),
            "issue": lambda _, number: self.issue(self.hub.store.issue(fact, number)),
            "pullRequest": lambda _, number: self.pull_request(self.hub.store.pull_request(fact, number)),
            "issues": lambda _, **arguments: self._issues(fact, **arguments),
        }

    def _issues(
        self,
        repository: Repository,
        first: int,
        after: str | None = None,
        states: Sequence[str] | None = None,
        labels: Sequence[str] | None = None,
    ) -> Json:
        found = self.hub.store.all(Issue, repository_id=repository.id, is_pull_request=False)
        if states:
            found = [each for each in found if each.state.upper() in states]
        if labels:
            wanted = {name.lower() for name in labels}
            found = [each for each in found if wanted & {label.name.lower() for label in labels_of(self.view, each)}]
        return connection([self.issue(each) for each in found], first, after)

    def issue(self, fact: Issue) -> Json:
        """An issue, with what hangs on it."""
        store, hub = self.hub.store, self.hub
        repository = store.get(Repository, fact.repository_id)
        author = self.view.account(fact.author_id)
        above = store.find(SubIssue, child_id=fact.id)
        labels = [{"name": each.name, "color": each.color} for each in labels_of(self.view, fact)]
        return {
            "__typename": "Issue",
            "id": issue_node_id(self.view, fact),
            "databaseId": fact.id,
            "fullDatabaseId": str(fact.id),
            "number": fact.number,
            "title": fact.title,
            "body": fact.body or "",
            "url": issue_page(self.view, repository, fact),
            "state": fact.state.upper(),
            "stateReason": fact.state_reason.upper() or None,
            "createdAt": fact.created_at,
            "updatedAt": fact.updated_at,
            "closedAt": fact.closed_at or None,
            "author": {"__typename": author.kind, "login": author.login.removesuffix("[bot]")},
            "repository": lambda _: self.repository(repository),
            "parent": lambda _: self.issue(store.get(Issue, above.parent_id)) if above else None,
            "labels": lambda _, first, after=None: connection(labels, first, after),
            "subIssues": lambda _, first, after=None: self._connected(relations.sub_issues(hub, fact), first, after),
            "blockedBy": lambda _, first, after=None: self._connected(relations.blockers(hub, fact), first, after),
            "blocking": lambda _, first, after=None: self._connected(relations.blocked(hub, fact), first, after),
            "assignees": lambda _, first, after=None: connection(
                [{"login": self.view.account(each).login} for each in fact.assignee_ids], first, after
            ),
            "closedByPullRequestsReferences": lambda _, first=PAGE, after=None, **which: connection(
                [self.pull_request(each) for each in pulls.closing(hub, repository, fact, **which)], first, after
            ),
            "comments": lambda _, first, after=None: connection(
                [self.comment(each) for each in store.all(Comment, issue_id=fact.id)], first, after
            ),
        }

    def _connected(self, found: list[Issue], first: int, after: str | None) -> Json:
        return connection([self.issue(each) for each in found], first, after)

    def pull_request(self, fact: PullRequest) -> Json:
        """A pull request, with the values of its issue side."""
        issue = self.hub.store.get(Issue, fact.issue_id)
        state = "MERGED" if fact.merged_at else issue.state.upper()
        return {
            **self.issue(issue),
            "__typename": "PullRequest",
            "databaseId": fact.id,
            "state": state,
            "isDraft": fact.draft,
            "merged": bool(fact.merged_at),
            "mergedAt": fact.merged_at or None,
            "closingIssuesReferences": lambda _, first=PAGE, after=None: self._connected(
                pulls.closes(self.hub, fact), first, after
            ),
            "headRefName": fact.head_ref,
            "headRefOid": fact.head_sha,
            "baseRefName": fact.base_ref,
        }

    def comment(self, fact: Comment) -> Json:
        """A comment of a conversation."""
        author = self.view.account(fact.author_id)
        return {
            "__typename": "IssueComment",
            "id": node_id("Comment", fact.id),
            "databaseId": fact.id,
            "body": fact.body,
            "createdAt": fact.created_at,
            "updatedAt": fact.updated_at,
            "author": {"__typename": author.kind, "login": author.login.removesuffix("[bot]")},
            "isMinimized": bool(fact.minimized),
            "minimizedReason": fact.minimized or None,
        }

    def node(self, ident: str) -> Issue | PullRequest | Comment | Repository:
        """The fact with this node id, if the asker may read it."""
        kinds: dict[str, type[Issue | PullRequest | Comment | Repository]] = {
            "Issue": Issue,
            "PullRequest": PullRequest,
            "Comment": Comment,
            "Repository": Repository,
        }
        kind, number = of_node_id(ident)
        if kind not in kinds:
            raise AbsentError(ident)
        found = self.hub.store.get(kinds[kind], number)
        self.reading(found if isinstance(found, Repository) else self.home(found))
        return found

    def home(self, fact: Issue | PullRequest | Comment) -> Repository:
        """The repository that it belongs to."""
        return self.hub.store.get(Repository, fact.repository_id)

    def reading(self, repository: Repository) -> None:
        """The asker may read it; RefusedError else."""
        allow(self.hub, self.actor, repository, READS, "read", "read")

    def shown(self, fact: Issue | PullRequest | Comment | Repository) -> Json:
        """The fact as GraphQL shows it."""
        match fact:
            case Issue():
                return self.issue(fact)
            case PullRequest():
                return self.pull_request(fact)
            case Comment():
                return self.comment(fact)
            case Repository():
                return self.repository(fact)


def connection(items: Sequence[Any], first: int, after: str | None) -> Json:
    """A page of a list, GitHub's way: at most 100 nodes."""
    if not 1 <= first <= PAGE:
        raise GraphQLError(f"Requesting {first} records exceeds the `first` limit of {PAGE} records.")
    start = int(after) if after and after.isdigit() else 0
    rows = list(items[start : start + first])
    end = start + len(rows)
    return {
        "totalCount": len(items),
        "nodes": rows,
        "pageInfo": {
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
            "startCursor": str(start),
            "endCursor": str(end),
        },
    }


def _node(_: object, info: Info, id: str) -> Json:
    asked: Asked = info.context
    return asked.shown(asked.node(id))


def _nodes(_: object, info: Info, ids: Sequence[str]) -> list[Json]:
    return [_node(_, info, ident) for ident in ids]


def _repository(_: object, info: Info, owner: str, name: str) -> Json:
    asked: Asked = info.context
    found = asked.hub.store.repository(owner, name)
    asked.reading(found)
    return asked.repository(found)


def _viewer(_: object, info: Info) -> Json:
    account = info.context.actor.account
    return {"login": account.login, "id": node_id("Account", account.id), "databaseId": account.id}


def _set_draft(info: Info, sent: Json, draft: bool, name: str) -> Json:
    asked: Asked = info.context
    fact = asked.node(sent["pullRequestId"])
    if not isinstance(fact, PullRequest):
        raise AbsentError(sent["pullRequestId"])
    made = pulls.set_draft(asked.hub, asked.actor, asked.home(fact), fact, draft)
    asked.mutations.append(name)
    return {"clientMutationId": sent.get("clientMutationId"), "pullRequest": asked.pull_request(made)}


def _ready(_: object, info: Info, input: Json) -> Json:
    return _set_draft(info, input, False, "markPullRequestReadyForReview")


def _draft(_: object, info: Info, input: Json) -> Json:
    return _set_draft(info, input, True, "convertPullRequestToDraft")


def _fold(info: Info, sent: Json, reason: str, name: str) -> tuple[Json, str | None]:
    asked: Asked = info.context
    fact = asked.node(sent["subjectId"])
    if not isinstance(fact, Comment):
        raise AbsentError(sent["subjectId"])
    made = comments.minimize(asked.hub, asked.actor, asked.home(fact), fact, reason)
    asked.mutations.append(name)
    return asked.comment(made), sent.get("clientMutationId")


def _minimize(_: object, info: Info, input: Json) -> Json:
    shown, mutation = _fold(info, input, input["classifier"], "minimizeComment")
    return {"minimizedComment": shown, "clientMutationId": mutation}


def _unminimize(_: object, info: Info, input: Json) -> Json:
    shown, mutation = _fold(info, input, "", "unminimizeComment")
    return {"unminimizedComment": shown, "clientMutationId": mutation}


def _delete_issue(_: object, info: Info, input: Json) -> Json:
    asked: Asked = info.context
    fact = asked.node(input["issueId"])
    if not isinstance(fact, Issue):
        raise AbsentError(input["issueId"])
    home = asked.home(fact)
    issues.delete(asked.hub, asked.actor, home, fact)
    asked.mutations.append("deleteIssue")
    return {"clientMutationId": input.get("clientMutationId"), "repository": asked.repository(home)}


FEATURES = {"sub_issues": ("parent", "subIssues"), "dependencies": ("blockedBy", "blocking")}


@cache
def schema(lacking: frozenset[str] = frozenset()) -> GraphQLSchema:
    """The SDL with its resolvers, less the fields of features that are lacking."""
    built = build_schema(SDL.read_text())
    issue = built.type_map["Issue"]
    assert isinstance(issue, GraphQLObjectType)
    for name in (field for feature in lacking for field in FEATURES[feature]):
        del issue.fields[name]
    resolvers: dict[str, dict[str, Any]] = {
        "Query": {"node": _node, "nodes": _nodes, "repository": _repository, "viewer": _viewer},
        "Mutation": {
            "markPullRequestReadyForReview": _ready,
            "convertPullRequestToDraft": _draft,
            "minimizeComment": _minimize,
            "unminimizeComment": _unminimize,
            "deleteIssue": _delete_issue,
        },
    }
    for name, fields in resolvers.items():
        kind = built.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        for field, resolver in fields.items():
            kind.fields[field].resolve = resolver
    return built


def _error(error: GraphQLError) -> Json:
    shown: Json = {"message": error.message}
    match error.original_error:
        case AbsentError():
            kind, message = "NOT_FOUND", "Could not resolve to a node with the given id, owner, name or number."
        case RefusedError(status=403):
            kind, message = "FORBIDDEN", str(error.original_error)
        case RefusedError():
            kind, message = "UNPROCESSABLE", str(error.original_error)
        case _:
            kind, message = "", error.message
    shown["message"] = message
    return {**shown, **({"type": kind} if kind else {}), "path": error.path or []}


def register(app: Flask, hub: Hub) -> None:
    """`/api/graphql`, where GitHub Enterprise has it."""
    schema()

    def graphql() -> Response:
        try:
            actor = identify(hub, request.headers.get("Authorization", "")).actor
            if actor.account.id == 0:
                raise RefusedError(401, "This endpoint requires you to be authenticated.")
        except RefusedError as error:
            return refusal(error)
        raw = request.get_data()
        sent = request.get_json(silent=True)
        if not isinstance(sent, dict) or not isinstance(sent.get("query"), str):
            return refusal(RefusedError(400, "A query attribute must be specified and must be a string."))
        asked = Asked(hub, View(hub, request.host_url.rstrip("/")), actor)
        done = graphql_sync(
            schema(frozenset(hub.lacking)), sent["query"], context_value=asked, variable_values=sent.get("variables")
        )
        for name in asked.mutations:
            record(hub, "POST", request.path, f"graphql/{name}", actor.account.login, 200, raw)
        body: Json = {"data": done.data}
        if done.errors:
            body["errors"] = [_error(error) for error in done.errors]
        return Response(json.dumps(body), content_type="application/json; charset=utf-8")

    app.add_url_rule("/api/graphql", "graphql", graphql, methods=["POST"])
