"""Turns the server's response into a reply: every outcome is a value."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any

import httpx2

from bot.adapters.prices import Table, dollars
from bot.core.ports import WARMING, Reply
from bot.core.run.record import Spent

from .recording import REFUSED
from .stream import Assembly, BrokenStreamError, Message, encodable

if TYPE_CHECKING:
    import anthropic

# https://docs.claude.com/en/api/errors; with 529 (overloaded) they pass by themselves.
PASSING_STATUS = frozenset({408, 409, 425, 429})
LASTING_TYPES = frozenset(
    {
        "invalid_request_error",
        "authentication_error",
        "permission_error",
        "not_found_error",
        "request_too_large",
        "billing_error",
    }
)
LONGEST_WAIT = 300.0

CUT = {
    "max_tokens": "The output was cut: it reached the limit of {max_tokens} tokens.",
    "model_context_window_exceeded": "The conversation no longer fits the model's context window: the output was cut.",
    "stop_sequence": "The server stopped at a stop sequence, and none was asked for.",
}

# What a server that only resembles the Messages API may reject: where it is in a request, and the setting.
FEATURES = (
    ("thinking", ("thinking",), "CHARRETTE_MODEL_THINKING"),
    ("effort", ("effort",), "CHARRETTE_MODEL_EFFORT"),
    ("output_config", ("output_config", "json_schema"), "CHARRETTE_MODEL_SCHEMA"),
    ("cache_control", ("cache_control",), "CHARRETTE_MODEL_CACHE"),
)


def caught() -> tuple[type[Exception], ...]:
    """The exceptions that the SDK and the transport raise."""
    from anthropic import APIError

    return (APIError, httpx2.HTTPError, httpx2.StreamError, JSONDecodeError, BrokenStreamError)


def of_message(assembly: Assembly, body: Mapping[str, Any], prices: Table, replayed: bool) -> Reply:
    """The reply for a stream that ended without an error."""
    message, model = encodable(assembly.message), _model(assembly.message, body, replayed)
    spent = spent_of(message, str(body["model"]), prices, replayed)
    if not assembly.complete:
        return Reply("transient", reason="The server's answer broke off.", spent=spent, model=model)
    if (wrong := _malformed(message)) is not None:
        return Reply(
            "transient", reason=f"The server's answer is not what the Messages API says: {wrong}.", spent=spent
        )
    match message.get("stop_reason"):
        case "end_turn" | "tool_use" | "pause_turn":
            return Reply("answered", message=message, spent=spent, model=model)
        case "max_tokens" if body["max_tokens"] == WARMING:
            return Reply("answered", message=message, spent=spent, model=model)
        case "refusal":
            reason = _refused(message)
        case str(stop) if stop in CUT:
            reason = CUT[stop].format(max_tokens=body["max_tokens"])
        case stop:
            reason = f"The server stopped for a reason that is not known here: {stop}."
    return Reply("refused", message=message, reason=reason, spent=spent, model=model)


SHAPES: Mapping[str, Mapping[str, type]] = {
    "text": {"text": str},
    "tool_use": {"id": str, "name": str, "input": dict},
}


def _malformed(message: Message) -> str | None:
    """What a block that a conversation continues from lacks; blocks of unknown kinds are accepted."""
    for n, block in enumerate(message["content"]):
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            return f"block {n} has no type"
        for key, of in SHAPES.get(block["type"], {}).items():
            if not isinstance(block.get(key), of):
                return f"block {n}, {block['type']}, has no {key}"
    return None


def _model(message: Message, body: Mapping[str, Any], replayed: bool) -> str:
    return "replay" if replayed else str(message.get("model") or body["model"])


def _refused(message: Message) -> str:
    details = message.get("stop_details") or {}
    why = " ".join(f"{details[key]}" for key in ("category", "explanation") if details.get(key))
    return f"The model refused to answer{f': {why}' if why else ''}."


def spent_of(message: Message, model: str, prices: Table, replayed: bool) -> Spent:
    """What one request used; a replayed one cost nothing."""
    usage = message.get("usage")
    if not message:
        return Spent()
    if not usage:
        return Spent(calls=1, dollars=0.0 if replayed else None, replayed=int(replayed))
    return Spent(
        calls=1,
        input=usage.get("input_tokens") or 0,
        cache_read=usage.get("cache_read_input_tokens") or 0,
        cache_write=usage.get("cache_creation_input_tokens") or 0,
        output=usage.get("output_tokens") or 0,
        dollars=0.0 if replayed else dollars(model, usage, prices),
        replayed=int(replayed),
    )


def of_error(error: Exception, body: Mapping[str, Any], silence: float) -> Reply:
    """The reply for an exception from the SDK or the transport; the caller adds the cost.

    `silence` is the timeout in seconds without a byte.
    """
    from anthropic import APIConnectionError, APIStatusError

    if isinstance(error, APIStatusError):
        reason = _reason(error)
        if _passes(error):
            return Reply("transient", reason=reason, retry_after=retry_after(error.response.headers))
        if _without_web(error, reason, body):
            return Reply("refused", reason=reason, rejected="web")
        return Reply("refused", reason=reason + (_OPERATOR if _is_denied(error) else _advice(reason, body)))
    if isinstance(error, APIConnectionError | httpx2.HTTPError | httpx2.StreamError):
        if isinstance(error.__cause__ or error, httpx2.ReadTimeout):
            return Reply("transient", reason=f"The model's server sent nothing for {silence:g} seconds (a timeout).")
        return Reply("transient", reason=f"The connection to the model failed: {_root(error)}.")
    return Reply("transient", reason=f"The server's answer is not what the Messages API says: {error}")


def _passes(error: "anthropic.APIStatusError") -> bool:
    # An error event in a stream comes after a status of 200: then its type alone says what it is.
    if error.status_code < httpx2.codes.BAD_REQUEST:
        return error.type not in LASTING_TYPES
    return error.status_code in PASSING_STATUS or error.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR


_OPERATOR = " Ask the operator to look at the model's key and to run `charrette doctor`."
_DENIED = frozenset({"authentication_error", "permission_error", "billing_error"})


def _is_denied(error: "anthropic.APIStatusError") -> bool:
    return error.type in _DENIED or error.status_code in (401, 403)


def _reason(error: "anthropic.APIStatusError") -> str:
    said = error.api_message or str(error.body or "").strip()[:500] or "no reason given"
    where = f" ({error.request_id})" if error.request_id else ""
    status: object = error.type or error.status_code
    if status == REFUSED:
        return said
    return f"The model's server said {status}: {said}{where}"


def _without_web(error: "anthropic.APIStatusError", reason: str, body: Mapping[str, Any]) -> bool:
    """Whether the server may accept the request without web search: its error names the tool, or its position."""
    places = [at for at, tool in enumerate(body.get("tools", ())) if str(tool.get("type", "")).startswith("web_search")]
    named = "web_search" in reason or any(re.search(rf"tools(?:\.|\[){at}\b", reason) for at in places)
    return bool(places) and named and error.status_code < httpx2.codes.INTERNAL_SERVER_ERROR


def _advice(reason: str, body: Mapping[str, Any]) -> str:
    sent = str({key: value for key, value in body.items() if key != "messages"})
    for key, words, setting in FEATURES:
        if key in sent and any(word in reason for word in words):
            return f" If this server does not know it, set {setting}=off."
    return ""


def _root(error: BaseException) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__} {cause}".strip()


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait before the next try, as the server says, at most `LONGEST_WAIT`; 0 if it doesn't say."""
    try:
        if "retry-after-ms" in headers:
            seconds = float(headers["retry-after-ms"]) / 1000
        else:
            seconds = _seconds(headers.get("retry-after", "0"))
    except ValueError:
        return 0.0
    return 0.0 if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_WAIT)


def _seconds(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        at = parsedate_to_datetime(written)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
