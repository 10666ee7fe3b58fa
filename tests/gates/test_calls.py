from collections.abc import Sequence
from typing import Any

import pytest

from bot.core.definition import GateUse
from bot.core.markdown.artifact import Artifact
from bot.gates import GATES, Context, as_parameters, judge, parameters, problems


def test_findings_have_their_gate_and_severity_and_come_by_line() -> None:
    artifact = Artifact("a.md", "# A\n\nTBD\n\nTODO")
    uses = [GateUse("no-placeholders", severity="asks"), GateUse("headings", {"wanted": ["B"]})]
    found = judge(artifact, Context(), uses)
    assert [(finding.line, finding.rule, finding.severity) for finding in found] == [
        (1, "headings", "error"),
        (3, "no-placeholders", "asks"),
        (5, "no-placeholders", "asks"),
    ]


def test_no_gates_find_nothing() -> None:
    assert judge(Artifact("a.md", ""), Context(), []) == ()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("not-empty", None, {}),
        ("headings", ["A", "B"], {"wanted": ["A", "B"]}),
        ("words", {"at-least": 3}, {"at_least": 3}),
        ("numbered", "Success criteria", {"section": "Success criteria"}),
        ("not-empty", 3, {"value": 3}),
        ("unknown", 3, {"value": 3}),
    ],
)
def test_as_parameters(name: str, value: object, expected: dict[str, Any]) -> None:
    assert as_parameters(name, value) == expected


@pytest.mark.parametrize(
    ("name", "given", "wrong"),
    [
        ("headings", {"wanted": ["A"]}, []),
        ("headings", {"wanted": ["A"], "in_order": False}, []),
        ("words", {"at-least": 3}, []),
        (
            "headings",
            {},
            ["The gate `headings` needs the parameter `wanted`. Add `wanted: [Summary, Questions]`."],
        ),
        (
            "headings",
            {"wanted": "A"},
            [
                (
                    "The parameter `wanted` of the gate `headings` takes a list of texts. "
                    "Write for example `wanted: [Summary, Questions]`."
                )
            ],
        ),
        (
            "words",
            {"at_least": True, "at-mots": 4},
            [
                "The parameter `at-least` of the gate `words` takes a whole number. Write for example `at-least: 3`.",
                "The gate `words` has no parameter `at-mots`. Did you mean `at-most`?",
            ],
        ),
        ("not-empty", {"value": 3}, ["The gate `not-empty` has no parameter `value`. It has none."]),
        (
            "words",
            {"zzz": 1},
            ["The gate `words` has no parameter `zzz`. It has `section`, `at-least`, `at-most`."],
        ),
        ("heading", {}, ["There is no gate `heading`. Did you mean `headings`?"]),
    ],
)
def test_problems(name: str, given: dict[str, Any], wrong: list[str]) -> None:
    assert problems(name, given) == wrong


def test_an_unknown_gate_without_a_near_name_is_told_all_names() -> None:
    (wrong,) = problems("zzz", {})
    assert all(f"`{name}`" in wrong for name in GATES)


@pytest.mark.parametrize("name", GATES)
def test_every_gate_can_be_called_from_yaml(name: str) -> None:
    for parameter in parameters(name).values():
        assert parameter.kind
        assert parameter.required or parameter.takes(
            list(parameter.default) if parameter.type == Sequence[str] else parameter.default
        )


def test_what_is_required_has_no_default() -> None:
    wanted, in_order = parameters("headings").values()
    assert (wanted.name, wanted.required, wanted.type) == ("wanted", True, Sequence[str])
    assert (in_order.name, in_order.required, in_order.default) == ("in-order", False, True)
