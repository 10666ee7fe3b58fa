"""Each rule with a good and a bad example, and how rules are configured."""

import pytest

from bot.core.artifact import Artifact
from bot.core.findings import Finding
from bot.gates.plan import RULES, Paper, lint

from .examples import EXAMPLES, GOOD, Bad, Files


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
