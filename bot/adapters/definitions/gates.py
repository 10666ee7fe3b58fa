"""Parses the gates that a definition calls into `GateUse`."""

from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from bot.core.definition import GateUse
from bot.core.findings import Severity
from bot.gates import GATES, as_parameters, problems

from .configuration import filled
from .nodes import Reader, nearest

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "asks")


def gates(reader: Reader, node: Node | None, parameters: dict[str, Any]) -> tuple[GateUse, ...]:
    """The gates in a list; faulty ones are left out. `parameters` are the workflow's, for `{name}` in a value."""
    if node is None:
        return ()
    found = (_gate(reader, item, parameters) for item in reader.items(node, "gates"))
    return tuple(use for use in found if use is not None)


def _gate(reader: Reader, item: Node, parameters: dict[str, Any]) -> GateUse | None:
    """One gate: its name alone, or `name: parameters`, with `severity` beside the name unless it is `error`."""
    if isinstance(item, ScalarNode):
        return _use(reader, item, None, "error", parameters)
    if not isinstance(item, MappingNode):
        reader.expected(item, "a gate's name", "Write “- name” or “- name: parameters”.")
        return None
    severity: Severity = "error"
    calls: list[tuple[ScalarNode, Node]] = []
    for key, value in reader.pairs(item, "a gate"):
        if key.value == "severity":
            chosen = reader.choice(value, "severity", _SEVERITIES)
            severity = next((known for known in _SEVERITIES if known == chosen), severity)
        else:
            calls.append((key, value))
    if len(calls) != 1:
        names = ", ".join(key.value for key, _ in calls) or "none"
        mend = "Begin each gate with “- ”; only “severity” may stand beside it."
        reader.fault(item, f"One item names one gate, this one: {names}.", mend)
        return None
    key, value = calls[0]
    return _use(reader, key, value, severity, parameters)


def _use(
    reader: Reader, name: ScalarNode, value: Node | None, severity: Severity, parameters: dict[str, Any]
) -> GateUse | None:
    if name.value not in GATES:
        reader.fault(name, f"There is no gate “{name.value}”.", nearest(name.value, tuple(GATES)))
        return None
    before = len(reader.faults)
    given = None if value is None else reader.plain(value)
    if len(reader.faults) > before:
        return None
    lines = _lines(value) if isinstance(value, MappingNode) else {}
    arguments = {}
    for key, one in as_parameters(name.value, given).items():
        arguments[key], unknown = filled(one, parameters)
        if unknown:
            at = lines.get(key.replace("_", "-"), name)
            wrong = f"The workflow has no parameter “{unknown}”."
            reader.fault(at, wrong, nearest(unknown, tuple(known.replace("_", "-") for known in parameters)))
    for problem in problems(name.value, arguments) if len(reader.faults) == before else ():
        at = next((line for key, line in lines.items() if f"parameter `{key}`" in problem), name)
        wrong, _, mend = problem.partition(". ")
        reader.fault(at, f"{wrong}." if mend else wrong, mend)
    return GateUse(name.value, arguments, severity) if len(reader.faults) == before else None


def _lines(value: MappingNode) -> dict[str, Node]:
    return {key.value: key for key, _ in value.value}
