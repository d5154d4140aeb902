"""The page of a report, read as a browser reads it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from actionruns.cli.report import Collector, Life, Report, Sample, check_report
from actionruns.errors import ConfigurationError
from actionruns.states import RunState
from actionruns.watching import Outcome
from tests.cli.report.lives import BEGIN, going_on, life

VOID = {"meta", "link", "br", "rect", "path"}


class Page(HTMLParser):
    """A page's elements and texts; it refuses what is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"] and data.strip():
            self.texts.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [given for _, given in self.tags if name in (given.get("class") or "").split()]


def report_of(*lives: Life, is_over: bool = True, **last: int) -> Report:
    collector = Collector({}, clock=lambda: BEGIN)
    collector.lives = {one.ref: one for one in lives}
    collector.samples.append(Sample(at=BEGIN + 60, **last))
    return Report(collector, is_over=is_over)


def page_of(*lives: Life, **given: Any) -> Page:
    return Page(report_of(*lives, **given).html())


def many(count: int) -> list[Life]:
    return [life(f"port:r_{n}", action=f"action_{n % 70}", begun=n % 50) for n in range(count)]


def test_a_page_needs_nothing_else() -> None:
    """Nothing is loaded: no script, no picture, no style sheet, no address at all."""
    text = report_of(*many(200)).html()
    page = Page(text)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img", "iframe", "object", "embed"})
    assert [given["href"] for tag, given in page.tags if tag == "link"] == ["data:,"]
    assert not re.search(r"https?://|url\(|@import|\bsrc=", text)


def test_figures_stand_at_the_head() -> None:
    """Runs, ends, time, requests and lag are told in figures."""
    text = page_of(life("port:1"), going_on("port:2"), pages=3, singles=4, refusals=2).text
    assert "Watch of 2 runs of port" in text
    assert "2 runs followed 1 ended 50 % of them 1 m 00 s watched 1 ends a minute" in text
    assert "7 requests 3.5 for each run" in text
    assert "500 ms from an end to its being seen" in text
    assert "2 refused (429)" in text


def test_few_runs_have_a_row_each() -> None:
    """Up to sixty runs, each is on the timeline, with its spans and its end."""
    waited = life("port:r_1", begun=0, took=30)
    waited.seen.insert(0, (BEGIN, RunState.WAITING))
    waited.seen[1] = (BEGIN + 15, RunState.RUNNING)
    page = page_of(waited, going_on("acp:x", begun=30), *many(0))
    pieces = [given["style"] for given in page.of_class("piece")]
    assert pieces == [
        "left:0.0%;width:25.0%",
        "left:25.0%;width:25.0%",
        "left:50.0%;width:50.0%",
    ]
    (end,) = page.of_class("end")
    assert (end["style"], end["title"]) == ("left:50.0%", "succeeded")
    labels = [given["aria-label"] for given in page.of_class("life")]
    assert labels == ["port:r_1: succeeded after 30.0 s", "acp:x: not ended"]


def test_many_runs_are_put_together() -> None:
    """More runs have a lane for each action, twenty at most, and the page stays light."""
    report = report_of(*many(5000))
    page = Page(report.html())
    assert page.of_class("life") == []
    assert len(page.of_class("lane")) == 20
    assert "(others)" in page.texts
    assert len(report.html()) < 200_000


def test_outcomes_are_by_service_where_there_are_several() -> None:
    """Each service has a strip of its own beside that of all."""
    lives = [
        life("port:1"),
        life("port:2", state=RunState.FAILED),
        life("acp:1", state=RunState.TIMED_OUT),
    ]
    text = page_of(*lives).text
    assert "all runs, 3" in text
    assert "port, 2 1 succeeded 50 % 1 failed 50 %" in text
    assert "acp, 1 1 timed out 100 %" in text


def test_a_small_share_is_not_nothing_and_a_large_one_not_all() -> None:
    """One of two thousand is less than 0.1 %, and the others are not 100 %."""
    lives = [life(f"port:{n}") for n in range(1999)]
    text = page_of(*lives, life("port:bad", state=RunState.FAILED)).text
    assert "1,999 succeeded > 99.9 % 1 failed < 0.1 %" in text


def test_runs_that_did_not_end_well_are_listed() -> None:
    """Failures come first, then what was given up with the reason, then what goes on."""
    lost = going_on("port:lost")
    lost.outcome, lost.problem = Outcome.GONE, "not known any more"
    lives = [life("port:well"), going_on("port:on"), lost, life("port:bad", state=RunState.FAILED)]
    page = page_of(*lives, is_over=False)
    text = page.text[page.text.index("Runs to look at") :]
    assert "3 did not end well, or not at all." in text
    assert text.index("port:bad") < text.index("port:lost") < text.index("port:on")
    assert "not known any more" in text
    assert "port:well" not in text
    assert "The watch was ended before all runs had." in page.text


def test_a_long_list_says_how_long_it_is() -> None:
    """No more than fifty runs are listed, and the page tells how many there are."""
    lives = [life(f"port:{n}", state=RunState.FAILED) for n in range(120)]
    text = page_of(*lives).text
    assert "120 did not end well, or not at all; the first 50 of them." in text


def test_when_all_went_well_there_is_nothing_to_look_at() -> None:
    """Without such runs the section is left out."""
    assert "Runs to look at" not in page_of(*many(5)).text


def test_runs_without_an_end_have_no_durations() -> None:
    """When nothing has ended there is no distribution, no axis for it and no lag."""
    page = page_of(going_on("port:1"), going_on("port:2"), is_over=False)
    assert page.of_class("mid") == []
    assert "being seen" not in page.text
    assert "0 ends a second" in page.text


def test_names_are_text_and_nothing_else() -> None:
    """A name that looks like markup is shown as it is; one that is not told says so."""
    name = "<script>alert('x')</script> & co"
    page = page_of(life("port:1", action=name), life("port:2", action=""))
    assert name in page.texts
    assert "(not told)" in page.texts


def test_a_page_without_runs_is_a_page() -> None:
    """Even when nothing was seen, the page is whole."""
    assert "Watch of 0 runs" in page_of().text


def test_each_picture_is_described() -> None:
    """Whoever does not see the charts is told what they show."""
    pictures = [given for _, given in page_of(*many(200)).tags if given.get("role") == "img"]
    assert len(pictures) > 20
    assert all(given.get("aria-label") for given in pictures)


def test_runs_that_were_over_before_are_told() -> None:
    """A watch that went on says how many runs an earlier one had finished with."""
    report = report_of(life())
    report.collector.earlier = 1200
    assert "1,200 more were over before" in Page(report.html()).text


def test_runs_that_were_not_seen_are_told() -> None:
    """A watch that was ended in its first look says how many runs it had not come to."""
    report = report_of(life(), is_over=False)
    text = Page(Report(report.collector, is_over=False, unseen=999).html()).text
    assert "Watch of 1,000 runs" in text
    assert "1,000 runs followed 999 of them not seen yet 1 ended 0.1 % of them" in text


def test_a_report_is_refused_before_the_watch(tmp_path: Path) -> None:
    """A folder that is not there, or a file that is one, is a wrong setting; it says which."""
    check_report(tmp_path / "report.html")
    with pytest.raises(ConfigurationError, match="is a folder: name a file in it"):
        check_report(tmp_path)
    with pytest.raises(ConfigurationError, match=r"there is no folder .*nowhere: make it"):
        check_report(tmp_path / "nowhere" / "report.html")


@pytest.mark.parametrize(("days", "clock"), [(0.4, r"\d\d:\d\d"), (3, r"\d\d \w{3} \d\d:\d\d")])
def test_long_watches_have_fitting_times(days: float, clock: str) -> None:
    """Hours are told as times of day, days with their date."""
    report = report_of(*many(100))
    report.collector.samples.append(Sample(at=BEGIN + days * 86_400))
    texts = Page(report.html()).texts
    assert sum(bool(re.fullmatch(clock, text)) for text in texts) >= 3
