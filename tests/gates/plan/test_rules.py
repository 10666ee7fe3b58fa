"""Each rule with a good and a bad example, and how rules are configured."""

import pytest

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.gates.plan import RULES, Paper, lint

from .examples import EXAMPLES, GOOD, OTHER_WAYS, Bad, Files


def found(text: str) -> tuple[Finding, ...]:
    return lint(Paper.of(Artifact("plan.md", text), Files()))


def test_nothing_is_wrong_with_the_good_plan() -> None:
    assert found(GOOD) == ()


def test_every_rule_has_its_examples() -> None:
    assert list(EXAMPLES) == list(RULES)


@pytest.mark.parametrize("name", RULES)
def test_the_rule_finds_the_bad_example(name: str) -> None:
    bad: Bad = EXAMPLES[name]
    lines = [finding.line for finding in found(bad.text) if finding.rule == name]
    assert bad.line in lines


@pytest.mark.parametrize(("name", "bad"), OTHER_WAYS, ids=[f"{name}-{at}" for at, (name, _) in enumerate(OTHER_WAYS)])
def test_other_ways_to_break_a_rule(name: str, bad: Bad) -> None:
    assert bad.line in [finding.line for finding in found(bad.text) if finding.rule == name]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- A worker has one", "- Inference: a worker probably has one"),
        ("| A limit for each queue | PR 3 |", "| A limit for each queue | PR 3, later more |"),
        ("None, because each block passes values.", "- The clock: all blocks read it, and it has no owner here."),
        ("A reading is due (exogenous)", "None, because it is asked"),
        ("`pool.toml` in the tests has limits", "there is no scaffolding"),
        ("- Limits on processor time.", "- Limits; see `README`."),
        ("- The queue and its files.", "- The queue.\n\n```yaml\nlimit: 10\n```"),
    ],
)
def test_what_is_fine(old: str, new: str) -> None:
    assert old in GOOD
    assert found(GOOD.replace(old, new, 1)) == ()
