"""Measuring in a fresh process: what ran before leaves neither memory nor warm caches behind."""

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def apart(function: Callable[P, T], *args: P.args, **named: P.kwargs) -> tuple[T, float]:
    """Call a function in a process of its own: what it returns, and the most memory, in MB.

    The memory is that of the process, or of the largest that it waited for. Raises RuntimeError
    where the process dies before it answers; what it died of stands on standard error.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_answer, args=(there, function, args, named))
    process.start()
    there.close()
    try:
        result: tuple[T, float] = here.recv()
    except EOFError:
        process.join()
        raise RuntimeError(
            f"{function.__qualname__}: its process ended with code {process.exitcode}, "
            "without a word"
        ) from None
    process.join()
    return result


def _answer(
    told: "Pipe[object, object]",
    function: Callable[..., object],
    args: tuple[object, ...],
    named: dict[str, object],
) -> None:
    result = function(*args, **named)
    of_all = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    kilobytes = max(resource.getrusage(each).ru_maxrss for each in of_all)
    told.send((result, kilobytes / 1024))
