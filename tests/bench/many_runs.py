"""Fifty runs at once in one worker, without the pause between writes."""

import time
from collections.abc import Iterator

from tests.stories.stage import BODY

from .play import playing
from .rows import Row, Setting, percentile

RUNS = 50
PATIENCE = 900.0
WAITS = {"waits for answers": "the labels to the last questions", "Done": "the answers to the last end"}


def measure(setting: Setting) -> Iterator[Row]:
    """Seconds to the last question and to the last end, and memory."""
    with playing(setting) as play:
        traffic = play.traffic
        stories = [play.story() for _ in range(RUNS)]
        subjects = [(id, story.opens(f"Request {n}", BODY).number) for n, (story, id) in enumerate(stories)]
        traffic.quiet()
        for words, what in WAITS.items():
            first, began = len(traffic.seen), time.monotonic()
            for story, _ in stories:
                story.labels() if words != "Done" else story.says("1A 2A")
            traffic.until_said(subjects, words, PATIENCE)
            times = sorted(traffic.when(at, words) or 0.0 for at in subjects)
            note = f"half of them after {percentile(times, 50) - began:.1f} s; {len(traffic.seen) - first:,} requests"
            yield Row(f"{RUNS} runs: {what}", times[-1] - began, "s", note)
            traffic.quiet(1.0)
        worker, web = play.used("worker"), play.used("web")
        yield Row("peak memory of the worker", worker.peak, "MB", "resident; git's processes not counted")
        yield Row("peak memory of the web process", web.peak, "MB", "")
        yield Row("the worker's processor time a run", worker.cpu / RUNS, "s", "")
