"""The model port: one streamed request for each turn, without retries; every outcome is a value."""

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx2
from pydantic import BaseModel

from bot.core.errors import FaultsError, PersonError, TransientError
from bot.core.ports import Reply, Turn

from .recording import Usage
from .replies import caught, of_error, of_message, spent_of
from .requests import body_of
from .settings import OFFICIAL, ModelSettings
from .stream import Assembly, BrokenStreamError
from .transports import ADDRESS, Outgoing, RecordingTransport, ReplayTransport, network

if TYPE_CHECKING:
    from anthropic import Anthropic

CONNECT = 5.0
LIST_SECONDS = 10.0


class AnthropicModel:
    """Implements `bot.core.ports.Model` with the SDK. `Turn.model` is an alias, or the model's own name.

    The SDK is imported with the first request: it has three thousand modules, and a worker starts twice as fast without
    it.
    """

    def __init__(self, settings: ModelSettings, transport: httpx2.BaseTransport) -> None:
        self.replayed = settings.replay is not None
        self._settings = settings
        self._web = settings.official if settings.web == "auto" else settings.web
        self._transport = transport
        self._made: Anthropic | None = None
        self._making = threading.Lock()

    @property
    def _client(self) -> "Anthropic":
        from anthropic import Anthropic, DefaultHttpxClient, Timeout

        with self._making:
            if self._made is None:
                # A key and a URL are always given, since the SDK would else look for them in places of its own.
                self._made = Anthropic(
                    api_key=self._settings.api_key or "none",
                    base_url=self._settings.base_url or OFFICIAL,
                    max_retries=0,
                    timeout=Timeout(self._settings.timeout, connect=CONNECT),
                    http_client=DefaultHttpxClient(transport=self._transport),
                )
            return self._made

    @property
    def notes(self) -> tuple[str, ...]:
        """Which replayed answers were recorded for another request."""
        return self._transport.notes if isinstance(self._transport, ReplayTransport) else ()

    def name(self, alias: str) -> str:
        """The model's name, or `replay` for a recording; `PersonError` for an unknown alias."""
        known = self._known(alias)
        return "replay" if self.replayed else self._settings.aliases[known]

    def capabilities(self) -> frozenset[str]:
        """Contains `web` if web search is available, until the server rejects it."""
        return frozenset({"web"}) if self._web else frozenset()

    def turn(self, turn: Turn) -> Reply:
        """Sends one request. `PersonError` for an unknown alias; whatever the server says is returned, never raised."""
        body = body_of(turn, self._known(turn.model), self._settings)
        assembly, error = Assembly(), None
        try:
            self._stream(body, turn.address, assembly)
        except caught() as failure:
            error = failure
        if error is None:
            return of_message(assembly, body, self._settings.prices, self.replayed)
        reply = self._without_key(of_error(error, body, self._settings.timeout))
        self._web = self._web and reply.rejected != "web"
        if not assembly.message:
            return reply
        spent = spent_of(assembly.message, str(body["model"]), self._settings.prices, self.replayed)
        return Reply(reply.kind, reason=reply.reason, retry_after=reply.retry_after, spent=spent)

    def listed(self) -> frozenset[str]:
        """The names of the models that the server lists; empty if a compatible server offers no list.

        `PersonError` if it rejects the key, `TransientError` if it does not respond.
        """
        from anthropic import APIConnectionError, APIStatusError

        try:
            return frozenset(each.id for each in self._client.models.list(limit=1000, timeout=LIST_SECONDS))
        except APIStatusError as error:
            if error.status_code in (401, 403):
                raise PersonError("it refuses the key.") from error
            if error.status_code >= 500 or error.status_code == 429:
                raise TransientError(f"it answers {error.status_code}.") from error
            return frozenset()
        except APIConnectionError as error:
            raise TransientError(f"it can't be reached: {error.__cause__ or error}.") from error

    def _without_key(self, reply: Reply) -> Reply:
        """The text with our key masked: a server may echo it, and the text is shown to people."""
        key = self._settings.api_key
        return replace(reply, reason=reply.reason.replace(key, "***")) if key else reply

    def close(self) -> None:
        """Closes the connections."""
        with self._making:
            if self._made is not None:
                self._made.close()
            else:
                self._transport.close()

    def _stream(self, body: dict[str, Any], address: str, assembly: Assembly) -> None:
        with self._client.messages.create(**body, stream=True, extra_headers={ADDRESS: address}) as stream:
            for event in stream:
                if not isinstance(event, BaseModel):
                    raise BrokenStreamError("an event is no object")
                assembly.add(event.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False))

    def _known(self, model: str) -> str:
        alias = self._settings.alias(model)
        if alias is None:
            known = ", ".join(f"`{name}`" for name in self._settings.aliases)
            raise PersonError(f"There is no model `{model}`. Use one of {known}.")
        return alias


def make_model(settings: ModelSettings, way_out: httpx2.BaseTransport | None = None) -> AnthropicModel:
    """The model that the settings describe; `way_out` replaces the network. Raises `FaultsError`."""
    if faults := settings.faults():
        raise FaultsError(faults)
    if settings.replay is not None:
        return AnthropicModel(settings, ReplayTransport(settings.replay, settings.strict, settings.record))
    transport: httpx2.BaseTransport = Outgoing(way_out or network(settings.base_url or OFFICIAL))
    if settings.record is not None:
        usage: Usage = "metered" if settings.official else "estimated"
        transport = RecordingTransport(transport, settings.record, usage)
    return AnthropicModel(settings, transport)
