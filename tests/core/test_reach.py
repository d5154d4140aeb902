"""How far into a list a sweep reads."""

from __future__ import annotations

import pytest

from actionruns.core.reach import Reach


def reach(pages: int | None, read: str = "", *, absent: float = 0.0) -> Reach:
    """Return how far a sweep has come: ``x`` = a page with a run of ours, ``-`` = one without."""
    reach = Reach(pages, absent)
    reach.begin()
    for page in read:
        reach.note_page(found=page == "x")
    return reach


@pytest.mark.parametrize(
    ("name", "known", "unseen", "more"),
    [
        ("all are seen", reach(10, "x"), 0, False),
        ("all are seen, nothing known", reach(None), 0, False),
        ("nothing is known: pages up to the runs", reach(None, "-"), 5, True),
        ("nothing is known: as many pages as runs", reach(None, "-----"), 5, False),
        ("the last one, nothing known", reach(None, "-"), 1, False),
        ("nine pages for nine runs", reach(10, "x"), 9, True),
        ("nine pages for eight runs", reach(10, "x"), 8, False),
        ("the last page of those that were needed", reach(10, "xxxxxxxxx"), 1, True),
        ("one that is not where runs were has most likely ended", reach(3, "xxx"), 1, False),
        ("several: the list may go on", reach(3, "xxx"), 2, True),
        ("several, but the last page had none of ours", reach(3, "xxx-"), 2, False),
        ("so many as always", reach(3, "xxx-", absent=40.0), 80, False),
        ("far more than always", reach(3, "xxx-", absent=40.0), 91, True),
        ("far more, but as many pages were read in vain", reach(3, "---" + "-" * 20), 20, False),
    ],
)
def test_a_page_is_read_while_it_is_worth_it(
    name: str, known: Reach, unseen: int, more: bool
) -> None:
    """Another page is read unless asking for the unseen runs takes fewer requests."""
    assert known.worth_another_page(unseen) is more


def swept(reach: Reach, read: str, unseen: int) -> int | None:
    """Let a sweep read pages and end; return how far the next one has to read."""
    reach.begin()
    for page in read:
        reach.note_page(found=page == "x")
        if not reach.worth_another_page(unseen):
            break
    reach.end(unseen)
    return reach.pages


def test_a_sweep_learns_how_far_it_has_to_read() -> None:
    """Up to the last page with a run of ours; not from one that is broken off for its price."""
    reach = Reach()
    assert swept(reach, "xx-x--", 99) == 4
    assert swept(reach, "x", 2) == 4  # three more pages for two runs are too dear
    assert swept(reach, "xx", 50) == 2
    assert swept(reach, "---", 99) == 1


def test_a_sweep_learns_how_many_it_misses() -> None:
    """A mean in which the newest counts for a fifth."""
    reach = Reach()
    swept(reach, "x", 10)
    assert reach.absent == pytest.approx(2.0)
    swept(reach, "x", 10)
    assert reach.absent == pytest.approx(3.6)
