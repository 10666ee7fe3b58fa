"""The words of the workflow format at work: small workflows in this process, on a real hub and its git."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from bot.core.ports import WARMING
from bot.core.run.record import trailers
from bot.core.tracks.owning import opened
from bot.hub.facts import Delivery
from bot.hub.server import RunningHub, running_hub
from tests.core.tracks.documents import TRACKED
from tests.hub.contract import Contract
from tests.stories.closed_loop import panel_answer
from tests.stories.in_process import House, Json, make_house, message, text
from tests.stories.stage import Story

GROW = """\
version: 1
summary: Grow a document.
trigger: {label: grow, command: /grow}
artifacts: notes/{slug}
tools: [repository]
gates: [not-empty]
phases:
  - id: user-request
    from: event
  - id: research
    into: roadmap
    sections: [Prior art, Decisions]
  - id: steps
    into: roadmap
    sections: [Steps]
    approval: maintainer
  - id: contract
  - id: settlement
    into: contract
    sections: [Settlement]
"""
SAYS = {
    "research": "# Roadmap\n\n## Prior art\n\nNone is known.\n\n## Decisions\n\nKeep it small.\n",
    "steps": "## Steps\n\nOne step.\n",
    "contract": "# The contract\n\nOne gives, one takes.\n",
    "settlement": "Here it is:\n\n## Settlement\n\nIt is settled.\n",
}
OWN = {"grow/workflow.yaml": GROW, **{f"grow/phases/{id}.md": f"# {{{{ title }}}}\n\nPhase: {id}\n" for id in SAYS}}


def asked(request: Json) -> str:
    """The phase that a conversation is about; "" where a cache is warmed."""
    found = re.search(r"^Phase: (.*)$", request["messages"][0]["content"][-1]["text"], re.MULTILINE)
    return found[1] if found else ""


def grower(request: Json) -> Json:
    return message(text(SAYS[asked(request)]))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    code = tmp_path_factory.mktemp("code")
    (code / "README.md").write_text("# Library\n\nIt is small.\n")
    contract = Contract()
    with running_hub(code.parent / "format-hub", {"octo/library": code}, middleware=contract) as running:
        yield running
    assert contract.faults == []


@pytest.fixture
def house(hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A worker with an empty database, as it is after a loss."""
    return begun(hub, tmp_path, monkeypatch)


def begun(hub: RunningHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = make_house(hub, folder, monkeypatch, OWN)
    made.seen = max((sent.id for sent in hub.hub.store.all(Delivery)), default=0)
    made.mind.says = grower
    return made


def document(story: Story, name: str) -> str:
    return next(text for path, text in story.files().items() if path.endswith(name))


def phases_of(story: Story) -> list[str]:
    return [trailers(commit).get("Phase", "") for commit in story.commits()]


def test_phases_fill_sections_and_the_branch_alone_says_which_are_done(
    house: House, hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = house.story().opens("Grow").labels("grow")
    house.play()
    assert "waits for a maintainer's `/approve`" in story.status
    assert document(story, "002-roadmap.md") == (
        "# Roadmap: Grow\n\n## Prior art\n\nNone is known.\n\n## Decisions\n\nKeep it small.\n\n## Steps\n\nOne step.\n"
    )
    # People write beside the sections, and all of a phase's own; then the database is lost.
    theirs = document(story, "002-roadmap.md").replace("## Prior art", "Mind the budget.\n\n## Prior art")
    path = next(path for path in story.files() if path.endswith("002-roadmap.md"))
    story.writes(path, theirs)
    after = begun(hub, tmp_path / "anew", monkeypatch)
    story.says("/approve")
    after.play()
    made = ["user-request@1", "research@1", "steps@1", "", "user-request@2", "contract@1", "settlement@1"]
    assert phases_of(story) == made
    assert [asked(request) for request in after.mind.requests] == ["contract", "settlement"]
    assert document(story, "002-roadmap.md") == theirs
    assert document(story, "003-contract.md") == (
        "# The contract\n\nOne gives, one takes.\n\n## Settlement\n\nIt is settled.\n"
    )
    assert re.findall(r"^- \[x\] \[(.+?)\]", story.status, re.MULTILINE) == [
        "001 The request", "002 Research", "002 Steps", "003 Contract", "003 Settlement",
    ]  # fmt: skip
    story.says("/revise 003 settlement: be brief")
    after.play()
    assert phases_of(story)[-1] == "settlement@2"
    assert "## Settlement\n\nIt is settled.\n\n## Revision notes\n\n- " in document(story, "003-contract.md")


def test_a_person_who_writes_the_sections_of_a_phase_has_done_it(house: House) -> None:
    story = house.story().opens("Grown by hand").labels("grow")

    def write(_: int) -> None:
        house.mind.before = lambda turn: None
        path = "notes/grown-by-hand/002-roadmap.md"
        head = next(one for one in story.ada.get("/branches") if one["name"].endswith("grown-by-hand"))
        story.writes(path, "# Ours\n\n## Prior art\n\nA.\n\n## Decisions\n\nB.\n", to=head["name"])

    house.mind.before = write
    house.play()
    assert document(story, "002-roadmap.md") == (
        "# Ours\n\n## Prior art\n\nA.\n\n## Decisions\n\nB.\n\n## Steps\n\nOne step.\n"
    )
    assert phases_of(story) == ["user-request@1", "", "steps@1"]


def test_an_answer_with_too_much_or_too_little_is_asked_for_again(house: House) -> None:
    said = iter(["## Prior art\n\nNone.\n\n## Steps\n\nMine.\n", SAYS["research"]])
    house.mind.says = lambda request: message(text(next(said))) if asked(request) == "research" else grower(request)
    story = house.story().opens("Too much").labels("grow")
    house.play()
    again = house.mind.requests[1]["messages"][0]["content"][-1]["text"]
    assert "The section “Decisions” is missing." in again
    assert "“Steps” is no section of this phase." in again
    assert phases_of(story)[1:] == ["research@1", "steps@1"]


TRACKS = """\
version: 1
summary: A document for each track.
trigger: {label: tracked, command: /tracked}
artifacts: notes/{slug}
tools: [repository]
gates: [not-empty]
phases:
  - id: user-request
    from: event
  - id: roadmap
    approval: maintainer
  - id: architecture
    artifact: 2
    each: subsystems
    given: tracks
  - id: pact
    artifact: last
    given: tracks
  - id: design
    artifact: 5
    each: tracks
  - id: settlement
    into: pact
    sections: [Settlement]
    approval: maintainer
    given: tracks
"""
NAMES = {"roadmap": "", "architecture": " of {{ member.name }}", "pact": "", "design": " of {{ member.name }}"}
OWN["tracked/workflow.yaml"] = TRACKS
for id, whose in {**NAMES, "settlement": ""}.items():
    OWN[f"tracked/phases/{id}.md"] = f"# {{{{ title }}}}\n\nPhase: {id}{whose}\n"


def test_each_track_has_its_documents_and_a_lost_database_changes_no_number(
    house: House, hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"settlement": "## Settlement\n\nIt is settled.\n"}
    house.mind.says = lambda request: message(text(said.get(asked(request), f"# A\n\nOn {asked(request)}.\n")))
    story = house.story().opens("Tracked").labels("tracked")
    house.play()
    assert "Phase 1 of 1 waits for a maintainer's `/approve`" in story.status
    story.writes("notes/tracked/004-expert-concerns.md", TRACKED)
    story.says("/approve")
    house.play()
    assert "Phase 5 of 5 waits for a maintainer's `/approve`" in story.status
    names = ["002-orchestrator-architecture", "002-storage-architecture", "005-orchestrator-design", "006-pact"]
    assert [path[14:-3] for path in sorted(story.files()) if path[14:17] in ("002", "005", "006")] == [
        *names[:1], "002-roadmap", *names[1:],
    ]  # fmt: skip
    # Another track, while the database is lost: its design comes late, and the pact keeps its number.
    two = opened(TRACKED, ["storage"], "approved", "ada", "2026-11-25T10:00:00Z")
    story.writes("notes/tracked/004-expert-concerns.md", two)
    after = begun(hub, tmp_path / "anew", monkeypatch)
    after.mind.says = house.mind.says
    story.says("/approve")
    after.play()
    assert [asked(request) for request in after.mind.requests] == ["design of storage"]
    assert [path[14:-3] for path in sorted(story.files())][-3:] == [*names[2:], "007-storage-design"]
    assert "  - [x] [007 storage](" in story.status
    story.says("/approve")
    after.play()
    assert "**Done. " in story.status


JOINED = """\
version: 1
summary: A document that is reviewed.
trigger: {label: joined, command: /joined}
artifacts: notes/{slug}
tools: [repository]
gates: [not-empty]
phases:
  - id: user-request
    from: event
  - id: proposal
  - include: review-experts
  - id: verdict
    reads: [proposal, review-experts]
"""
OWN["joined/workflow.yaml"] = JOINED
OWN["joined/phases/proposal.md"] = OWN["joined/phases/verdict.md"] = "# {{ title }}\n\nPhase: {{ phase.id }}\n"


def reviewed(request: Json) -> Json:
    """Documents for the phases of ours, and what experts say for all else."""
    phase = asked(request)
    if not phase:
        return message(text("")) if request.get("max_tokens") == WARMING else panel_answer(request)
    return message(text(f"# The {phase}\n\nSo it is.\n"))


def test_a_panel_is_included_stopped_with_the_run_fails_and_is_taken_up_from_the_branch(
    house: House, hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = house.story().opens("Joined").labels("joined")

    def leave(_: int) -> None:
        if not asked(house.mind.requests[-1]):
            house.mind.before = lambda turn: None
            story.unlabels("joined")
            house.deliver()

    house.mind.says, house.mind.before = reviewed, leave
    house.play()
    assert "**Stopped." in story.status
    rows = house.services.runs.of_subject(house.repository(story), story.number)
    assert [(row.workflow, row.stop, row.status) for row in rows] == [
        ("joined", True, "stopped"),
        ("review-experts", True, "stopped"),
    ]
    house.mind.says = lambda request: reviewed(request) if asked(request) else httpx2.Response(400, json={})
    story.labels("joined")
    house.play()
    assert "Phase 2 of 3 waits: “Review experts” failed. " in story.status
    assert "`/retry` begins it anew, `/proceed` goes on without it.**" in story.status
    # The database is lost. What was begun and is nowhere on the branch is begun again, under its name.
    after = begun(hub, tmp_path / "anew", monkeypatch)
    after.mind.says = reviewed
    story.says("/retry")
    after.play()
    assert "**Done. " in story.status
    assert [name for name in phases_of(story) if not name.startswith("user-request")] == [
        "proposal@1", "review@1", "expert-concerns@1", "verdict@1",
    ]  # fmt: skip
    assert re.search(r"- \[x\] Review experts: done, see \[its status\]\(\S+/pull/\d+#issuecomment-\d+\)", story.status)
    verdict = after.mind.requests[-1]["messages"][0]["content"]
    assert any("004-expert-concerns.md" in block["text"] for block in verdict)
    assert sorted(path[13:] for path in story.files() if path.startswith("notes/joined/"))[-2:] == [
        "004-expert-concerns.md", "005-verdict.md",
    ]  # fmt: skip
    log = document(story, "001-user-request.md")
    assert log.count(" · convened · ") >= 2


def test_reviews_on_the_branch_are_not_made_again_when_the_database_is_lost(
    house: House, hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def merging(request: Json) -> bool:
        return not asked(request) and "# Your lens: " not in request["messages"][0]["content"][-1]["text"]

    def broken(request: Json) -> Json | httpx2.Response:
        if merging(request) and request["max_tokens"] != WARMING:
            return httpx2.Response(400, json={})
        return reviewed(request)

    house.mind.says = broken
    story = house.story().opens("Joined, lost").labels("joined")
    house.play()
    assert "“Review experts” failed" in story.status
    after = begun(hub, tmp_path / "anew", monkeypatch)
    after.mind.says = reviewed
    story.says("/resume")
    after.play()
    assert "**Done. " in story.status
    # What was made is the merging of the reviews, and the verdict on it.
    assert [merging(request) for request in after.mind.requests] == [True, False]
    assert [name for name in phases_of(story) if not name.startswith("user-request")] == [
        "proposal@1", "review@1", "expert-concerns@1", "verdict@1",
    ]  # fmt: skip
