import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.definition import Definition, Trigger
from bot.core.identity import Repository
from bot.core.living import concept
from bot.core.living.edits import Reworded
from bot.core.outputs import Setting
from bot.core.outputs.concept_check import CONCEPT_CHECK
from tests.gates.plan.examples import GOOD

from .series import PLAN

HERE = Repository(7, "o/r", 5)
PROMPTS = {
    "system": "For {{ repository }}.",
    "concept": "{{ title }}: {{ blocks | join(', ') }}\n{{ model }}\n{{ diff }}",
}
HOUSE = Definition("plan", 1, "", Trigger("plan", "/plan"), "notes", (), prompts=PROMPTS, model="quick")
HOLDS = {"block": "Meter", "holds": True, "why": "It only reads.", "old": "", "new": ""}
WRONG = {"block": "Judge", "holds": False, "why": "It ends @all | now.", "old": "It says.", "new": "It ends."}
OPEN = {"block": "Warden", "holds": False, "why": "People decide.", "old": "", "new": ""}
ANSWER = {"blocks": [HOLDS, WRONG, OPEN]}
WORDS = st.text("ab c", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)


def test_the_question_has_the_model_its_blocks_and_the_diff() -> None:
    asked = concept.brief(HOUSE, HERE, GOOD, "c0ffee", 45, "Read memory", "+ x\n" * 40_000)
    assert asked
    assert asked.charge.startswith("Read memory: Meter, Judge, Warden\n")
    assert "### System invariants" in asked.charge
    assert "(The rest is left out.)" in asked.charge
    assert (asked.model, asked.tools, asked.address.turn(1)) == ("quick", (), "7.45.plan.1/concept@45/writer/1#1")
    short = concept.brief(HOUSE, HERE, GOOD, "c0ffee", 45, "Read memory", "+ x")
    assert short
    assert "left out" not in short.charge


@pytest.mark.parametrize("text", [PLAN, "## D) Concept Model\n\nWords.\n"])
def test_a_plan_without_such_a_model_asks_nothing(text: str) -> None:
    assert concept.brief(HOUSE, HERE, text, "c0ffee", 45, "x", "+ x") is None


def test_the_answer_is_told_block_by_block() -> None:
    text = concept.told(ANSWER, 45, ("One has no place.",), "0.02 USD")
    assert text.startswith(
        "**The concept model no longer holds in 2 of 3 blocks** after #45.\n- ✅ **Meter:** It only reads."
    )
    assert "  - it says: It says.\n  - it should say: It ends." in text
    assert text.endswith("- One has no place.\n\n0.02 USD")
    assert "@all" not in text
    item = {"blocks": [HOLDS | {"holds": False, "old": "- **Owns:** a", "new": "- **Owns:** b"}]}
    assert "  - it says: **Owns:** a\n  - it should say: **Owns:** b" in concept.told(item, 45, (), "")
    assert concept.told({"blocks": [HOLDS]}, 45, (), "no cost") == (
        "**The concept model still holds** after #45.\n- ✅ **Meter:** It only reads.\n\nno cost"
    )
    assert concept.reworded(ANSWER, 45) == (Reworded("Judge", "It says.", "It ends.", 45),)


@given(st.lists(st.tuples(WORDS, st.booleans(), WORDS, WORDS, WORDS), max_size=3))
def test_an_answer_renders_and_parses_back(blocks: list[tuple[str, bool, str, str, str]]) -> None:
    data = {
        "blocks": [
            {"block": name, "holds": holds, "why": why, "old": "" if holds else old, "new": "" if holds else new}
            for name, holds, why, old, new in blocks
        ]
    }
    tidy = CONCEPT_CHECK.settle(data, Setting())
    assert CONCEPT_CHECK.parse(CONCEPT_CHECK.render(tidy)) == tidy


@pytest.mark.parametrize(
    ("block", "wrong"),
    [
        ({**HOLDS, "why": " "}, "has a name, and a sentence"),
        ({**HOLDS, "old": "x"}, "“Meter” holds, so it has no `old`"),
    ],
)
def test_a_bad_answer_is_refused(block: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        CONCEPT_CHECK.settle({"blocks": [block]}, Setting())
