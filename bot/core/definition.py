"""A workflow as data: what `workflow.yaml` and the Markdown beside it say, checked and complete.

The loader (`bot/adapters/definitions.py`) makes it; a run pins a snapshot of it. It holds the text of every prompt,
persona and template it names, so that nothing is looked up later.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from .codec import to_json
from .errors import Fault
from .findings import Severity

Source = Literal["model", "event", "workflow"]
Asks = Literal["author"]
Approver = Literal["maintainer"]
Each = Literal["experts", "subsystems", "tracks"]
Given = Literal["tracks"]
Brings = Literal["design"]


@dataclass(frozen=True)
class GateUse:
    """One gate as a definition calls it; `parameters` are the gate's keyword arguments, as Python names."""

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)
    severity: Severity = "error"


@dataclass(frozen=True)
class Persona:
    """One reviewer's lens, from a file under `personas/`. `brief` is Markdown: who they are and what they catch.

    `id` and `aliases` are what people call it by; what is shown is the `name`, and the shorter `lens`.
    """

    id: str
    name: str
    lens: str
    brief: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phase:
    """The making of one artifact.

    `number` is the artifact's three digits (001 is the request). `prompt` is the text of the phase's Markdown file.
    `reads` names earlier phases. `output` names a codec, or is None for Markdown. `counted` phases are the ones that
    "phase 3 of 8" counts. A phase that goes `into` an artifact fills these `sections` of it, and has no other; with
    `elsewhere` another workflow's run makes it, and the branch alone knows its number. `persona` is whose lens it has.
    With `last`, the number follows all others, and depends on how many tracks there are; so do those of `each: tracks`,
    of which `number` is the first. A phase that is `given` tracks is left out where none is open.
    One whose source is a `workflow` is that workflow (`id`) run on the run's own pull request, until the phase with
    which it `ends`; `number` is the last of those that it takes.
    A phase is left out `unless` its request brings no design.
    """

    id: str
    number: int
    title: str
    prompt: str
    source: Source = "model"
    reads: tuple[str, ...] = ()
    gates: tuple[GateUse, ...] = ()
    tools: tuple[str, ...] = ()
    asks: Asks | None = None
    approval: Approver | None = None
    each: Each | None = None
    output: str | None = None
    counted: bool = True
    model: str = ""
    into: str = ""
    sections: tuple[str, ...] = ()
    elsewhere: bool = False
    unless: Brings | None = None
    persona: Persona | None = None
    last: bool = False
    given: Given | None = None
    ends: str = ""

    @property
    def label(self) -> str:
        """What people call the phase's document by: its number, where that is known, and its title."""
        own = self.number and self.source != "workflow"
        return f"{self.number:03d} {self.title}" if own else self.title

    @property
    def file(self) -> str:
        """The artifact's file name; a phase with members has one `member_file` for each instead."""
        return f"{self.number:03d}-{self.into or self.id}.md"

    def member_file(self, member: str) -> str:
        """The file name of one member's artifact, for a phase with `each`."""
        return f"{self.number:03d}-{member}-{self.id}.md"


@dataclass(frozen=True)
class Trigger:
    """What starts a workflow: a label on an issue, and a command that does the same.

    A workflow about a pull request (`pull`) has a command alone, which may be of two words.
    """

    label: str
    command: str
    pull: bool = False


@dataclass(frozen=True)
class Definition:
    """A workflow, whole. `parameters` are its house values (defaults, overridden by a repository's configuration).

    `panel` are the personas that are called, `mini` those that are called for little, and `personas` all that could be
    called by name. `documents` are texts that come with the workflow and are given to each conversation, as templates
    by name; a parameter of that name may put a file of the repository in the place of one. `makes` is what its runs
    make, in a word or two for people.
    """

    id: str
    version: int
    summary: str
    trigger: Trigger
    artifacts: str
    phases: tuple[Phase, ...]
    model: str = "thorough"
    attempts: int = 3
    rounds: int = 2
    wait_days: float = 7.0
    needs_description: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    panel: tuple[Persona, ...] = ()
    mini: tuple[Persona, ...] = ()
    personas: tuple[Persona, ...] = ()
    prompts: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    makes: str = ""

    def without(self, gone: Brings) -> "Definition":
        """The workflow for a request that brings this: less the phases that would make it, the others numbered anew."""
        left = [phase for phase in self.phases if phase.unless != gone]
        dropped = {phase.number for phase in self.phases} - {phase.number for phase in left}
        ids = {phase.id for phase in left}
        return replace(
            self,
            phases=tuple(
                replace(
                    phase,
                    number=phase.number - sum(number < phase.number for number in dropped),
                    reads=tuple(id for id in phase.reads if id in ids),
                )
                for phase in left
            ),
        )

    def phase(self, id: str) -> Phase:
        """The phase of that id; KeyError where there is none."""
        for phase in self.phases:
            if phase.id == id:
                return phase
        raise KeyError(id)

    @property
    def digest(self) -> str:
        """sha256 over all of it: the `Charrette-Definition` trailer."""
        text = json.dumps(to_json(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def kind(self) -> str:
        """What it makes, with which the titles of pull requests and statuses begin."""
        return self.makes or ("Plan" if self.plans else "Design")

    @property
    def thing(self) -> str:
        """The same within a sentence: small letters, but for a name such as RFC."""
        return self.kind.lower() if self.kind[1:].islower() else self.kind

    @property
    def plans(self) -> bool:
        """It makes a macro plan: one of its documents is held to the rules for those."""
        return any(gate.name == "plan" for phase in self.phases for gate in phase.gates)


@dataclass(frozen=True)
class Budgets:
    """What a repository lets a run use, and all its runs of a day. None: as the service has it.

    A budget lowers the operator's limit of the same name and never raises it.
    """

    run_tokens: int | None = None
    run_dollars: float | None = None
    day_tokens: int | None = None
    day_dollars: float | None = None
    turns: int | None = None
    attempts: int | None = None
    wait_days: float | None = None

    def stricter(self, other: "Budgets") -> "Budgets":
        """The lower of each."""
        return Budgets(
            **{each.name: least(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)}
        )


def least(one: float | None, other: float | None) -> Any:
    """The lower of two limits, of which either may be none."""
    given = [limit for limit in (one, other) if limit is not None]
    return min(given, default=None)


@dataclass(frozen=True)
class Policy:
    """What a repository demands of its runs, whatever their workflow.

    `panel` names the personas that `/review experts` calls, none where the repository doesn't say.
    `not_by_requester` says that nobody approves what they asked for themselves.
    """

    budgets: Budgets = field(default_factory=Budgets)
    not_by_requester: bool = False
    panel: tuple[str, ...] = ()


@dataclass(frozen=True)
class House:
    """The workflows of one repository by id, as its configuration has them. Where it has faults, what could be read."""

    definitions: Mapping[str, Definition]
    policy: Policy = field(default_factory=Policy)
    faults: tuple[Fault, ...] = ()
