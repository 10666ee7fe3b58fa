"""A workflow dropped in as a folder runs without a line of Python: `each`, `output`, `asks` and `approval`."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.core.outputs import REVIEW
from bot.hub.server import running_hub
from bot.local.processes import free_port

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, Service, Story, environment, library, running

WORKFLOW = """\
version: 1
summary: Write a note, have it reviewed, have it approved.
trigger:
  label: note
  command: /note
artifacts: notes/{slug}
tools: [repository]
gates: [not-empty]
panel: [first-reader, second-reader]
phases:
  - id: user-request
    from: event
  - id: draft
    asks: author
    gates:
      - headings: [Questions, What is noted]
  - id: review
    each: experts
    output: findings
  - id: note
    approval: maintainer
    gates:
      - headings: [The note]
"""
PERSONA = """\
---
name: {name}
lens: {lens}
---
Read as one who has never seen it.
"""


def dropped_in(folder: Path) -> Path:
    """The built-in house with one more folder."""
    shutil.copytree(built_in_workflows(), folder)
    for number, lens in (("first", "Clarity"), ("second", "Truth")):
        persona = folder / "personas" / f"{number}-reader.md"
        persona.parent.mkdir(exist_ok=True)
        persona.write_text(PERSONA.format(name=f"The {number} reader", lens=lens))
    phases = folder / "note" / "phases"
    phases.mkdir(parents=True)
    (folder / "note" / "workflow.yaml").write_text(WORKFLOW)
    for phase in ("draft", "review", "note"):
        (phases / f"{phase}.md").write_text(f"# The {phase} for {{{{ title }}}}\n\nWrite `{{{{ path }}}}`.\n")
    return folder


def test_it_runs(tmp_path: Path, on: Mapping[str, str]) -> None:
    workflows = dropped_in(tmp_path / "workflows")
    mind = ClosedLoop(FolderDefinitions(workflows).all())
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    with closed_loop(mind), running_hub(tmp_path / "hub", {REPOSITORY: library(tmp_path / "code")}, webhook) as hub:
        env = environment(hub, tmp_path / "state", mind.url, CHARRETTE_WORKFLOWS=str(workflows), **on)
        with running(Service(env, tmp_path / "serve.log")):
            story = Story(hub).opens(title="A note").labels("note")
            story.until_status("waits for answers").says("recommended")
            story.until_status("waits for a maintainer's `/approve`")
            story.says("/reject say it shorter")
            story.until(lambda: "revision 2" in "".join(story.commits()))
            story.until_status("waits for a maintainer's `/approve`")
            story.says("/approve", by="grace").until_status("**Done. ")
            files = {path.rpartition("/")[2]: text for path, text in story.files().items()}
    assert sorted(files) == [
        "001-user-request.md",
        "002-draft.md",
        "003-first-reader-review.md",
        "003-second-reader-review.md",
        "004-note.md",
    ]
    assert REVIEW.parse(files["003-first-reader-review.md"])["items"][0]["title"] == "It says little"
    assert mind.refused == []
