"""A whole feature design with a model that answers at once: what the service itself takes."""

import shutil
import sys
import time
from collections.abc import Iterator

from bot.demo.feature_design import SCENARIO
from bot.demo.stage import laid_out
from tests.stories.stage import BODY

from .play import Play, playing
from .rows import Row, Setting

TITLE = "Rotate signing keys"


def measure(setting: Setting) -> Iterator[Row]:
    """Seconds, requests and memory, with the closed-loop model and with the demo's recording."""
    with playing(Setting(setting.folder / "loop", setting.workflows)) as play:
        yield from design(play, "closed loop", TITLE, BODY, "1A 2A")
    if not SCENARIO.recording.is_dir():
        yield Row("the demo's recording", "none", "", "there is no recording in this checkout")
        return
    folder = setting.folder / "replay"
    repository = f"demo/{SCENARIO.package}"
    title, _, body = (SCENARIO.folder / "issue.md").read_text("utf-8").partition("\n")
    answers = (SCENARIO.folder / "answers.md").read_text("utf-8").strip()
    replay = {"CHARRETTE_MODEL_REPLAY": str(SCENARIO.recording), "ANTHROPIC_BASE_URL": "", "ANTHROPIC_API_KEY": ""}
    with playing(
        Setting(folder, setting.workflows),
        {repository: laid_out(folder / "code", SCENARIO.package, SCENARIO.folder / "repository")},
        **replay,
    ) as play:
        yield from design(play, "the demo's recording", title.strip(), body.strip(), answers, repository)


def design(play: Play, model: str, title: str, body: str, answers: str, repository: str = "") -> Iterator[Row]:
    """One design, from the label to the pull request that is ready."""
    story, id = play.story(repository) if repository else play.story()
    traffic = play.traffic
    story.opens(title, body)
    subject = (id, story.number)
    traffic.quiet()
    before, cpu, begin = len(traffic.seen), play.used("worker").cpu, time.monotonic()
    story.labels()
    traffic.until_said([subject], "waits for answers")
    asked = traffic.quiet()
    again = time.monotonic()
    story.says(answers)
    traffic.until_said([subject], "Done")
    traffic.until(lambda: bool(traffic.ready), "the ready pull request")
    end = traffic.ready[-1]
    traffic.quiet()
    worker, web = play.used("worker"), play.used("web")
    kinds = traffic.kinds(before)
    requests = sum(kinds.values())
    print("\n".join(f"{n:5} {route}" for route, n in traffic.routes(before).most_common()), file=sys.stderr)
    yield Row(f"{model}: label to ready pull request", asked - begin + end - again, "s", "less the wait for the person")
    yield Row(f"{model}: the worker's processor time", worker.cpu - cpu, "s", "the rest is the hub, git and polling")
    split = ", ".join(f"{kinds[kind]} {kind}" for kind in ("read", "unchanged", "write", "token", "git"))
    yield Row(f"{model}: requests to GitHub", requests, "", split)
    yield Row(f"{model}: requests to the model", len(play.mind.requests) or "none", "", "")
    yield Row(f"{model}: peak memory of the worker", worker.peak, "MB", "resident; git's processes not counted")
    yield Row(
        f"{model}: peak memory of the web process", web.peak, "MB", "gunicorn's two processes, shared pages twice"
    )
    shutil.rmtree(play.service.log.parent / "state", ignore_errors=True)
