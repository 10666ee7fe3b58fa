"""Turns a plan into issues from the command line: the steps of the leg, in a process that may be interrupted.

Nothing is stored: the next call compares again, and does what is left.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from bot.core.errors import MissingError, PersonError, TransientError
from bot.core.ports import Everywhere
from bot.core.tracking import Done
from bot.core.tracking.words import preview, step_name, summary
from bot.engine.durable import pause

from .tracking import carried_out, compared, known, known_path, source_of

# With the pauses between them that is an hour: a limit of GitHub's passes.
TRIES = 60

T = TypeVar("T")
Progress = Callable[[int, int, str], None]


def reconcile(
    app: Everywhere,
    url: str,
    full_name: str,
    path: str,
    text: str,
    linked: bool,
    dry: bool,
    progress: Progress,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[str, bool]:
    """The result as text, and whether every step succeeded. `linked`: the file is in the repository."""
    try:
        repository = _patiently(lambda: app.hook().repository(full_name), sleep)
    except MissingError as error:
        wrong = f"The App is not installed on {full_name}, or there is no such repository."
        raise PersonError(f"{wrong} Install it there, or correct the name (OWNER/NAME).") from error
    github = app.github(repository)
    source = source_of(path, text)
    if not linked:
        # A copy of the plan, somewhere else: its issues go on naming the file in the repository, if they named one.
        kept, linked = _patiently(lambda: known_path(github, source), sleep)
        path = kept or path
    if linked:
        branch = _patiently(github.default_branch, sleep)[0]
        page = f"{url}/{repository.full_name}/blob/{quote(branch)}/{quote(path)}"
        source = source_of(path, text, page)
    work = _patiently(lambda: compared(github, source), sleep)
    if dry:
        return preview(work), True
    refs, done = work.refs, list[Done]()
    for at, step in enumerate(work.steps, 1):
        progress(at, len(work.steps), step_name(step, work))
        done.append(_patiently(partial(carried_out, github, work, step, refs), sleep))
        refs = known(refs, step, done[-1])
    return summary(work, done, refs), not any(each.refused for each in done)


def _patiently(ask: Callable[[], T], sleep: Callable[[float], None]) -> T:
    for attempt in range(1, TRIES):
        try:
            return ask()
        except TransientError as error:
            sleep(pause(attempt, error.retry_after))
    return ask()
