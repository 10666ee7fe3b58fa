"""From a label to the eyes on the issue, where GitHub takes 150 ms a request and the token is cold."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from bot.adapters.github.tokens import SPARE
from bot.hub import auth

from .play import Play, playing
from .rows import Row, Setting, percentile

LABELS = 20
SECONDS = 0.15
# The service looks at its repositories now and then, and has a token of each. These are stale by the next label.
WARM = 3


def measure(setting: Setting) -> Iterator[Row]:
    """One label after another, then all at once; each in a repository of its own, for which a token has to be got."""
    code = setting.folder / "code"
    code.mkdir()
    (code / "README.md").write_text("# A library\n")
    names = [f"octo/{what}-{n}" for what in ("quiet", "busy") for n in range(LABELS)]
    repositories: dict[str, Path] = dict.fromkeys(names, code)
    life = patch.object(auth, "TOKEN_LIFE", SPARE + timedelta(seconds=WARM))
    with life, playing(setting, repositories) as play:
        _welcomed(play, len(names))
        play.hub.faults({"kind": "delay", "seconds": SECONDS, "times": -1})
        quiet, busy = names[:LABELS], names[LABELS:]
        found = []
        for name in quiet:
            labelled = _label(play, name)
            found.append(_seconds(play, labelled))
            play.traffic.quiet(1.5)
        note = f"of {LABELS}, one after another; 150 ms a request, 1 s between writes; the median is {{:.2f}} s"
        yield Row("label to eyes, p95", percentile(found, 95), "s", note.format(percentile(found, 50)))
        labels = [_label(play, name) for name in busy]
        found = [_seconds(play, labelled) for labelled in labels]
        within = labels[-1][0] - labels[0][0]
        note = f"of {LABELS} within {within:.0f} s, in one installation; the median is {{:.1f}} s"
        yield Row("label to eyes, p95, all at once", percentile(found, 95), "s", note.format(percentile(found, 50)))


def _welcomed(play: Play, repositories: int) -> None:
    """Every repository has its labels, which else took a second each; then the service goes on, at GitHub's pace."""
    play.traffic.until(lambda: len(play.traffic.welcomed) == repositories, "the labels")
    play.hub.settle(60)
    play.traffic.quiet(2.0)
    play.service.stop()
    play.service.env = {**play.service.env, "CHARRETTE_WRITE_INTERVAL_SECONDS": "1.0"}
    play.service.start()
    before = len(play.traffic.seen)
    play.traffic.until(lambda: len(play.traffic.seen) > before, "the first look at the repositories")
    play.traffic.quiet(WARM + 2)


def _seconds(play: Play, labelled: tuple[float, tuple[int, int]]) -> float:
    """How long after the label the eyes were there."""
    when, issue = labelled
    play.traffic.until(lambda: issue in play.traffic.eyes, "the eyes", 300)
    return play.traffic.eyes[issue] - when


def _label(play: Play, name: str) -> tuple[float, tuple[int, int]]:
    """A label on a new issue without a text, whose run writes little; when the hub had put it on."""
    story, repository = play.story(name)
    story.opens("Key ids", "").labels()
    return time.monotonic(), (repository, story.number)
