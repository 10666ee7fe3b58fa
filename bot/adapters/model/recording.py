"""Recorded answers of the model: one readable file for each address, with a digest instead of the request.

A recording contains no requests, because those contain other people's code.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

Usage = Literal["metered", "estimated"]

MANIFEST = "recording.json"
# The type of an error that a recording answers with.
REFUSED = "recording"

# What differs from run to run though the same is said: times, addresses of this machine, ids of deliveries and commits.
_VOLATILE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?"
    r"|https?://(?:127\.0\.0\.1|localhost)(?::\d+)?"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\b(?:[0-9a-f]{40}|[0-9a-f]{12})\b"
)

# What the model is told. The rest says which model answers and how much it may cost, which a replay has no part in.
TOLD = ("system", "messages", "tools")


@dataclass(frozen=True)
class Recorded:
    """An answer, under its address without the run. `usage` says whether a server metered the tokens."""

    address: str
    request_digest: str
    answer: dict[str, Any]
    usage: Usage = "metered"

    def stamped(self, digest: str) -> "Recorded":
        """The same answer, for a request with another digest."""
        return replace(self, request_digest=digest)


def digest(request: Mapping[str, Any]) -> str:
    """The sha256 of what the model is told, without cache breakpoints and values specific to one run."""
    told = {key: request[key] for key in TOLD if request.get(key)}
    output = (request.get("output_config") or {}).get("format")
    text = json.dumps(_bare([told, output]), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(_VOLATILE.sub("-", text).encode(errors="surrogatepass")).hexdigest()


def about(folder: Path, address: str) -> tuple[str, ...]:
    """Texts that every conversation of the recorded subject begins with; empty if the recording has no manifest.

    They are the same for all conversations, except that a phase that is given other documents may have its own.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return ()
    own = found.get("about-phases", {})
    return tuple(map(str, own.get(address.partition("@")[0], found["about"])))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(held) for key, held in value.items() if key != "cache_control"}
    if isinstance(value, list):
        return [_bare(held) for held in value]
    return value


def file_name(address: str) -> str:
    """The file for an address: `understanding@1/writer/1#2` is `understanding@1.writer.1.2.json`."""
    return re.sub(r"[^A-Za-z0-9@_-]", ".", address) + ".json"


def read(folder: Path, address: str) -> Recorded | None:
    """The recorded answer for an address, or None."""
    try:
        data = json.loads((folder / file_name(address)).read_text("utf-8"))
    except FileNotFoundError:
        return None
    recorded = Recorded(data["address"], data["request_digest"], data["answer"], data["usage"])
    return recorded if recorded.address == address else None


def write(folder: Path, recorded: Recorded) -> None:
    """Writes the file, completely or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(recorded), file, ensure_ascii=False, indent=1)
        file.write("\n")
    Path(name).chmod(0o644)
    Path(name).replace(folder / file_name(recorded.address))
