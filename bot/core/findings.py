"""What a gate reports."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning", "asks"]


@dataclass(frozen=True)
class Finding:
    """One fault of an artifact: its line (from 1), what is wrong, and what to write instead.

    An `error` goes back to the model, a `warning` is only shown, an `asks` needs a person's approval. `path` is the
    artifact's, where that is not plain.
    """

    line: int
    wrong: str
    mend: str
    rule: str = ""
    severity: Severity = "error"
    path: str = ""

    def of(self, rule: str, severity: Severity) -> "Finding":
        """This finding under the rule and the severity that the definition gives."""
        return replace(self, rule=rule, severity=severity)


def new(findings: Iterable[Finding], known: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that are not among those that are known. Lines move, and tell nothing."""
    told = {(finding.rule, finding.wrong) for finding in known}
    return tuple(finding for finding in findings if (finding.rule, finding.wrong) not in told)


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that the model must mend."""
    return tuple(finding for finding in findings if finding.severity == "error")
