from collections.abc import Callable
from typing import Any

import pytest

from bot.core.definition import GateUse
from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.gates import Context, as_parameters, judge, problems

Judge = Callable[..., list[Finding]]


@pytest.fixture
def found() -> Judge:
    """What a gate finds, called as YAML calls it."""

    def findings(gate: str, text: str, value: Any = None, context: Context | None = None) -> list[Finding]:
        given = as_parameters(gate, value)
        assert problems(gate, given) == []
        artifact = Artifact("_tasks/x/002-understanding.md", text)
        return list(judge(artifact, context or Context(), [GateUse(gate, given)]))

    return findings
