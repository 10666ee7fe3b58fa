"""The repository tools of a conversation: read-only, at one commit, with bounded output.

A refusal tells the model what to write instead. No input from the model raises an exception.
"""

import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.ports import Tree

from .listing import listing, named, shown
from .tree import LARGEST, Entry, Log, Search

LINES = 400
BYTES = 32_000
WIDTH = 600
HITS = 80
SECONDS = 10.0
COMMITS = 100


class Readable(Tree, Protocol):
    """A tree with what the tools need beyond the port."""

    def entry(self, path: str) -> Entry | None:
        """What is at a path."""

    def search(self, pattern: str, path: str, regex: bool, limit: int, seconds: float) -> Search:
        """The lines that match a pattern."""

    def log(self, path: str, limit: int) -> Log:
        """The newest commits."""


class RefusedError(Exception):
    """A call that can't be carried out; the text says what to write instead."""


@dataclass(frozen=True)
class Tool:
    """One tool: its description for the model, its parameters with their types, and which are required."""

    name: str
    description: str
    parameters: Mapping[str, tuple[type, str]]
    required: tuple[str, ...] = ()

    def definition(self) -> dict[str, Any]:
        """The tool in the Messages API's format."""
        names = {str: "string", int: "integer", bool: "boolean"}
        return {
            "name": self.name,
            "description": self.description,
            "input_schema": {
                "type": "object",
                "properties": {
                    key: {"type": names[of], "description": text} for key, (of, text) in self.parameters.items()
                },
                "required": list(self.required),
                "additionalProperties": False,
            },
        }


FOLDER = "A folder or file, relative to the root, like `src/core`. Leave it out for the whole repository."
TOOLS = (
    Tool(
        "list_files",
        "Lists the files and folders of the repository at the pinned commit. Folders below the depth are shown with "
        "the number of their files.",
        {
            "path": (str, "A folder, relative to the root, like `src/core`. Leave it out for the root."),
            "depth": (int, "How many levels to show, from 1 to 10; 2 if left out."),
        },
    ),
    Tool(
        "read_file",
        f"Reads lines of a text file at the pinned commit, each with its number in front, as citations need it. At "
        f"most {LINES} lines or {BYTES // 1000} kB a call.",
        {
            "path": (str, "The file, relative to the root, like `src/core/run.py`."),
            "start": (int, "The first line, from 1; 1 if left out."),
            "end": (int, f"The last line; {LINES - 1} after the first if left out."),
        },
        ("path",),
    ),
    Tool(
        "search_text",
        f"Finds lines that hold a text, case-sensitive, in all text files at the pinned commit, as `path:line: text`. "
        f"At most {HITS} lines a call.",
        {
            "pattern": (str, "The text, on one line. With `regex`, a POSIX extended regular expression."),
            "path": (str, FOLDER),
            "regex": (bool, "Whether `pattern` is a regular expression: [0-9] rather than \\d, ( ) rather than (?: )."),
        },
        ("pattern",),
    ),
    Tool(
        "read_history",
        f"Lists the newest commits that led to the pinned one: id, date, author, subject. At most {COMMITS} a call.",
        {"path": (str, FOLDER), "limit": (int, f"How many, from 1 to {COMMITS}; 20 if left out.")},
    ),
)

# A line's end, and what no process can be called with: NUL, and halves of characters, which JSON may hold.
_NO_PATTERN = re.compile("[\n\0\ud800-\udfff]")


class RepositoryTools:
    """Implements `bot.core.ports.Toolbox` over one tree."""

    def __init__(self, tree: Readable) -> None:
        self._tree = tree
        self._calls: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
            "list_files": self._list,
            "read_file": self._read,
            "search_text": self._search,
            "read_history": self._history,
        }

    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """The tools, always the same."""
        return [tool.definition() for tool in TOOLS]

    def call(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
        """The result of a call as text for the model, and whether it was refused."""
        try:
            tool = next((tool for tool in TOOLS if tool.name == name), None)
            if tool is None:
                raise RefusedError(f"There is no tool {_quoted(name)}. {_nearest(name, [tool.name for tool in TOOLS])}")
            _check(tool, arguments)
            return self._calls[name](arguments), False
        except RefusedError as refused:
            return str(refused), True

    def _list(self, arguments: Mapping[str, Any]) -> str:
        path = self._place(arguments.get("path", ""))
        depth = arguments.get("depth", 2)
        if not 1 <= depth <= 10:
            raise RefusedError("`depth` goes from 1 to 10.")
        entry = self._tree.entry(path)
        if entry is not None:
            raise RefusedError(f"`{path}` is a {_what(entry)}, not a folder.{_instead(path, entry)}")
        return listing(self._tree, path, depth)

    def _read(self, arguments: Mapping[str, Any]) -> str:
        path = self._place(arguments["path"])
        entry = self._tree.entry(path)
        if entry is None:
            raise RefusedError(f"`{path or '.'}` is a folder. Call list_files with it, then read one of its files.")
        lines = self._tree.lines(path)
        if lines is None:
            raise RefusedError(_unreadable(path, entry))
        if not lines:
            return f"`{path}` is empty."
        start = arguments.get("start", 1)
        end = min(arguments.get("end", start + LINES - 1), len(lines))
        if not 1 <= start <= len(lines):
            raise RefusedError(f"`{path}` has lines 1 to {len(lines)}: `start` must be one of them.")
        if arguments.get("end", end) < start:
            raise RefusedError("`end` comes before `start`: write a range like start=10, end=60.")
        return _numbered(path, lines, start, end)

    def _search(self, arguments: Mapping[str, Any]) -> str:
        pattern, path = arguments["pattern"], self._place(arguments.get("path", ""))
        regex = arguments.get("regex", False)
        if not pattern or len(pattern) > WIDTH or _NO_PATTERN.search(pattern):
            raise RefusedError(
                f"`pattern` must be a text on one line, of at most {WIDTH} characters. To find several lines, search "
                "for one of them."
            )
        if regex and ("\\d" in pattern or "(?" in pattern):
            raise RefusedError("`pattern` is a POSIX extended expression: write [0-9] for \\d, and no (?: ) or (?= ).")
        found = self._tree.search(pattern, path, regex, HITS, SECONDS)
        if found.failed:
            raise RefusedError(f"The search failed: {found.failed} Write a simpler pattern, or give a `path`.")
        if not found.hits:
            where = f" below `{path}`" if path else ""
            return f"No line{where} holds {_quoted(pattern)}. The search is case-sensitive; try a shorter text."
        lines = [f"{named(hit.path)}:{hit.line}: {_short(hit.text.strip())}" for hit in found.hits]
        kept = _fitting(lines)
        if found.more or len(kept) < len(lines):
            kept.append(f"There are more lines than these {len(kept)}. Narrow it: a longer pattern, or a `path`.")
        return "\n".join(kept)

    def _history(self, arguments: Mapping[str, Any]) -> str:
        path, limit = self._place(arguments.get("path", "")), arguments.get("limit", 20)
        if not 1 <= limit <= COMMITS:
            raise RefusedError(f"`limit` goes from 1 to {COMMITS}.")
        log = self._tree.log(path, limit)
        lines = [
            f"{entry.sha[:10]} {entry.date} {_short(entry.author)}: {_short(entry.subject)}" for entry in log.entries
        ]
        if log.cut:
            lines.append("Older commits are not in this clone.")
        return "\n".join(lines) or f"No commit touched `{path}`."

    def _place(self, written: str) -> str:
        """A path in the tree, or "" for its root; refuses anything else."""
        written = _unquoted(written)
        parts = [part for part in written.strip(" ").strip("/").split("/") if part not in {"", "."}]
        if ".." in parts:
            raise RefusedError(
                f"{_quoted(written)} may leave the repository. Write a path from its root, without `..`."
            )
        path = "/".join(parts)
        if not path or self._tree.entry(path) or any(file.startswith(f"{path}/") for file in self._tree.files()):
            return path
        for depth in range(1, len(parts)):
            above = "/".join(parts[:depth])
            entry = self._tree.entry(above)
            if entry is not None:
                raise RefusedError(f"`{above}` is a {_what(entry)}, not a folder.{_instead(above, entry)}")
        raise RefusedError(f"There is no {_quoted(path)} at this commit. {_nearest_path(path, self._tree.files())}")


def _unquoted(written: str) -> str:
    """The path, decoded if it was written as a JSON string, as the listing shows paths with invisible characters."""
    if written.startswith('"') and written.endswith('"') and len(written) > 1:
        try:
            return str(json.loads(written))
        except ValueError:
            return written
    return written


def _check(tool: Tool, arguments: Mapping[str, Any]) -> None:
    if not isinstance(arguments, Mapping):
        raise RefusedError(f"{tool.name} takes an object of {', '.join(tool.parameters)}.")
    for key, value in arguments.items():
        if key not in tool.parameters:
            raise RefusedError(f"{tool.name} has no parameter {_quoted(key)}. {_nearest(key, list(tool.parameters))}")
        of = tool.parameters[key][0]
        if not isinstance(value, of) or (of is int and isinstance(value, bool)):
            word = {str: "a text", int: "a whole number", bool: "true or false"}[of]
            raise RefusedError(
                f"`{key}` must be {word}, not {json.dumps(value, ensure_ascii=False, default=str)[:80]}."
            )
    for key in tool.required:
        if key not in arguments:
            raise RefusedError(f"{tool.name} needs `{key}`: {tool.parameters[key][1]}")


def _what(entry: Entry) -> str:
    return {"file": "file", "link": "symbolic link", "submodule": "submodule"}[entry.kind]


def _instead(path: str, entry: Entry) -> str:
    return f" Call read_file with `{path}`." if entry.kind == "file" else " It is not followed: read other files."


def _unreadable(path: str, entry: Entry) -> str:
    if entry.kind == "link":
        return f"`{path}` is a symbolic link, and links are not followed. Read the file that it stands for."
    if entry.kind == "submodule":
        return f"`{path}` is a submodule: its files are in another repository, which is not here."
    if entry.size > LARGEST:
        return f"`{path}` has {entry.size:,} bytes; at most {LARGEST:,} are read. Find lines of it with search_text."
    return f"`{path}` is a binary file. Read a text file."


def _numbered(path: str, lines: Sequence[str], start: int, end: int) -> str:
    wanted = [f"{n:>5}  {_short(lines[n - 1])}" for n in range(start, min(end, start + LINES - 1) + 1)]
    kept = _fitting(wanted)
    last = start + len(kept) - 1
    head = f"{named(path)}, lines {start} to {last} of {len(lines)}"
    if last < end:
        kept.append(f"Cut here: a call gives {LINES} lines or {BYTES // 1000} kB. Go on with start={last + 1}.")
    return "\n".join([head, *kept])


def _fitting(lines: Sequence[str]) -> list[str]:
    """As many lines as a call may return, at least one."""
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line.encode(errors="replace")) + 1
        if kept and size > BYTES:
            break
        kept.append(line)
    return kept


def _short(written: str) -> str:
    line = shown(written)
    return line if len(line) <= WIDTH else f"{line[:WIDTH]} … ({len(line) - WIDTH:,} more characters)"


def _quoted(written: object) -> str:
    return f"`{shown(str(written))[:200]}`"


def _nearest(written: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(str(written), known, n=1, cutoff=0.5)
    return f"Did you mean `{close[0]}`?" if close else f"Use one of {', '.join(f'`{name}`' for name in known)}."


def _nearest_path(path: str, files: Sequence[str]) -> str:
    name = path.rpartition("/")[2]
    same = [file for file in files if file.rpartition("/")[2] == name or f"/{name}/" in f"/{file}"][:3]
    close = same or difflib.get_close_matches(path, files[:20_000], n=3, cutoff=0.75)
    return (
        f"Near it are {', '.join(f'`{named(file)}`' for file in close)}."
        if close
        else "Call list_files to see what there is."
    )
