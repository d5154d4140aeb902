from __future__ import annotations

import aiohttp
import pytest

from actionruns.emulator import Emulator
from actionruns.emulator.rates import RateWindow
from tests.emulator.plain import Plain, refused


def test_unlimited() -> None:
    """Without a limit everything is admitted, and nothing is told."""
    verdict = RateWindow(None, 60).admit(0)
    assert (verdict.admitted, verdict.headers) == (True, {})


def test_window() -> None:
    """A window admits its limit, and is anew after its period."""
    window = RateWindow(2, 10)
    admitted = [window.admit(now).admitted for now in (100, 101, 102, 109.9, 110, 111, 112)]
    assert admitted == [True, True, False, False, True, True, False]


def test_wait() -> None:
    """A verdict tells the whole seconds until the window is anew, at least one."""
    window = RateWindow(1, 10)
    assert [window.admit(now).wait for now in (100, 101.5, 109.99)] == [10, 9, 1]
    assert RateWindow(None, 10).admit(0).wait == 0


def test_headers() -> None:
    """The headers tell limit, period, what is left, and the seconds to the reset."""
    window = RateWindow(2, 10)
    window.admit(100)
    assert window.admit(101.5).headers == {
        "x-ratelimit-limit": "2",
        "x-ratelimit-period": "10",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "9",
    }


def test_refusal() -> None:
    """A refusal tells when to come again, rounded up: then it is admitted."""
    window = RateWindow(1, 10)
    window.admit(100)
    verdict = window.admit(104.3)
    assert verdict.headers["Retry-After"] == "6"
    assert window.admit(104.3 + 6).admitted


def test_epoch() -> None:
    """The reset can be told as an epoch second."""
    window = RateWindow(1, 10, "epoch")
    assert window.admit(1_700_000_000.5).headers["x-ratelimit-reset"] == "1700000011"


@pytest.mark.anyio
async def test_over_http(session: aiohttp.ClientSession) -> None:
    """Over the limit the service answers 429 with Retry-After; asking for a token is free."""
    async with Emulator(auto_progress=False, rate_limit=2, rate_period=100) as emulator:
        port = Plain(emulator, session)
        left = []
        for _ in range(2):
            answer = await port("GET", "/actions/runs")
            left.append(answer.headers["x-ratelimit-remaining"])
        over = await port("GET", "/actions/runs")
        token = {"clientId": "demo", "clientSecret": "demo"}
        assert (await port("POST", "/auth/access_token", body=token)).status == 200
    assert left == ["1", "0"]
    assert refused(over, 429, "Rate limit")
    assert 90 < int(over.headers["Retry-After"]) <= 100


@pytest.mark.anyio
async def test_errors_count(session: aiohttp.ClientSession) -> None:
    """An answer that is an error counts and tells the limit too."""
    async with Emulator(auto_progress=False, rate_limit=5) as emulator:
        answer = await Plain(emulator, session)("GET", "/actions/runs/none")
    assert answer.headers["x-ratelimit-remaining"] == "4"
