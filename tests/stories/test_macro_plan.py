"""The label `macro-plan` becomes a plan: each phase fills its sections, a circle is caught and mended."""

import re

from bot.core.markdown.artifact import Artifact
from bot.core.plan import read
from bot.gates.plan import Paper, lint

from .closed_loop import ClosedLoop
from .stage import Story

TITLES = list("ABCDEFHIJK")


def plan(story: Story, number: str) -> str:
    return next(text for path, text in story.files().items() if path.endswith(f"/{number}-macro-plan.md"))


def test_from_the_label_to_the_plan_with_a_circle_caught_and_mended(story: Story, mind: ClosedLoop) -> None:
    before = len(mind.requests)
    story.opens("Limits for workers").labels("macro-plan")
    story.until_status("**Done. ")
    names = [path.rpartition("/")[2] for path in sorted(story.files())]
    assert names[:3] == ["001-user-request.md", "002-design.md", "003-macro-plan.md"]
    assert [name[:3] for name in names[3:]] == ["004"] * (len(names) - 4) + ["005"], "the panel reviewed it"
    text = plan(story, "003")
    assert re.findall(r"^## ([A-K])\) ", text, re.MULTILINE) == TITLES
    found = read(text)
    assert [(unit.id, unit.stable, unit.depends_on) for unit in found.units] == [
        ("PR1", "memory-reading", ()),
        ("PR2", "over-the-limit", ("PR1",)),
        ("PR3", "queue-limits", ("PR1", "PR2")),
    ]
    assert [finding for finding in lint(Paper.of(Artifact("", text))) if finding.severity == "error"] == []

    asked = [str(request["messages"]) for request in mind.requests[before:]]
    reviews = [each for each in asked if "# Your lens: " in each]
    assert reviews
    assert all("What a macro plan is held to" in each for each in reviews)
    asked = [each for each in asked if "quality-bar" not in each]
    assert sum("There is a circle. PR1 → PR2 → PR3 → PR1" in each for each in asked) == 1
    assert all("# Design guidelines" in each for each in asked), "the guidelines are ours where the repository has none"
    assert not any("What is special to simulators" in each for each in asked)

    assert story.pull()["title"] == "Plan: Limits for workers"
    body = story.pull()["body"]
    for part in (
        "## A) Executive Summary",
        "3 units; the longest chain",
        "## D) Concept Model",
        "### PR2: Over the limit",
    ):
        assert part in body
    assert "Why Independently Reviewable" not in body
    assert "E) Architectural Risk Register](" in body
    assert story.checks()[-1]["conclusion"] == "success"
    assert mind.refused == []
