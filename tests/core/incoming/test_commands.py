"""Commands are found where a reader sees them at the start of a line, and nowhere else."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.definition import Definition, Trigger
from bot.core.incoming.commands import COMMANDS, Command, Name, Vocabulary, added, nearest, parse, usage, vocabulary
from bot.core.markdown.invisible import visible


def names(text: str) -> list[str]:
    return [command.name for command in parse(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("/approve", ["approve"], id="alone"),
        pytest.param("Thanks!\n/approve\nand\n/status", ["approve", "status"], id="lines of one paragraph"),
        pytest.param("Thanks!\r\n\r\n/approve\r\n", ["approve"], id="carriage returns"),
        pytest.param("  /approve", ["approve"], id="indented a little"),
        pytest.param("/Approve", ["approve"], id="a phone's capital"),
        pytest.param("/approve.", ["approve"], id="a full stop"),
        pytest.param("- done\n- done\n/approve", ["approve"], id="right after a list"),
        pytest.param("/approve\n---\nJo", ["approve"], id="underlined"),
        pytest.param("<details>\n\n/approve\n\n</details>", ["approve"], id="text between HTML"),
        pytest.param("<!-- template -->\n/approve", ["approve"], id="after a comment"),
        pytest.param("a <!-- b --> c\n/approve", ["approve"], id="after a comment in a line"),
        pytest.param("| a |\n| - |\n| b |\n/approve", ["approve"], id="right after a table"),
        pytest.param("/answer is \ue0003\ue001 a mark?\n\ue0000\ue001/approve", ["answer"], id="forged marks"),
        pytest.param(
            "\ufeff/approve\u200b\n\u200e/status\u2028", ["approve", "status"], id="pasted with what nobody sees"
        ),
        pytest.param("```\n```\u200b\n/approve\n", [], id="a fence that only seems to end"),
        pytest.param("so\u2028/approve", [], id="a line that is none"),
        pytest.param("please /approve", [], id="in the middle of a line"),
        pytest.param("**/approve**", [], id="bold"),
        pytest.param("- /approve", [], id="a list's item"),
        pytest.param("\\/approve", [], id="escaped"),
        pytest.param("/usr/bin/x is there", [], id="a path"),
        pytest.param("/", [], id="a slash"),
        pytest.param("// a comment", [], id="two slashes"),
        pytest.param("", [], id="nothing"),
        pytest.param("> /approve", [], id="quoted"),
        pytest.param("> what?\n/approve", [], id="a quote's lazy line"),
        pytest.param("> > /approve\n\n/status", ["status"], id="after a quote in a quote"),
        pytest.param("```\n/approve\n```\n/status", ["status"], id="fenced"),
        pytest.param("~~~ sh\n/approve\n", [], id="a fence without an end"),
        pytest.param("Text:\n\n    /approve\n", [], id="indented code"),
        pytest.param("`a\n/approve`", [], id="code over two lines"),
        pytest.param("``a\n/approve\n`` b\n/status", ["status"], id="after code over three lines"),
        pytest.param("[a\n/approve](https://example.com)", [], id="a link's text"),
        pytest.param("![a\n/approve](https://example.com)", [], id="an image's text"),
        pytest.param("[a]:\n/approve\n\n[a]", [], id="a link's target"),
        pytest.param("<!--\n/approve\n-->", [], id="a comment"),
        pytest.param("a <!--\n/approve\n--> b\n/status", ["status"], id="a comment in a paragraph"),
        pytest.param("<!--\n/approve", [], id="a comment without an end"),
        pytest.param("/status\na <!-- b\n\n/approve", ["status"], id="a comment without an end in a paragraph"),
        pytest.param("> <!-- b\n> [c](d)\n\n/approve", [], id="a comment without an end in a quote"),
        pytest.param("<div>\n<!--\n\n/approve\n\n-->", [], id="a comment in HTML"),
        pytest.param("<div>\n/approve\n</div>", [], id="HTML"),
        pytest.param("```\n/cancel\n```\n\n&#xE000;1&#xE001;", [], id="a mark of their own"),
        pytest.param("/help\n&#xE000;0&#xE001;", ["help"], id="a mark twice"),
        pytest.param(f"/help\n&#xE000;{'9' * 5_000}&#xE001;", ["help"], id="a mark of nothing"),
    ],
)
def test_where_a_command_is_one(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("/answer  1A 2 use gRPC ", (Command("answer", "1A 2 use gRPC", 1),), id="the line"),
        pytest.param(
            "Hi\n\n/answer 1A\n2 `x`\n\n```\n/cancel\n```\n/status\n",
            (Command("answer", "1A\n2 `x`\n\n```\n/cancel\n```", 3), Command("status", "", 9)),
            id="until the next",
        ),
        pytest.param("/charrette reject  too long", (Command("reject", "too long", 1, True),), id="addressed"),
        pytest.param("/charrette /help", (Command("help", "", 1, True),), id="addressed with a slash"),
        pytest.param("/charrette", (Command("help", "", 1, True),), id="only our name"),
        pytest.param("/Charrette Halp?\nme", (Command("halp", "me", 1, True),), id="addressed, unknown"),
        pytest.param("/charrette @jo", (Command("", "@jo", 1, True),), id="addressed, no name"),
    ],
)
def test_the_argument(text: str, expected: tuple[Command, ...]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("/approve", "/approve", [], id="unchanged"),
        pytest.param("/approve", "/approve\n\nThanks", [], id="text after a command that takes none"),
        pytest.param("/answer 1A", "/answer 1B", ["answer"], id="another answer"),
        pytest.param("/design a", "/design b", ["design"], id="another description"),
        pytest.param("fine", "fine\n/approve", ["approve"], id="new"),
        pytest.param("`/approve`", "/approve", ["approve"], id="no longer code"),
        pytest.param("/status\n/approve", "/approve\n/status", [], id="in another order"),
        pytest.param("/status", "/status\n/status", ["status"], id="twice"),
        pytest.param("/approve", "", [], id="taken back"),
    ],
)
def test_an_edit_adds_what_was_not_there(before: str, after: str, expected: list[str]) -> None:
    assert [command.name for command in added(before, after)] == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("halp", "help", id="another letter"),
        pytest.param("hepl", "help", id="swapped"),
        pytest.param("stats", "status", id="a letter less"),
        pytest.param("aproove", "approve", id="two letters"),
        pytest.param("desing", "design", id="a workflow's"),
        pytest.param("cancle", "cancel", id="swapped at the end"),
        pytest.param("lgtm", None, id="another bot's"),
        pytest.param("hold", None, id="another bot's, near ours"),
        pytest.param("assign", None, id="another bot's, near a workflow's"),
        pytest.param("approving", None, id="three letters"),
        pytest.param("x", None, id="short"),
    ],
)
def test_the_nearest_command(written: str, expected: str | None) -> None:
    assert nearest(written, (*(each.name for each in COMMANDS), "design")) == expected


def test_every_command_has_its_usage() -> None:
    literals = {name for group in get_args(Name) for name in (get_args(group) or (group,))}
    assert {each.name for each in COMMANDS} == literals
    assert usage("answer") == next(each for each in COMMANDS if each.name == "answer")
    assert usage("lgtm") is None


def test_workflows_bring_labels_and_commands() -> None:
    design = Definition("feature-design", 1, "Designs a feature.", Trigger("design", "/design"), "_tasks/{slug}", ())
    known = vocabulary([design])
    assert known.labels == {"design": "feature-design"}
    assert known.commands == {"design": "feature-design"}
    assert known.summaries == {"feature-design": "Designs a feature."}
    assert known.names[-1] == "design"
    assert "help" in Vocabulary().names


@pytest.mark.parametrize(
    ("text", "started"),
    [
        ("/review experts", ("panel", "")),
        ("/review experts tarjan, ops", ("panel", "tarjan, ops")),
        ("/review Experts: tarjan", ("panel", "tarjan")),
        ("/review experts\nThank you.", ("panel", "\nThank you.")),
        ("/review  experts don\n\nThanks!", ("panel", "don\n\nThanks!")),
        ("/review", None),
        ("/review expertise", None),
    ],
)
def test_a_command_of_two_words(text: str, started: tuple[str, str] | None) -> None:
    (command,) = parse(text)
    assert Vocabulary(commands={"review experts": "panel"}).started_by(command) == started


PIECES = st.sampled_from(
    [
        "/help",
        "/answer 1A",
        "word",
        "`",
        "```",
        "> ",
        "<!--",
        "-->",
        "\n",
        "\n\n",
        "    ",
        "- ",
        "[",
        "](x)",
        "\ue000",
        "\r",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_is_written_a_command_starts_its_line(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = parse(text)
    assert [command.line for command in found] == sorted({command.line for command in found})
    assert all(visible(lines[command.line - 1]).strip().startswith(f"/{command.name}") for command in found)
    assert added(text, text) == ()


@given(st.lists(PIECES, max_size=20).map("".join))
def test_what_is_quoted_is_never_a_command(text: str) -> None:
    quoted = "\n".join(f"> {line}" for line in text.replace("\r", "\n").split("\n"))
    assert parse(quoted) == ()
