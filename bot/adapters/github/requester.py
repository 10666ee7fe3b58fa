"""Sends an installation's requests: rate-limited, with a current token, and conditional, so unchanged data is free."""

import json
import re
from collections.abc import Mapping
from typing import Any

import github.Requester

from .cache import Answer, Answers
from .limiter import Lane, Limiter
from .tokens import TIMEOUT, LiveToken, retry
from .translate import named_rest

_EYES = re.compile(r"/reactions$")
_ANSWER = re.compile(r"/issues/\d+/comments$")


class Requester(github.Requester.Requester):
    """PyGithub's requester, used by all its objects, with what it lacks.

    Reads are conditional: known data is requested with its ETag, and a 304, which doesn't count against the limit,
    returns it again. Nothing is returned without asking. Writes wait for their turn. A token that GitHub rejects is
    replaced once for each request. Not for sharing between threads; `limiter` and `answers` are shared.
    """

    def __init__(self, api_url: str, auth: LiveToken, limiter: Limiter, answers: Answers) -> None:
        super().__init__(
            auth,
            api_url,
            TIMEOUT,
            "charrette",
            per_page=100,
            verify=True,
            retry=retry(),
            pool_size=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
        )
        self.limiter = limiter
        self._token, self._answers = auth, answers

    def requestJson(  # noqa: N802
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        input: Any | None = None,
        cnx: Any | None = None,
        follow_302_redirect: bool = False,
    ) -> tuple[int, dict[str, Any], str]:
        """Status, headers and body of one request."""

        def ask(more: Mapping[str, str]) -> tuple[int, dict[str, Any], str]:
            # PyGithub adds to the headers that it is given.
            given = {**(headers or {}), **more}
            return super(Requester, self).requestJson(
                verb, url, parameters, given, input, cnx, follow_302_redirect=follow_302_redirect
            )

        def asked(more: Mapping[str, str]) -> tuple[int, dict[str, Any], str]:
            status, said, body = ask(more)
            if status == 401:
                # It was not done: the token expired, or was revoked, in the middle. Once, with a new one.
                self._token.renew()
                status, said, body = ask(more)
            self._note(verb, status, said)
            return status, said, body

        if verb != "GET" and not _reads(url, input):
            # A token that has to be minted first keeps no other from writing.
            self._token.ready()
            with self.limiter.write(lane(verb, url)):
                return asked({})
        self.limiter.read()
        if verb != "GET":
            return asked({})
        key = (self._token.scope, url, json.dumps([parameters, headers], sort_keys=True))
        kept = self._answers.get(key)
        status, said, body = asked({"If-None-Match": kept.etag} if kept else {})
        if kept and status == 304:
            return 200, {**kept.headers, **said}, kept.body
        if status == 200 and (etag := said.get("etag")):
            self._answers.put(key, Answer(etag, said, body))
        return status, said, body

    def _note(self, verb: str, status: int, headers: Mapping[str, str]) -> None:
        """Evaluates the response's rate-limit headers: if the limit is used up, no further request is sent."""
        if status >= 400:
            return
        if verb != "GET":
            self.limiter.answered()
        used_up = headers.get("x-ratelimit-remaining") == "0"
        if used_up and headers.get("x-ratelimit-resource", "core") == "core" and (seconds := named_rest(headers)):
            self.limiter.rest(seconds)


def _reads(url: str, sent: object) -> bool:
    """Whether a POST changes nothing, because it is a GraphQL query."""
    return url.endswith("/graphql") and isinstance(sent, dict) and str(sent.get("query", "")).startswith("query")


def lane(verb: str, url: str) -> Lane:
    """The priority of a write: reactions first, then new comments on an issue or pull request, then the rest."""
    if verb == "POST" and _EYES.search(url):
        return Lane.EYES
    return Lane.ANSWER if verb == "POST" and _ANSWER.search(url) else Lane.WORK
