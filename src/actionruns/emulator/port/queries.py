"""Query parameters, checked as the routes' schemas say."""

from __future__ import annotations

from collections.abc import Collection

from aiohttp import web

from actionruns.emulator.port.errors import invalid

__all__ = ["Query"]


class Query:
    """The query parameters of one request.

    A parameter with a default may be left out even where the API calls it required: the default is
    filled in before the check (*inferred*: the service validates with that option). Parameters
    that a route doesn't know are ignored.
    """

    def __init__(self, request: web.Request) -> None:
        self._values = request.query

    def text(self, name: str) -> str | None:
        """Return a text, or None when it is absent.

        Raises:
            PortError: 422, it is there more than once.
        """
        values = self._values.getall(name, [])
        if len(values) > 1:
            raise _wrong(name, "be given once")
        return values[0] if values else None

    def flag(self, name: str) -> bool:
        """Return a boolean, false when it is absent.

        Raises:
            PortError: 422, it is neither ``true`` nor ``false``.
        """
        value = self.text(name)
        if value not in {None, "true", "false"}:
            raise _wrong(name, "be boolean")
        return value == "true"

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        """Return one of the choices, or None when it is absent.

        Raises:
            PortError: 422, it is none of them.
        """
        value = self.text(name)
        if value is not None and value not in choices:
            raise _wrong(name, f"be equal to one of the allowed values: {', '.join(choices)}")
        return value

    def texts(self, name: str, choices: Collection[str] = ()) -> list[str]:
        """Return a list, sent by repeating the parameter; empty when it is absent.

        Raises:
            PortError: 422, an item is none of the choices, if there are any.
        """
        values = self._values.getall(name, [])
        if choices and not set(values) <= set(choices):
            raise _wrong(name, f"hold only the allowed values: {', '.join(choices)}")
        return values

    def number(self, name: str, default: int, least: int, most: int = 1 << 53) -> int:
        """Return a number, its fraction cut off; the default when it is absent.

        Raises:
            PortError: 422, it is no number or out of the limits.
        """
        text = self.text(name)
        if text is None:
            return default
        try:
            value = float(text)
            whole = int(value)
        except (ValueError, OverflowError):
            raise _wrong(name, "be number") from None
        if value < least:
            raise _wrong(name, f"be >= {least}")
        if value > most:
            raise _wrong(name, f"be <= {most}")
        return whole


def _wrong(name: str, rule: str) -> Exception:
    return invalid(f"querystring/{name} must {rule}")
