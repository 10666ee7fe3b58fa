"""What a new run is given: the design that its request names, or that another run of its issue or a linked one made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.adapters.definitions import load_folder
from bot.core.errors import PersonError
from bot.core.run.record import Pinned
from bot.engine.legs.bringing import with_what_it_brings
from tests.core.a_run import pinned

PLAN = load_folder(Path(__file__).parents[3] / "workflows")["macro-plan"]
BASE = ["README.md", "docs/design.md", "docs/guidelines.md"]


@dataclass
class World:
    """A repository at some commits, its branches, and the rows of runs."""

    trees: Mapping[str, Sequence[str]]
    heads: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[int, Sequence[Any]] = field(default_factory=dict)

    def brings(self, body: str, **parameters: Any) -> Pinned:
        definition = replace(PLAN, parameters=PLAN.parameters | parameters)
        inputs = replace(pinned(), workflow="macro-plan", definition=definition, body=body, base="base")
        checkout = SimpleNamespace(
            fetch=lambda *commits: None,
            tree=lambda commit: SimpleNamespace(files=lambda: self.trees[commit]),
        )
        services: Any = SimpleNamespace(
            installations=SimpleNamespace(checkout=lambda repository: checkout),
            runs=SimpleNamespace(of_subject=lambda repository, home: self.rows.get(home, ())),
        )
        github: Any = SimpleNamespace(
            head=self.heads.get, branches=lambda prefix: [name for name in self.heads if name.startswith(prefix)]
        )
        return with_what_it_brings(services, github, inputs)


def paths(found: Pinned) -> list[tuple[str, str]]:
    return [(each.path, each.commit) for each in found.brought]


def has_design(found: Pinned) -> bool:
    return any(phase.id == "design" for phase in found.definition.phases)


def row(branch: str, folder: str, workflow: str = "feature-design") -> Any:
    return SimpleNamespace(pinned={"branch": branch, "folder": folder, "round": None}, workflow=workflow)


def test_without_a_design_the_run_makes_one() -> None:
    found = World({"base": BASE}).brings("Limits for workers.")
    assert paths(found) == []
    assert has_design(found)


def test_a_design_that_the_request_names() -> None:
    found = World({"base": BASE}).brings("The design is docs/design.md.")
    assert paths(found) == [("docs/design.md", "base")]
    assert not has_design(found)


def test_the_documents_of_a_run_of_a_linked_issue() -> None:
    made = ["_tasks/limits/001-user-request.md", "_tasks/limits/002-understanding.md"]
    world = World(
        {"base": BASE, "head": [*BASE, *made]},
        {"charrette/30-limits": "head"},
        {30: [row("charrette/30-limits", "_tasks/limits")]},
    )
    assert paths(world.brings("Plan #30.")) == [("_tasks/limits/002-understanding.md", "head")]


def test_they_are_found_by_the_branch_alone_and_where_they_are_merged() -> None:
    made = "_tasks/limits/002-understanding.md"
    lost = World({"base": BASE, "head": [*BASE, made]}, {"charrette/30-limits": "head"})
    assert paths(lost.brings("Plan #30.")) == [(made, "head")]
    merged = World({"base": [*BASE, made]}, rows={30: [row("charrette/30-limits", "_tasks/limits")]})
    assert paths(merged.brings("Plan #30.")) == [(made, "base")]


def test_a_run_of_the_plan_itself_is_no_design() -> None:
    folder = "_tasks/queue-depth"
    world = World({"base": [*BASE, f"{folder}/002-macro-plan.md"]}, rows={12: [row("x", folder, "macro-plan")]})
    assert has_design(world.brings("Limits."))


def test_guidelines_that_are_not_there() -> None:
    assert has_design(World({"base": BASE}).brings("Limits.", guidelines="docs/guidelines.md"))
    with pytest.raises(PersonError, match=r"names `docs/rules\.md` as the guidelines, and there is no such file"):
        World({"base": BASE}).brings("Limits.", guidelines="docs/rules.md")
