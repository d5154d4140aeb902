"""The proxy for a base URL, resolved once.

aiohttp's own ``trust_env=True`` reads netrc and the proxy variables again for every request, in a
thread: that costs more than the request itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from yarl import URL

from actionruns.core.redaction import redact_url
from actionruns.errors import ConfigurationError

__all__ = ["proxy_for"]


def proxy_for(base_url: str, *, proxy: str | None, trust_env: bool) -> str | None:
    """Return the proxy to use for a base URL, None = connect directly.

    Args:
        base_url: The service's address.
        proxy: The proxy that the caller asked for; it goes before the environment.
        trust_env: Whether to look into the environment (and the system's settings, where Python
            knows them).

    Raises:
        ConfigurationError: The proxy speaks something else than HTTP.
    """
    if proxy is not None:
        return _spoken(proxy, "proxy must begin with http:// or https://")
    if not trust_env:
        return None
    parts = urlsplit(base_url)
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if not found or proxy_bypass(parts.netloc):
        return None
    found = found if "://" in found else f"http://{found}"
    problem = "the proxy in the environment must be an HTTP one (or set proxy, or trust_env=False)"
    return _spoken(found, problem)


def _spoken(proxy: str, otherwise: str) -> str:
    if not proxy.startswith(("http://", "https://")):
        raise ConfigurationError(f"{otherwise}, but is {redact_url(proxy)!r}")
    try:
        URL(proxy)
    except ValueError as error:
        problem = f"the proxy {redact_url(proxy)!r} is no URL: {error}"
        raise ConfigurationError(problem) from error
    return proxy
