"""`charrette doctor`: checks every part of an installation, and says how to fix what is wrong."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from bot.core.errors import FaultsError
from bot.logs import Redaction
from bot.settings import Settings, read

from . import github, machine, model
from .words import Examination, Finding, Patient, findings

MARKS = {"ok": "ok    ", "wrong": "WRONG ", "skipped": "-     "}

# In the order in which one rests on the other.
EXAMINATIONS: dict[str, Examination] = {
    "state": machine.state,
    "database": machine.database,
    "workflows": machine.workflows,
    "clock": github.clock,
    "GitHub": github.app,
    "permissions": github.permissions,
    "events": github.events,
    "webhook": github.webhook,
    "deliveries": github.deliveries,
    "installations": github.installations,
    "rate limit": github.limits,
    "model": model.server,
    "model names": model.names,
    "web search": model.web,
}


def examine(environ: Mapping[str, str], env_file: Path | None, as_json: bool = False) -> int:
    """Prints one line for each check, or one JSON object; returns 1 if a check fails."""
    found = []
    for finding in _all(environ, env_file):
        found.append(finding)
        if not as_json:
            print(" ".join(filter(None, (f"{MARKS[finding.state]} {finding.name}: {finding.said}", finding.mend))))
    well = all(finding.state != "wrong" for finding in found)
    if as_json:
        print(json.dumps({"well": well, "checks": [asdict(finding) for finding in found]}, ensure_ascii=False))
    return 0 if well else 1


def _all(environ: Mapping[str, str], env_file: Path | None) -> Iterator[Finding]:
    """Runs all checks, yielding results as they come; they contain no secret."""
    yield from findings("git", machine.git)
    try:
        settings = read(environ, env_file)
    except FaultsError as error:
        yield from findings("settings", partial(_raise, error))
        yield Finding("the rest", "skipped", "examined when the settings are right.")
        return
    yield Finding("settings", "ok", "complete")
    yield from _of(settings)


def _of(settings: Settings) -> Iterator[Finding]:
    patient, redact = Patient(settings), Redaction(settings.secrets)
    try:
        for name, examination in EXAMINATIONS.items():
            for finding in findings(name, partial(examination, patient)):
                if finding.state == "wrong":
                    patient.wrong.add(name)
                yield replace(finding, said=redact(finding.said), mend=redact(finding.mend))
    finally:
        patient.github.close()


def _raise(error: FaultsError) -> str:
    raise error
