"""How a definition calls a gate: the parameters that the function has, and the faults of a call."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.core.findings import Finding

Gate = Callable[..., Iterator[Finding]]

_KINDS: Mapping[Any, tuple[str, str]] = {
    str: ("a text", "Summary"),
    int: ("a whole number", "3"),
    float: ("a number", "0.25"),
    bool: ("true or false", "true"),
    Sequence[str]: ("a list of texts", "[Summary, Questions]"),
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a gate, as YAML names it. `kind` says in words what it takes."""

    name: str
    type: Any
    required: bool
    default: Any = None

    @property
    def kind(self) -> str:
        """What it takes, in words: `a list of texts`."""
        return _KINDS[self.type][0]

    @property
    def example(self) -> str:
        """A value as YAML."""
        return _KINDS[self.type][1]

    def takes(self, value: object) -> bool:
        """A value from YAML is of this parameter's type."""
        try:
            TypeAdapter(self.type, config=ConfigDict(strict=True)).validate_python(value)
        except ValidationError:
            return False
        return True


def parameters_of(gate: Gate) -> Mapping[str, Parameter]:
    """A gate's keyword-only arguments, by kebab-case name; the first is the main one."""
    hints = get_type_hints(gate)
    found = {}
    for name, argument in inspect.signature(gate).parameters.items():
        if argument.kind is inspect.Parameter.KEYWORD_ONLY:
            kebab = name.replace("_", "-")
            required = argument.default is inspect.Parameter.empty
            found[kebab] = Parameter(kebab, hints[name], required, None if required else argument.default)
    return found


def faults_of(gate: str, known: Mapping[str, Parameter], given: Mapping[str, Any]) -> list[str]:
    """What is wrong with a call, a sentence each with what to write instead. `given` has kebab or snake names."""
    faults = []
    for name, value in given.items():
        kebab = name.replace("_", "-")
        if kebab not in known:
            faults.append(f"The gate `{gate}` has no parameter `{kebab}`. {nearest(kebab, known)}")
        elif not known[kebab].takes(value):
            parameter = known[kebab]
            example = f"Write for example `{kebab}: {parameter.example}`."
            faults.append(f"The parameter `{kebab}` of the gate `{gate}` takes {parameter.kind}. {example}")
    have = {name.replace("_", "-") for name in given}
    for parameter in known.values():
        if parameter.required and parameter.name not in have:
            example = f"Add `{parameter.name}: {parameter.example}`."
            faults.append(f"The gate `{gate}` needs the parameter `{parameter.name}`. {example}")
    return faults


def nearest(name: str, known: Mapping[str, Any]) -> str:
    """What to write in the place of an unknown name."""
    close = get_close_matches(name, known, n=1)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"It has {', '.join(f'`{one}`' for one in known)}." if known else "It has none."
