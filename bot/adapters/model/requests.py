"""A turn as a request to the Messages API."""

import json
from collections.abc import Mapping
from typing import Any

from bot.core.ports import Turn

from .settings import ModelSettings

# https://docs.claude.com/en/docs/build-with-claude/prompt-caching
BREAKPOINTS = 4
AUTOMATIC = {"type": "ephemeral"}


def body_of(turn: Turn, alias: str, settings: ModelSettings) -> dict[str, Any]:
    """The request's body. Messages, system prompt and tools are passed on; switched-off features are left out."""
    body: dict[str, Any] = {
        "model": settings.aliases[alias],
        "max_tokens": turn.max_tokens,
        "system": [dict(block) for block in turn.system],
        "messages": [dict(message) for message in turn.messages],
        "tools": [dict(tool) for tool in turn.tools],
    }
    output: dict[str, Any] = {}
    if turn.schema is not None:
        from anthropic import transform_schema

        schema = transform_schema(dict(turn.schema))
        if settings.schema:
            output["format"] = {"type": "json_schema", "schema": schema}
        else:
            body["system"].append({"type": "text", "text": _asked(schema)})
    if settings.effort.get(alias):
        output["effort"] = settings.effort[alias]
    if output:
        body["output_config"] = output
    if settings.thinking.get(alias):
        body["thinking"] = {"type": "adaptive", "display": "omitted"}
    body = {key: value for key, value in body.items() if value not in ([], {})}
    return _cached(body) if settings.cache else _uncached(body)


def _asked(schema: Mapping[str, Any]) -> str:
    written = json.dumps(schema, ensure_ascii=False, sort_keys=True)
    return f"Answer with one JSON object and nothing else. It follows this JSON schema:\n{written}"


def _cached(body: dict[str, Any]) -> dict[str, Any]:
    marked = {**body, "cache_control": dict(AUTOMATIC)}
    count = _marks(marked)
    if count > BREAKPOINTS:
        raise ValueError(f"A request has {count} cache breakpoints; at most {BREAKPOINTS} are allowed.")
    return marked


def _marks(value: Any) -> int:
    if isinstance(value, dict):
        return ("cache_control" in value) + sum(_marks(held) for held in value.values())
    if isinstance(value, list | tuple):
        return sum(map(_marks, value))
    return 0


def _uncached(body: dict[str, Any]) -> dict[str, Any]:
    """Without cache breakpoints, which stand only on blocks and tools, never inside a tool's arguments."""
    return {
        **body,
        **{key: [_without_mark(block) for block in body[key]] for key in ("system", "tools") if key in body},
        "messages": [
            message
            if isinstance(message["content"], str)
            else {**message, "content": [_without_mark(block) for block in message["content"]]}
            for message in body["messages"]
        ],
    }


def _without_mark(block: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "cache_control"}
