"""Payloads as GitHub sends them, and as nobody should: its own examples, ours, and mutations of both."""

import copy
import json
import os
import random
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.core.incoming.test_events import COMMENT, COMMON, INSTALLED, ISSUE, PULL

Json = dict[str, Any]
Example = tuple[str, Json]
EXAMPLES = "@octokit/webhooks-examples@7.6.1"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "charrette-tests"

BY_COMMENT = ["/help", "/status", "/cancel", "/desing", "/design", "1A 2B", "/answer 1A", "/reject", "/charrette retry"]
OURS: tuple[Example, ...] = (
    *(
        ("issues", {**COMMON, "action": a, "issue": ISSUE, "label": {"name": "design"}})
        for a in ("labeled", "unlabeled")
    ),
    *(("issues", {**COMMON, "action": action, "issue": ISSUE}) for action in ("opened", "closed", "deleted")),
    *(
        (
            "issue_comment",
            {**COMMON, "action": "created", "issue": ISSUE, "comment": {**COMMENT, "user": None, "body": b}},
        )
        for b in BY_COMMENT
    ),
    (
        "issue_comment",
        {**COMMON, "action": "edited", "issue": ISSUE, "comment": COMMENT, "changes": {"body": {"from": ""}}},
    ),
    ("pull_request", {**COMMON, "action": "closed", "pull_request": PULL}),
    ("push", {**COMMON, "ref": "refs/heads/charrette/3-a-queue", "before": "a" * 40, "after": "b" * 40}),
    ("installation", {**INSTALLED, "action": "created"}),
    ("installation_repositories", {**INSTALLED, "action": "added"}),
)


@cache
def githubs() -> tuple[Example, ...]:
    """GitHub's own examples of its payloads, by npm; the test is skipped where there is no Node or no network."""
    archive = CACHE / f"octokit-webhooks-examples-{EXAMPLES.rpartition('@')[2]}.tgz"
    if not archive.is_file():
        if not shutil.which("npm"):
            pytest.skip("GitHub's example payloads come by npm, and there is none here")
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", EXAMPLES]
        try:
            packed = subprocess.run(command, cwd=CACHE, capture_output=True, timeout=120).returncode == 0
        except subprocess.TimeoutExpired:
            packed = False
        if not packed or not archive.is_file():
            pytest.skip("npm could not get GitHub's example payloads")
    with tarfile.open(archive) as tar:
        member = tar.extractfile("package/api.github.com/index.json")
        assert member is not None
        found = json.load(member)
    return tuple((kind["name"], payload) for kind in found for payload in kind["examples"])


def here(payload: Json) -> Json:
    """The payload as an App's webhook has it: with the installation, which most examples lack."""
    return {"installation": {"id": 5, "node_id": "x"}, **payload}


STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    10**400,
    1e308,
    float("inf"),
    float("nan"),
    "",
    "\ud800",
    "\x00",
    "a\udfff\x00b",
    "../..",
    "x" * 70_000,
    "٣",
    "9999-99-99T99:99:99Z",
    [],
    {},
    [[]],
    [None, 1, {"a": []}],
    {"id": "1", "login": 3, "name": None},
)
DEEP = 2_000


def mutated(examples: tuple[Example, ...], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """So many payloads, each with one to three parts changed, dropped, doubled, nested or put elsewhere."""
    dice = random.Random(seed)
    for _ in range(count):
        event, payload = dice.choice(examples)
        changed = copy.deepcopy(payload)
        for _ in range(dice.randint(1, 3)):
            _mutate(changed, dice)
        if dice.random() < 0.02:
            event = dice.choice(["issues", "push", "ping", "no_such_event"])
        body = json.dumps(changed)
        if dice.random() < 0.03:
            depth = dice.choice([50, DEEP, 50 * DEEP])
            body = body[:-1] + f', "x": {"[" * depth}{"]" * depth}}}'
        yield event, body.encode()


def _mutate(payload: Json, dice: random.Random) -> None:
    places = list(_places(payload))
    # The upper levels are what is read; deeper ones are many, and would get all of the changes.
    places.sort(key=lambda place: place[0])
    _, holder, key = places[min(int(dice.expovariate(1 / 40)), len(places) - 1)]
    match dice.randint(0, 5):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1:
            _, other, name = dice.choice(places)
            holder[key] = copy.deepcopy(other[name]) if other is not holder else None
        case 2 if isinstance(holder, dict):
            holder[dice.choice(["action", "id", "number", "login", "full_name", key * 2])] = copy.deepcopy(
                dice.choice(STRANGE)
            )
        case _:
            holder[key] = copy.deepcopy(dice.choice(STRANGE))


def _places(value: Any, depth: int = 0) -> Iterator[tuple[int, Any, Any]]:
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    for key in keys:
        yield depth, value, key
        yield from _places(value[key], depth + 1)
