"""A document says at its top that it was written without web search."""

import pytest

from bot.core.run.absent import NOTE, without_web


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Prior art\n\nRay has actors.\n", f"# Prior art\n\n{NOTE}\n\nRay has actors.\n"),
        ("Prior art\n=========\n\n## Systems\n", f"Prior art\n=========\n\n{NOTE}\n\n## Systems\n"),
        ("Ray has actors.", f"{NOTE}\n\nRay has actors."),
        ("# P\n\n## Systems\n\nThere was no web search.", f"# P\n\n{NOTE}\n\n## Systems\n\nThere was no web search."),
        ("# P\n\nThis run had no web search.\n\n## Systems\n", None),
    ],
)
def test_it_is_said_once_below_the_title(text: str, expected: str | None) -> None:
    assert without_web(text) == (text if expected is None else expected)
    assert without_web(without_web(text)) == without_web(text)
