"""The service is down when somebody puts the label on: when it is back, the run starts by itself, once."""

from collections.abc import Mapping
from pathlib import Path

from bot.adapters.definitions import FolderDefinitions
from bot.core.run.record import trailers
from bot.hub.server import running_hub
from bot.local.processes import free_port
from tests.hub.contract import Contract

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, Service, Story, environment, library, running
from .test_dropped_in import dropped_in


def test_a_label_that_nobody_heard_of(tmp_path: Path, on: Mapping[str, str]) -> None:
    workflows = dropped_in(tmp_path / "workflows")
    mind = ClosedLoop(FolderDefinitions(workflows).all())
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    contract, code = Contract(), {REPOSITORY: library(tmp_path / "code")}
    with closed_loop(mind), running_hub(tmp_path / "hub", code, webhook, middleware=contract) as hub:
        story = Story(hub).opens(title="A note").labels("note")
        hub.settle()
        env = environment(hub, tmp_path / "state", mind.url, CHARRETTE_WORKFLOWS=str(workflows), **on)
        with running(Service(env, tmp_path / "serve.log")):
            story.until_status("waits for answers")
        labelled = [each for each in hub.deliveries() if each["action"] == "labeled"]
        assert [each["status_code"] for each in labelled if not each["redelivery"]] == [0]
        assert [each["status_code"] for each in labelled if each["redelivery"]][-1] == 202
        assert len([body for body in story.bot_comments() if "charrette:key=status " in body]) == 1
        assert {trailers(message)["Run"].rpartition(".")[2] for message in story.commits()} == {"1"}
    assert contract.faults == []
