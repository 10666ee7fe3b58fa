import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.incoming.description import find

HEADINGS = ("Feature Description", "Description")

TEMPLATE = """\
I'm building a new feature.

## Phase 1: Understand

- Restate the feature

## Feature Description:
{text}

---

## Checklist

- [x] read the guide
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (TEMPLATE.format(text="Count the workers."), "Count the workers."),
        (TEMPLATE.format(text="[I'll describe the feature below]\n\nCount the workers."), "Count the workers."),
        (
            "# feature description\r\nCount.\r\n\r\n### Why\r\nBecause.\r\n\r\n# More\r\nno",
            "Count.\n\n### Why\nBecause.",
        ),
        ("### 1. Feature description (short)\n\nCount.", "Count."),
        ("## **Feature Description**\n\nCount.", "Count."),
        ("Intro\n\n**Feature Description:** Count.\n\nMore.\n\n**Notes:** none", "Count.\n\nMore."),
        ("**Feature Description**\n\nCount.\n\n## Other\n\nx", "Count."),
        ("**Feature Description**: Count.", "Count."),
        ("Use the process. \nFeature description: Count.\nAll.\n\n---\nx", "Count.\nAll."),
        ("Description:\n\n```py\n# code\n<!-- kept -->\n```\n", "```py\n# code\n<!-- kept -->\n```"),
        (TEMPLATE.format(text="Count the workers.").replace("\n\n---", "\n---"), "Count the workers."),
        ("## Description\n_No response_\n\n## Feature Description\nCount.", "Count."),
        ("## Description\nCount <!-- not this --> it.", "Count it."),
    ],
)
def test_below_a_heading_or_label(body: str, expected: str) -> None:
    assert find(body, HEADINGS) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Count the workers.", "Count the workers."),
        ("<!-- Thank you! -->\nCount the workers.\n", "Count the workers."),
        ("## What\n\nCount.\n\n## Logs\n\n_No response_\n\n## Steps\n<!-- how -->\n", "## What\n\nCount."),
        ("Count.\n\n- [ ] I read the guide", "Count."),
        ("Count:\n\n    indented\n\tcode", "Count:\n\n    indented\n\tcode"),
        ("---\nCount.\n---\n\nMore", "Count.\n\n---\n\nMore"),
        ("***\n\nCount.\n\n***", "Count."),
    ],
)
def test_else_the_body(body: str, expected: str) -> None:
    assert find(body, HEADINGS) == expected
    assert find(body, ()) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "  \n\n",
        "<!-- describe it -->",
        "## Description\n",
        "_No response_",
        "## Feature Description\n\n_No response_\n",
        "## Feature Description\n\n<!-- here -->\n\n## Phase 1\n\nRestate.",
        "**Feature Description:**\n",
        "## Feature Description\n\n### Why\n",
        "## Feature Description\nPlease describe the feature below.",
        "- [ ] I read the guide",
        TEMPLATE.format(text="[I'll describe the feature below]"),
        TEMPLATE.format(text=""),
        TEMPLATE.format(text="N/A"),
    ],
)
def test_a_placeholder_is_no_description(body: str) -> None:
    assert find(body, HEADINGS) is None


@given(st.text(alphabet="#*_:-[]<>! \nDescriptonx`", max_size=120))
def test_what_is_found_says_something(body: str) -> None:
    found = find(body, HEADINGS)
    assert found is None or found.strip()
