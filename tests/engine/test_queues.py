"""A worker that is alone looks into its queues when there may be something, and hardly ever else; in order."""

import json
import subprocess
import sys
import threading
from pathlib import Path

from bot.adapters.store import use_wal
from bot.engine.queues import Bell

ROOT = Path(__file__).parents[2]
IN_ORDER = ["stop", "start", "z", "y", "a", "b"]
# Nobody looks by itself within the test: what begins, begins since it rang.
PROGRAM = """\
import json, os, sys, threading, time
from dbos import DBOS
from bot.engine import queues
from bot.engine.durable import configuration

queues.CALM = queues.POLL = 600.0
engine = DBOS(config=configuration(sys.argv[1], "1", "1/worker"))

order = []

@DBOS.workflow(name="work")
def work(what):
    order.append(what)
    return what

def begun(id, queue, **more):
    options = {"queue_name": queue, "workflow_name": "work", "workflow_id": id, **more}
    return DBOS.enqueue_workflow_with_options(options, id)

queues.launch(sys.argv[1], alone=True)
queues.begin(engine, 3, alone=True)
names = lambda: sorted(each.name for each in threading.enumerate() if each.name.startswith("queue-"))
found = {"threads": names()}
leg = begun("a leg", queues.LEGS, queue_partition_key="p")
talk = begun("a conversation", queues.CONVERSATIONS)
queues.ring()
found["results"] = [each.get_result(polling_interval_sec=0.02) for each in (leg, talk)]
begun("unheard", queues.CONVERSATIONS)
time.sleep(0.3)
found["unheard"] = DBOS.get_workflow_status("unheard").status
# In one second, as a rule; their ids are in no order at all.
legs = [begun(id, queues.LEGS, queue_partition_key="p") for id in sys.argv[2:]]
queues.CALM = queues.POLL = 0.02
queues.ring()
for each in legs:
    each.get_result(polling_interval_sec=0.02)
found["in order"] = [id for id in order if id in sys.argv]
queues.leave()
for each in threading.enumerate():
    if each.name in found["threads"] and "_dbos" not in each.name:
        each.join(20)
found["left"] = [name for name in names() if "_dbos" not in name]
print(json.dumps(found))
sys.stdout.flush()
os._exit(0)
"""


def test_what_is_put_into_a_queue_begins_at_once_without_looking_often(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/engine.sqlite"
    use_wal(url)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, url, *IN_ORDER],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert [name for name in found["threads"] if "_dbos" not in name] == ["queue-conversations", "queue-legs"]
    assert found["results"] == ["a leg", "a conversation"]
    assert found["unheard"] == "ENQUEUED"
    assert found["in order"] == IN_ORDER
    assert found["left"] == []


def test_a_ring_is_heard_by_who_was_not_waiting_and_is_no_end() -> None:
    bell = Bell()
    bell.ring()
    assert bell.wait(600) is False
    later = threading.Timer(0.05, bell.ring)
    later.start()
    bell._until = 0.0
    assert bell.wait(600) is False
    later.join()


def test_the_end_is_heard_at_once_and_stays() -> None:
    bell = Bell()
    bell.set()
    assert bell.wait(600)
    assert bell.wait(0.0)
    assert bell.is_set()
