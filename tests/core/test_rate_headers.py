"""What a service's headers say about its rate limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.rate import RateWindow, read_rate_headers

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
EPOCH = NOW.timestamp()


def read(reset: str, **more: str) -> RateWindow | None:
    headers = {"x-ratelimit-remaining": "7", "x-ratelimit-reset": reset}
    return read_rate_headers(headers | {f"x-ratelimit-{k}": v for k, v in more.items()}, NOW)


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("0", 0),
        ("30", 30),
        ("2.5", 2.5),
        ("-5", 0),
        (f"{EPOCH + 30:.0f}", 30),
        (f"{EPOCH - 30:.0f}", 0),
        (f"{(EPOCH + 30) * 1000:.0f}", 30),
        ("2024-05-01T12:00:30Z", 30),
        ("2024-05-01T14:00:30+02:00", 30),
        ("2024-05-01T12:00:30", 30),
    ],
)
def test_reset_is_understood_in_each_form(reset: str, seconds: float) -> None:
    """A reset is seconds, a Unix time in seconds or milliseconds, or a date; never negative."""
    window = read(reset)
    assert window is not None
    assert window.reset_in == pytest.approx(seconds)


@pytest.mark.parametrize("skew", [timedelta(hours=5), timedelta(hours=-5)])
def test_a_moment_is_measured_by_the_servers_clock(skew: timedelta) -> None:
    """A reset that is a moment is compared with the answer's Date, not with our clock."""
    server = NOW + skew
    headers = {
        "x-ratelimit-remaining": "7",
        "x-ratelimit-reset": f"{(server + timedelta(seconds=30)).timestamp():.0f}",
        "date": format_datetime(server, usegmt=True),
    }
    window = read_rate_headers(headers, NOW)
    assert window is not None
    assert window.reset_in == pytest.approx(30)


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 21 Oct 99999999999999 07:28:00 GMT"])
def test_without_a_date_our_clock_counts(date: str) -> None:
    """An answer without a readable Date is measured by our clock."""
    headers = {
        "x-ratelimit-remaining": "7",
        "x-ratelimit-reset": f"{EPOCH + 30:.0f}",
        "date": date,
    }
    window = read_rate_headers(headers, NOW)
    assert window is not None
    assert window.reset_in == pytest.approx(30)


def test_all_four_headers_are_read() -> None:
    """Limit, remaining, reset and period make the window."""
    assert read("30", limit="100", period="60") == RateWindow(
        limit=100, remaining=7, reset_in=30.0, period=60.0
    )


def test_limit_and_period_may_be_missing() -> None:
    """Two of the four are enough."""
    assert read("30") == RateWindow(limit=None, remaining=7, reset_in=30.0, period=None)


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-ratelimit-remaining": "7"}, {"x-ratelimit-reset": "30"}, {"x-ratelimit-limit": "9"}],
)
def test_too_little_says_nothing(headers: dict[str, str]) -> None:
    """Without remaining or reset there is no window."""
    assert read_rate_headers(headers, NOW) is None


@pytest.mark.parametrize(
    ("reset", "more"),
    [
        ("soon", {}),
        ("", {}),
        ("30", {"remaining": "few"}),
        ("30", {"remaining": "nan"}),
        ("30", {"remaining": "inf"}),
        ("30", {"limit": "x"}),
        ("30", {"period": "x"}),
        ("30", {"period": "nan"}),
        ("30", {"period": "inf"}),
        ("nan", {}),
        ("inf", {}),
        (f"{EPOCH * 1e6:.0f}", {}),
        (f"{EPOCH + 10**6:.0f}", {}),
        ("9999-12-31T00:00:00Z", {}),
    ],
)
def test_nonsense_says_nothing(reset: str, more: dict[str, str]) -> None:
    """Headers that make no sense, or say days, are passed over: they must do no harm."""
    assert read(reset, **more) is None


@pytest.mark.parametrize("limit", ["-1", "0", "0.5"])
def test_a_limit_of_nothing_is_no_limit(limit: str) -> None:
    """A service that writes -1 or 0 as its limit has none, so nothing is to be held back."""
    assert read("30", limit=limit, period="60", remaining="-1") is None


def test_less_than_nothing_left_is_nothing() -> None:
    """A count below 0 means that nothing is left of the period."""
    window = read("30", limit="100", period="60", remaining="-3")
    assert window is not None
    assert window.remaining == 0


@pytest.mark.parametrize("period", ["0", "-1"])
def test_a_period_of_nothing_is_unknown(period: str) -> None:
    """A period that isn't above 0 is as good as none."""
    window = read("30", period=period)
    assert window is not None
    assert window.period is None


@given(st.dictionaries(st.sampled_from(["remaining", "reset", "limit", "period"]), st.text()))
def test_any_headers_are_read_or_passed_over(values: dict[str, str]) -> None:
    """Whatever a server sends, reading it never fails and never gives an endless wait."""
    window = read_rate_headers({f"x-ratelimit-{k}": v for k, v in values.items()}, NOW)
    assert window is None or 0 <= window.reset_in <= 86_400
