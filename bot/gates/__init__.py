"""Deterministic checks of an artifact. A gate looks at the artifact and its context and yields findings.

To add one: a function (its keyword-only arguments are its parameters, the first the main one), a line in `GATES`,
a heading in docs/gates.md, and a test.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.core.definition import GateUse
from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact

from .asked import questions
from .calls import Gate, Parameter, faults_of, nearest, parameters_of
from .cited import citations
from .concerning import answers_concerns
from .context import Context
from .covers import covers
from .diagram import diagram
from .disposed import decisions_agree, dispositions
from .headings import headings
from .links import links_resolve
from .numbered import numbered
from .placeholders import no_placeholders
from .planned import plan, plan_faults
from .size import lines, not_empty, words
from .sources import sources
from .tracking import contract, owners, resolutions, searched, tracks_needed

GATES: Mapping[str, Gate] = {
    "not-empty": not_empty,
    "no-placeholders": no_placeholders,
    "headings": headings,
    "words": words,
    "lines": lines,
    "numbered": numbered,
    "covers": covers,
    "sources": sources,
    "citations": citations,
    "links-resolve": links_resolve,
    "diagram": diagram,
    "questions": questions,
    "dispositions": dispositions,
    "decisions-agree": decisions_agree,
    "answers-concerns": answers_concerns,
    "searched": searched,
    "owners": owners,
    "tracks-needed": tracks_needed,
    "contract": contract,
    "resolutions": resolutions,
    "plan": plan,
}
_FAULTS: Mapping[str, Sequence[Callable[[Mapping[str, Any]], Iterable[str]]]] = {"plan": (plan_faults,)}
"""What else can be wrong with the parameters of a gate, once they are of their types."""

__all__ = ["GATES", "Context", "Gate", "Parameter", "as_parameters", "judge", "parameters", "problems"]


def judge(artifact: Artifact, context: Context, uses: Sequence[GateUse]) -> tuple[Finding, ...]:
    """The findings of these gates, under their names and severities, by line; `plan: cycle` where a gate has rules.

    What a gate itself calls a warning stays one, whatever the definition's severity.
    """
    found = [
        finding.of(
            f"{use.name}: {finding.rule}" if finding.rule else use.name,
            finding.severity if finding.severity == "warning" else use.severity,
        )
        for use in uses
        for finding in GATES[use.name](artifact, context, **use.parameters)
    ]
    return tuple(sorted(found, key=lambda finding: finding.line))


def parameters(name: str) -> Mapping[str, Parameter]:
    """The parameters of the gate of that name, by kebab-case name; the first is the main one."""
    return parameters_of(GATES[name])


def as_parameters(name: str, value: object) -> dict[str, Any]:
    """The keyword arguments that YAML means: nothing, a mapping of parameters, or the main parameter's value.

    They may be faulty: `problems` says so. A value for a gate without parameters is kept under the name `value`.
    """
    match value:
        case None:
            return {}
        case dict():
            return {str(key).replace("-", "_"): one for key, one in value.items()}
        case _:
            main = next(iter(parameters(name)), "value") if name in GATES else "value"
            return {main.replace("-", "_"): value}


def problems(name: str, given: Mapping[str, Any]) -> list[str]:
    """What is wrong with calling a gate so, a sentence each, with what to write instead; nothing where all is well."""
    if name not in GATES:
        known = nearest(name, GATES).replace("It has", "There are")
        return [f"There is no gate `{name}`. {known}"]
    faults = faults_of(name, parameters(name), given)
    return faults or [fault for check in _FAULTS.get(name, ()) for fault in check(given)]
