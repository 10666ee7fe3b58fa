"""Work that blocks is done in a thread, so that it holds up no request but its own."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gevent.threadpool import ThreadPool

P = ParamSpec("P")
R = TypeVar("R")


def in_a_thread(work: Callable[P, R]) -> Callable[P, R]:
    """The same work in a thread of its own, one call after the other; the greenlet that calls it waits."""
    pool = ThreadPool(1)

    def handed_over(*arguments: P.args, **named: P.kwargs) -> R:
        done: R = pool.apply(work, arguments, named)
        return done

    return handed_over
