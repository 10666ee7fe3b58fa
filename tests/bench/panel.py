"""A panel of four: how much longer than its slowest expert it takes, and what each reads from the model's cache."""

import time
from collections.abc import Iterator
from typing import Any

from bot.core.ports import WARMING
from tests.stories.stage import library
from tests.stories.test_panel import pull_of

from .cache import Books
from .play import playing
from .rows import Row, Setting, share

# What each expert takes to answer, in seconds: the first to ask is the fastest.
TAKES = (4.0, 6.0, 8.0, 10.0)
DOCUMENTS = 6


def lens(request: Any) -> str:
    """Through which lens a request is to look; "" where it is another's."""
    charge = str(request["messages"][0]["content"][-1]["text"])
    return charge.partition("# Your lens: ")[2].partition("\n")[0]


def documents(setting: Setting) -> dict[str, str]:
    """A design as long as real ones are: some 60 kB, with the source of a library for its prose."""
    files = sorted(library(setting.folder / "prose").rglob("*.py"))
    prose = "\n".join(file.read_text("utf-8") for file in files)
    size = min(10_000, len(prose) // DOCUMENTS)
    parts = [prose[n * size : (n + 1) * size] for n in range(DOCUMENTS)]
    return {f"docs/part-{n}.md": f"# Part {n}\n\n```python\n{part}\n```\n" for n, part in enumerate(parts)}


def measure(setting: Setting) -> Iterator[Row]:
    """One round, by four experts of whom the slowest takes ten seconds."""
    began: list[float] = []
    with playing(setting) as play:
        story, id = play.story()
        number = pull_of(story, "bench", documents(setting))

        def meet(request: Any) -> None:
            if lens(request) and request["max_tokens"] != WARMING:
                with play.mind.lock:
                    began.append(time.monotonic())
                    takes = TAKES[len(began) - 1]
                time.sleep(takes)

        play.mind.meet = meet
        first = len(play.traffic.seen)
        story.ada.comment(number, "/review experts all")
        play.traffic.until_said([(id, number)], "Done")
        asked = [seen.at for seen in play.traffic.seen[first:] if seen.path.endswith("/git/trees")]
        took = asked[0] - began[0]
        slowest = max(TAKES)
        note = f"from the first question to the reviews' commit; the experts take {', '.join(map(str, TAKES))} s"
        yield Row("four experts at once", took, "s", note)
        yield Row("more than the slowest", 100 * (took / slowest - 1), "%", "")
        yield from _shares(play.mind.requests)


def _shares(requests: list[Any]) -> Iterator[Row]:
    books, shares = Books(), []
    for request in requests:
        tokens, read, _ = books.read(request)
        if lens(request):
            shares.append((share(read, tokens), tokens))
    least, tokens = min(shares)
    yield Row("an expert's first request: read from the cache", least, "%", f"the least of four; {tokens:,} tokens")
