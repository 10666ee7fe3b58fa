"""What a codec is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.markdown.invisible import visible


def _no_lines(path: str) -> Sequence[str] | None:  # noqa: ARG001
    return None


@dataclass(frozen=True)
class Setting:
    """Where output is made: its title, the lens of whoever makes it, and what code can look up.

    `documents` are those that the conversation was given, path to text. `lines` gives a file's lines as the
    conversation saw it, None where there is no such file. `taken` are the ids of concerns that were ever there.
    """

    title: str = ""
    lens: str = ""
    documents: Mapping[str, str] = field(default_factory=dict)
    lines: Callable[[str], Sequence[str] | None] = _no_lines
    taken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Output:
    """One codec.

    `schema` is what the model is asked for. `settle` checks what it said, tidies it and adds what code knows better
    (`ValueError` says what is wrong, and what to write instead); `render` writes that as Markdown, and `parse` undoes
    `render`. `cites` says that it names places in the documents, which then are given with the numbers of their lines.
    """

    name: str
    schema: Mapping[str, Any]
    settle: Callable[[Any, Setting], Any]
    render: Callable[[Any], str]
    parse: Callable[[str], Any]
    cites: bool = False


def on_one_line(value: Any) -> Any:
    """Text fields without line breaks and comments, so that each stands, and shows, on one line of the document."""
    if isinstance(value, str):
        # What can't be seen goes first: a comment's opening may be hidden behind it until the text is published.
        return " ".join(visible(value).replace("<!--", "&lt;!--").split())
    if isinstance(value, list):
        return [on_one_line(item) for item in value]
    return {key: on_one_line(item) for key, item in value.items()} if isinstance(value, dict) else value
