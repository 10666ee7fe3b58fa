"""How rules are configured, and what becomes of those that fit our form alone."""

import pytest

from bot.core.definition import GateUse
from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.gates import Context, judge, problems
from bot.gates.plan import Level, Paper, lint, unknown

from .examples import EXAMPLES, GOOD, Files

BARE = "## PR Plan\n\n" + "".join(f"### PR {n}: Unit {n}\n\n**Depends on:** none\n\n" for n in range(1, 7))


def found(text: str, **levels: Level) -> list[tuple[str, str]]:
    named = {name.replace("_", "-"): level for name, level in levels.items()}
    findings = lint(Paper.of(Artifact("plan.md", text), Files()), named)
    return [(finding.rule, finding.severity) for finding in findings]


@pytest.mark.parametrize(
    ("rule", "level", "expected"),
    [
        ("tier-1-aim", "off", []),
        ("tier-1-aim", "error", [("tier-1-aim", "error")]),
        ("flags", "warning", [("flags", "warning")]),
        ("flags", "off", []),
    ],
)
def test_a_rule_s_level(rule: str, level: Level, expected: list[tuple[str, str]]) -> None:
    assert found(EXAMPLES[rule].text, **{rule: level}) == expected


def test_what_fits_our_form_alone_is_one_warning_in_another_form() -> None:
    stable = [finding for finding in lint(Paper.of(Artifact("plan.md", BARE))) if finding.rule == "stable-id"]
    (one,) = stable
    assert (one.line, one.severity) == (3, "warning")
    assert one.wrong == "PR1 has no stable id. The like of it stands in lines 7, 11, 15, 19, 23."


def test_a_few_stand_for_themselves() -> None:
    text = BARE[: BARE.index("### PR 3")]
    assert [rule for rule, _ in found(text) if rule == "stable-id"] == ["stable-id", "stable-id"]


def test_a_warning_of_a_rule_stays_one_and_can_be_made_an_error() -> None:
    text = GOOD.replace("(`src/queue.py:1`).\n\n### Inv", "(`src/pool.py:3`).\n\n### Inv")
    assert found(text) == [("citations", "warning")]
    assert found(text, citations="error") == [("citations", "error")]


def test_unknown_names_are_said() -> None:
    assert list(unknown(["cycle", "cycles", "xyz"])) == [
        "There is no rule `cycles`. Did you mean `cycle`?",
        "There is no rule `xyz`. docs/plan-rules.md lists them.",
    ]


def gate(text: str, **parameters: list[str]) -> list[Finding]:
    return list(judge(Artifact("plan.md", text), Context(tree=Files()), [GateUse("plan", parameters)]))


def test_as_a_gate() -> None:
    assert gate(GOOD) == []
    (finding,) = gate(EXAMPLES["tier-1-aim"].text)
    assert (finding.rule, finding.severity) == ("plan: tier-1-aim", "warning")
    assert finding.wrong.endswith("aimed for.")
    assert gate(EXAMPLES["tier-1-aim"].text, off=["tier-1-aim"]) == []
    assert gate(EXAMPLES["tier-1-aim"].text, only=["cycle"]) == []
    (finding,) = gate(EXAMPLES["tier-1-aim"].text, errors=["tier-1-aim"])
    assert finding.severity == "error"
    (finding,) = gate(EXAMPLES["flags"].text, warnings=["flags"])
    assert finding.severity == "warning"


def test_the_gate_s_faults() -> None:
    assert problems("plan", {"off": ["cycle"]}) == []
    assert problems("plan", {"off": ["cicle"]}) == ["There is no rule `cicle`. Did you mean `cycle`?"]
    assert problems("plan", {"off": "cycle"}) == [
        "The parameter `off` of the gate `plan` takes a list of texts. Write for example `off: [Summary, Questions]`."
    ]


def test_a_gate_of_rules_that_are_there_has_no_fault() -> None:
    assert list(problems("plan", {"strict": True, "off": ["flags"]})) == []
    (fault,) = problems("plan", {"strict": True, "off": ["flaggs"]})
    assert "flaggs" in fault
