"""pyport's settings of retries become a policy, or are refused with what to do instead."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from actionruns import RetryPolicy
from actionruns.compat.pyport import PortClient
from actionruns.compat.pyport.exceptions import PortConfigurationError
from actionruns.compat.pyport.retry import RetryStrategy, policy_of, repeatable_methods

DEFAULTS: dict[str, Any] = {
    "max_retries": 3,
    "retry_delay": 1.0,
    "max_delay": 10.0,
    "retry_strategy": RetryStrategy.EXPONENTIAL,
    "retry_jitter": True,
    "retry_status_codes": None,
    "retry_on": None,
}


class TheirStrategy(Enum):
    """As pyport's own, which code may go on to import."""

    CONSTANT = "constant"


@pytest.mark.parametrize(
    ("settings", "policy"),
    [
        ({}, RetryPolicy(max_attempts=4, base_delay=1.0, max_delay=10.0)),
        ({"max_retries": 1}, RetryPolicy(max_attempts=2, base_delay=1.0, max_delay=10.0)),
        (
            {"max_retries": 0, "retry_jitter": False, "retry_on": OSError},
            RetryPolicy(max_attempts=1),
        ),
        ({"retry_delay": 2, "max_delay": 60}, RetryPolicy(base_delay=2.0, max_delay=60.0)),
        ({"retry_delay": 0, "max_delay": 0}, RetryPolicy(base_delay=0.001, max_delay=0.001)),
        ({"retry_strategy": "exponential"}, RetryPolicy(base_delay=1.0, max_delay=10.0)),
        ({"retry_strategy": "constant"}, RetryPolicy(base_delay=1.0, max_delay=1.0)),
        ({"retry_strategy": TheirStrategy.CONSTANT}, RetryPolicy(base_delay=1.0, max_delay=1.0)),
        (
            {"retry_strategy": "constant", "retry_delay": 20},
            RetryPolicy(base_delay=10.0, max_delay=10.0),
        ),
        (
            {"retry_status_codes": {429, 500, 502, 503, 504}},
            RetryPolicy(base_delay=1.0, max_delay=10.0),
        ),
        ({"retry_status_codes": set()}, RetryPolicy(base_delay=1.0, max_delay=10.0)),
    ],
)
def test_settings_become_a_policy(settings: dict[str, Any], policy: RetryPolicy) -> None:
    """Attempts are retries and one; the delays are the bounds of the waits."""
    assert policy_of(**{**DEFAULTS, **settings}) == policy


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"max_retries": -1}, "max_retries must be 0 or more, but is -1"),
        ({"max_retries": True}, "max_retries must be 0 or more, but is True"),
        ({"max_retries": 1.5}, "max_retries must be 0 or more, but is 1.5"),
        ({"retry_delay": -1}, "retry_delay must be seconds from 0 on, but is -1"),
        ({"retry_delay": True}, "retry_delay must be seconds from 0 on, but is True"),
        ({"max_delay": float("nan")}, "max_delay must be seconds from 0 on, but is nan"),
        ({"max_delay": "10"}, "max_delay must be seconds from 0 on, but is '10'"),
        ({"retry_strategy": "linear"}, "'exponential' or 'constant', but is 'linear'"),
        ({"retry_strategy": RetryStrategy.FIBONACCI}, "but is 'fibonacci'"),
        ({"retry_jitter": False}, "retry_jitter=False has no effect .* leave it out"),
        ({"retry_status_codes": {503}}, "retry_status_codes cannot be chosen.* max_retries=0"),
        ({"retry_status_codes": 503}, "retry_status_codes cannot be chosen"),
        ({"retry_status_codes": [[503]]}, "retry_status_codes cannot be chosen"),
        ({"retry_on": OSError}, "retry_on has no effect .* max_retries=0"),
        ({"idempotent_methods": "GET"}, "idempotent_methods must be a set of HTTP methods"),
        ({"idempotent_methods": 5}, "idempotent_methods must be a set of HTTP methods"),
        ({"idempotent_methods": [1]}, "idempotent_methods must be a set of HTTP methods"),
    ],
)
def test_what_cannot_be_honoured_is_refused(settings: dict[str, Any], problem: str) -> None:
    """A setting out of its range, or without a counterpart, is an error that says what to do."""
    with pytest.raises(PortConfigurationError, match=problem):
        PortClient("id", "secret", **settings)


@pytest.mark.parametrize(
    ("given", "methods"),
    [(None, None), (set(), None), ({"get", "PATCH"}, {"GET", "PATCH"}), (["PUT"], {"PUT"})],
)
def test_methods_are_compared_in_capitals(given: Any, methods: set[str] | None) -> None:
    """Names come in any case; none at all leave it to what is known of each operation."""
    assert repeatable_methods(given) == methods
