"""Runs blocking work in a thread, so that it delays only its own request."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gevent.threadpool import ThreadPool

P = ParamSpec("P")
R = TypeVar("R")


def in_a_thread(work: Callable[P, R]) -> Callable[P, R]:
    """The function, run in a thread of its own, one call at a time, while the calling greenlet waits."""
    pool = ThreadPool(1)

    def handed_over(*arguments: P.args, **named: P.kwargs) -> R:
        done: R = pool.apply(work, arguments, named)
        return done

    return handed_over
