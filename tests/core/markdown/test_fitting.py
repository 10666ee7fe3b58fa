"""Texts within GitHub's limits, with nothing left open."""

import pytest

from bot.core.markdown.fitting import LIMIT, MORE, shortened

LINES = "a line of a document\n" * 4_000
FOLDED = "<details><summary>More</summary>\n\n"


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        pytest.param(LINES, "a line of a document", id="prose"),
        pytest.param(f"```python\n{LINES}", "a line of a document\n```", id="a fence"),
        pytest.param(f"~~~~\n```\n{LINES}", "a line of a document\n~~~~", id="a fence around a fence"),
        pytest.param(FOLDED * 2 + LINES, "a line of a document\n\n</details>\n\n</details>", id="folded twice"),
        pytest.param(f"{FOLDED}</details>\n\n{LINES}", "a line of a document", id="folded, and closed"),
        pytest.param(f"{FOLDED}```\n{LINES}", "a line of a document\n```\n\n</details>", id="a fence, folded"),
        pytest.param("長" * 70_000, "長", id="one long line"),
    ],
)
def test_what_is_cut_is_closed_and_said(text: str, ending: str) -> None:
    short = shortened(text)
    assert len(short) <= LIMIT
    assert short.endswith(f"{ending}\n\n{MORE}\n")


def test_what_fits_stays() -> None:
    assert shortened("short") == "short"
    assert shortened("a" * LIMIT) == "a" * LIMIT
