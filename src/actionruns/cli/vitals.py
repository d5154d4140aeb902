"""Vitals: how a watch is doing, in lines below its counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from actionruns.cli.packing import pack
from actionruns.cli.rendering import duration
from actionruns.watching import RunSource, Snapshot, Watch

__all__ = ["Vitals"]

_QUIET = "bright_black"
# What a watch says of a service all of whose runs are over: no news.
_NOTHING_LEFT = re.compile(r"\w+: 0 ")


class Vitals:
    """Lag, what is left of the rate limits, and what the watch does and why.

    Args:
        watch: The watch.
        sources: How the runs of its services are looked at, by service.
    """

    def __init__(self, watch: Watch[Any], sources: Mapping[str, RunSource[Any]]) -> None:
        self._watch = watch
        self._sources = sources
        self._over = False

    def stop(self) -> None:
        """Say no more what the watch does: it is over."""
        self._over = True

    def facts(self, width: int) -> list[Text]:
        """Return lag, rate budget and requests under way, in lines of a width."""
        return pack((Text(fact, _QUIET) for fact in self._facts(self._watch.snapshot())), width)

    def _facts(self, now: Snapshot) -> Iterator[str]:
        if now.lag_p50 is not None and now.lag_p99 is not None:
            yield f"lag {duration(now.lag_p50)}, p99 {duration(now.lag_p99)}"
        for name in self._sources:
            left = _left(self._sources[name].remaining(), now.allowances.get(name))
            if left:
                yield f"{name} allows {left}"
        if now.refusals:
            yield f"{now.refusals:,} refused (429)"
        if now.failures:
            yield f"{now.failures:,} failed"
        if not self._over:
            yield f"{now.in_flight:,} under way"

    def doing(self, width: int, *, lines: int) -> list[Text]:
        """Return what the watch does and why.

        Args:
            width: Columns of a line.
            lines: Lines for each service at most.
        """
        if self._over or lines < 1:
            return []
        return [
            line
            for sentence in self._watch.explain().splitlines()
            if not _NOTHING_LEFT.match(sentence)
            for line in _wrapped(sentence, width, lines)
        ]


def _left(remaining: int | None, rate: float | None) -> str:
    """Return what a service allows; empty = not known."""
    parts = []
    if remaining is not None:
        parts.append(f"{remaining:,} more requests")
    if rate is not None:
        parts.append(f"{rate:,.3g}/s")
    return ", ".join(parts)


def _wrapped(sentence: str, width: int, lines: int) -> Iterator[Text]:
    """Give a sentence in lines of words; the last line is cut where there is no room for more."""
    words, line, given = sentence.split(), "", 1
    for word in words:
        longer = f"{line} {word}" if line else word
        if len(longer) > width and line and given < lines:
            yield Text(line, _QUIET)
            line, given = f"  {word}", given + 1
        else:
            line = longer
    last = Text(line, _QUIET)
    last.truncate(width, overflow="ellipsis")
    yield last
