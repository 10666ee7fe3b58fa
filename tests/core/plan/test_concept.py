"""The building blocks of a concept model, in the forms that people give them."""

import pytest

from bot.core.plan import Block, Freeze, read
from bot.core.plan.concept import ASPECTS

CONTRACT = dict.fromkeys(ASPECTS, "x")
HEAD = "## D) Concept Model\n\n### Building blocks\n\n"
LABELS = "".join(f"- {aspect.upper()}: x\n" for aspect in ASPECTS)
BOLD = "".join(f"**{aspect.capitalize()}:** x\n\n" for aspect in ASPECTS)
ROWS = "| Aspect | Contract |\n|--|--|\n| Status | new |\n" + "".join(f"| **{aspect}** | x |\n" for aspect in ASPECTS)
COLUMNS = "| Block | Responsibility | " + " | ".join(ASPECTS) + " |\n" + "|--" * 8 + "|\n| Meter | Reads. | "


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (f"#### 1. Meter\n\nReads.\n\n{LABELS}", 5),
        (f"#### Meter — Reads.\n\n{BOLD}", 5),
        (f"#### Meter\n\nReads.\n\n{ROWS}", 5),
        (f"**1. Meter** — Reads.\n{LABELS}", 5),
        (f"1. **Meter** (new) — Reads.\n{LABELS}", 5),
        (COLUMNS + " | ".join("x" * 6) + " |\n", 7),
    ],
    ids=["heading and labels", "heading and bold", "heading and table", "bold", "numbered", "columns"],
)
def test_a_block_in_many_forms(written: str, line: int) -> None:
    assert read(HEAD + written).blocks == (Block("Meter", line, "Reads.", CONTRACT),)


def test_a_label_goes_on_below_and_a_table_of_no_aspects_is_none() -> None:
    text = f"{HEAD}#### Meter\n\n- OBSERVES: one\n  and two\n- CONTROLS: x\n\n#### Judge\n\n"
    meter, judge = read(f"{text}| A | B |\n|--|--|\n| c | d |\n").blocks
    assert meter.aspects == {"observes": "one and two", "controls": "x"}
    assert (judge.name, judge.responsibility, judge.aspects) == ("Judge", "", {})


def test_columns_without_a_responsibility() -> None:
    text = f"{HEAD}| Block | Observes | Owns |\n|--|--|--|\n| Meter | a | b |\n"
    assert read(text).blocks == (Block("Meter", 7, "", {"observes": "a", "owns": "b"}),)


def test_without_a_heading_blocks_are_what_has_a_contract() -> None:
    text = f"## Concept model\n\nWords.\n\n### Meter\n\nReads.\n\n{LABELS}\n### System invariants\n\n- INV-1\n"
    assert [block.name for block in read(text).blocks] == ["Meter"]
    assert read("## Concept model\n\nWords alone.\n").blocks == ()
    assert read("# No model\n").blocks == ()


def test_the_freeze_schedule() -> None:
    text = "## H\n\n| Interface | Frozen by | Validated before |\n|--|--|--|\n| Judge | PR 2 | the runs |\n"
    assert read(text).freezes == (Freeze("Judge", "PR 2", "the runs", "", 5),)


def test_a_group_that_ends_the_document() -> None:
    assert read("## Plan\n\n### Stage 1: Ground\n\n#### T1.1: Dig\n").groups == {"Stage1": ("T1.1",)}
