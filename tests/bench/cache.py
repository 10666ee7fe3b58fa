"""How much of what is sent to the model was sent before, behind a breakpoint: computed on the bytes themselves.

A token is taken for four characters of JSON. A prefix (tools, system, messages, in the API's order) can be read again
where an earlier request had a breakpoint at its end, and this one has a breakpoint there or at most 20 blocks further
on: https://docs.claude.com/en/docs/build-with-claude/prompt-caching
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.stories.stage import BODY

from .play import playing
from .rows import Row, Setting, share

LOOK_BACK = 20
SMALLEST = 1024
ARTIFACT = re.compile(r"/(\d{3}-[a-z0-9-]+)\.md")
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Block:
    """A piece of a prompt: the digest of all up to its end, how many tokens those are, and whether it is marked."""

    prefix: str
    tokens: int
    marked: bool


@dataclass
class Books:
    """What a cache would hold that forgets nothing."""

    kept: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def read(self, request: Json) -> tuple[int, int, int]:
        """(tokens in all, of them read from the cache, of them sent before with or without a breakpoint)."""
        blocks = list(prompt(request))
        looked = [
            block.prefix
            for end, marked in enumerate(blocks)
            if marked.marked
            for block in blocks[max(0, end - LOOK_BACK) : end + 1]
        ]
        found = max((self.kept.get(prefix, 0) for prefix in looked), default=0)
        before = max((self.seen.get(block.prefix, 0) for block in blocks), default=0)
        self.seen |= {block.prefix: block.tokens for block in blocks}
        self.kept |= {block.prefix: block.tokens for block in blocks if block.marked and block.tokens >= SMALLEST}
        return blocks[-1].tokens, found, before


def prompt(request: Json) -> Iterator[Block]:
    """A request's prompt in the order in which it is cached."""
    parts: list[tuple[str, Json]] = [("tools", tool) for tool in request.get("tools", ())]
    parts += [("system", block) for block in _blocks(request.get("system", ()))]
    parts += [(message["role"], block) for message in request["messages"] for block in _blocks(message["content"])]
    # The answer's schema is part of the prompt too, before all else.
    told = hashlib.sha256(json.dumps([request["model"], request.get("output_config")], sort_keys=True).encode())
    tokens = 0
    for n, (role, part) in enumerate(parts, 1):
        text = json.dumps({key: part[key] for key in part if key != "cache_control"}, ensure_ascii=False)
        told.update(f"{role}\0{text}\0".encode())
        tokens += max(1, len(text) // 4)
        yield Block(
            told.hexdigest(), tokens, "cache_control" in part or (n == len(parts) and "cache_control" in request)
        )


def _blocks(content: Any) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def artifact(request: Json) -> str:
    """The document that a conversation writes: its charge is the last block of the first message."""
    found = ARTIFACT.search(_blocks(request["messages"][0]["content"])[-1]["text"])
    return found[1] if found else "other"


def measure(setting: Setting) -> Iterator[Row]:
    """One run, phase by phase and in all, then a second one in the same repository."""
    with playing(setting) as play:
        books = Books()
        for n, title in enumerate(("Rotate signing keys", "Rotate them again")):
            first = len(play.mind.requests)
            story, id = play.story()
            story.opens(title, BODY)
            subject = (id, story.number)
            story.labels()
            play.traffic.until_said([subject], "waits for answers")
            story.says("1A 2A")
            play.traffic.until_said([subject], "Done")
            yield from _rows(books, play.mind.requests[first:], "a second run" if n else "")


def _rows(books: Books, requests: Sequence[Json], what: str) -> Iterator[Row]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for request in requests:
        counted = (*books.read(request), 1)
        for name in (artifact(request), ""):
            sums[name] = [one + more for one, more in zip(sums[name], counted, strict=True)]
    total = sums.pop("")
    phases = {} if what else sums
    for name, (tokens, read, before, calls) in sorted(phases.items()):
        yield Row(
            name,
            share(read, tokens),
            "%",
            f"{calls} requests, {tokens:,} tokens; {share(before, tokens):.0f} % was sent before",
        )
    tokens, read, before, calls = total
    note = f"{calls} requests, {tokens:,} tokens; {share(before, tokens):.0f} % was sent before"
    yield Row(what or "a whole run", share(read, tokens), "%", note)
