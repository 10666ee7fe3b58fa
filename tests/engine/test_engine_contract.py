"""What the takeover needs of DBOS, and what of that is internal to it: held to be so at every new version."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.store import use_wal
from tests.databases import postgres

# A workflow on a partition: a step that is paid for, and a step in which the first process dies.
PROGRAM = """
import json, os, sys, threading, time
from pathlib import Path
from dbos import DBOS
from bot.engine.retention import Forgetting
from bot.engine.durable import Json, configuration
url, version, executor, folder, role = sys.argv[1:]
paid = Path(folder, "paid")

def pay():
    with paid.open("a") as file:
        file.write(executor + "\\n")
    return "an answer"

def second():
    if role == "dies":
        os._exit(9)
    return "the end"

DBOS(config=configuration(url, version, executor))

@DBOS.workflow(name="work", max_recovery_attempts=1000)
def work(what):
    return [what, DBOS.run_step({"name": "pay"}, pay), DBOS.run_step({"name": "second"}, second)]

DBOS.launch()
DBOS.register_queue("q", partition_concurrency=1, worker_concurrency=9, polling_interval_sec=0.05)
options = {"queue_name": "q", "workflow_name": "work", "queue_partition_key": "p"}

def pending():
    return [[each.workflow_id, each.executor_id, each.app_version] for each in DBOS.list_workflows(status="PENDING")]

if role == "dies":
    DBOS.enqueue_workflow_with_options({**options, "workflow_id": "first"}, "first").get_result()
found = {"left": pending()}
# The next of the same partition waits for the one that was left, whoever left it.
DBOS.enqueue_workflow_with_options({**options, "workflow_id": "next"}, "next")
time.sleep(0.5)
found["next"] = DBOS.get_workflow_status("next").status
recover = lambda *who: [handle.workflow_id for handle in DBOS._recover_pending_workflows(list(who))]
found["of another"] = recover("1/another")
found["once"] = recover("1/dead")
found["result"] = DBOS.retrieve_workflow("first").get_result(polling_interval_sec=0.05)
found["twice"] = recover("1/dead")
found["next result"] = DBOS.retrieve_workflow("next").get_result(polling_interval_sec=0.05)
found["latest"] = [each["version_name"] for each in DBOS.list_application_versions()]
# Retention: what has ended goes, with all that was kept of it; what waits stays.
DBOS.enqueue_workflow_with_options({**options, "workflow_id": "later", "delay_seconds": 3600}, "later")
forgetting = Forgetting(None, threading.Event())
found["deleted"] = [forgetting._workflows("2000-01-01T00:00:00Z"), forgetting._workflows("2999-01-01T00:00:00Z")]
found["kept"] = [each.workflow_id for each in DBOS.list_workflows()]
print(json.dumps(found))
sys.stdout.flush()
os._exit(0)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        use_wal(f"sqlite:///{tmp_path}/engine.sqlite")
        yield f"sqlite:///{tmp_path}/engine.sqlite"
        return
    with postgres() as url:
        yield url


def test_what_a_dead_executor_left_is_taken_up_once_and_nothing_else_is(url: str, tmp_path: Path) -> None:
    def run(version: str, executor: str, role: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", PROGRAM, url, version, executor, str(tmp_path), role]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert run("1", "1/dead", "dies").returncode == 9
    lives = run("1", "1/lives", "lives")
    assert lives.returncode == 0, lives.stderr
    assert json.loads(lives.stdout) == {
        "left": [["first", "1/dead", "1"]],
        "next": "ENQUEUED",
        "of another": [],
        "once": ["first"],
        "result": ["first", "an answer", "the end"],
        "twice": [],
        "next result": ["next", "an answer", "the end"],
        "latest": ["1"],
        "deleted": [0, 2],
        "kept": ["later"],
    }
    assert (tmp_path / "paid").read_text().split() == ["1/dead", "1/lives"]


# The first of three legs of a subject is cut off in good order, and another version goes on.
DEPLOYED = """
import json, os, sys, time
from dbos import DBOS
from bot.adapters.store import Store
from bot.core.identity import Repository, Subject
from bot.core.incoming.messages import Message, Retry
from bot.engine import queues, worker
from bot.engine.durable import configuration
from bot.engine.legs.asked import Asked
from bot.engine.takeover import Takeover
url, version, role = sys.argv[1:]
asked = Asked(Subject(Repository(7, "octo/library", 1), 12), Message("m", "ada", "", "", Retry()))
presence = Store(url).present(version, print)
presence.grace = 0.0
begun = []
engine = DBOS(config=configuration(url, version, presence.executor))

@DBOS.workflow(name="leg", max_recovery_attempts=1000)
def leg(data):
    begun.append(DBOS.workflow_id)
    if role == "leaves":
        time.sleep(600)

queues.launch(url, alone=True)
Takeover(presence, version, worker.enqueue).look()
queues.begin(engine, 3, alone=True)
if role == "goes on":
    while len(begun) < 3:
        time.sleep(0.02)
    print(json.dumps(begun))
else:
    worker.enqueue("z", asked)
    while not begun:
        time.sleep(0.02)
    # In one second, as a rule.
    worker.enqueue("b", asked)
    worker.enqueue("a", asked)
    queues.leave()
    DBOS._recover_pending_workflows([presence.executor])
sys.stdout.flush()
os._exit(0)
"""


def test_what_another_version_left_keeps_its_place_before_what_waited_for_it(url: str) -> None:
    def run(version: str, role: str) -> str:
        command = [sys.executable, "-c", DEPLOYED, url, version, role]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    run("1", "leaves")
    assert json.loads(run("2", "goes on").splitlines()[-1]) == ["z~2", "b", "a"]
