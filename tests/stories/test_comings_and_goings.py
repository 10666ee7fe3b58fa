"""Labels and commands that meet a run in the middle: on means work, off means stop, whatever comes between."""

from collections.abc import Mapping
from pathlib import Path

from bot.adapters.definitions import FolderDefinitions
from bot.hub.server import running_hub
from bot.local.processes import free_port

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, SOURCE, Service, Story, environment, library, running
from .test_dropped_in import dropped_in


def test_stops_in_mid_turn_other_labels_and_lifted_limits(tmp_path: Path, on: Mapping[str, str]) -> None:
    workflows = dropped_in(tmp_path / "workflows")
    mind = ClosedLoop(FolderDefinitions(workflows).all(), source=SOURCE)
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    with closed_loop(mind), running_hub(tmp_path / "hub", {REPOSITORY: library(tmp_path / "code")}, webhook) as hub:
        env = environment(hub, tmp_path / "state", mind.url, CHARRETTE_WORKFLOWS=str(workflows), **on)
        with running(Service({**env, "CHARRETTE_RUN_TOKENS": "14000"}, tmp_path / "serve.log")):
            mind.delay = 0.5
            story = Story(hub).opens().labels()
            story.until(lambda: bool(mind.asked)).unlabels().until_status("**Stopped.")
            mind.delay = 0.0
            story.labels().until_status("waits for answers")

            story.labels("note").until(lambda: "The `feature-design` run" in "".join(story.bot_comments()))
            story.unlabels("note").says("1A 2A").until_status("Out of budget")

            forgotten = Story(hub).opens(title="No words", body="").labels().until_status("Waits for a description")
            forgotten.ada.ask("PATCH", f"/issues/{forgotten.number}", {"body": "Add a key id to each signature."})
            forgotten.unlabels().until_status("**Stopped.")
            forgotten.labels().until_status("waits for answers")
            assert "There is one now" in forgotten.comment("questions/description")
            forgotten.says("/cancel").until_status("**Stopped.")
        with running(Service(env, tmp_path / "serve.log")):
            story.says("/retry").until_status("**Done. ")
            assert sum(mind.asked.values()) - len(mind.asked) <= 1, "only the turn that was cut may be asked for again"
            story.says("/help\n/status")
            story.until(lambda: sum("| command | does |" in body for body in story.bot_comments()) == 1)
