"""The settings for TLS of the generated client, as one context."""

from __future__ import annotations

import ssl
from typing import Protocol

from actionruns.errors import ConfigurationError

__all__ = ["TlsSettings", "tls_of"]


class TlsSettings(Protocol):
    """What is said about TLS; `Configuration` says what each setting means."""

    @property
    def verify_ssl(self) -> bool:
        """Whether the server is verified."""

    @property
    def ssl_ca_cert(self) -> str | None:
        """A file of authorities."""

    @property
    def ca_cert_data(self) -> str | bytes | None:
        """Authorities as they are."""

    @property
    def cert_file(self) -> str | None:
        """A certificate of the client."""

    @property
    def key_file(self) -> str | None:
        """Its key."""

    @property
    def assert_hostname(self) -> bool | str | None:
        """Whether the name in the server's certificate is looked at."""


def tls_of(settings: TlsSettings) -> ssl.SSLContext | bool:
    """Return a context for what is said; True and False where that says it all.

    Raises:
        ConfigurationError: A file or a certificate cannot be read, or a host name is given.
    """
    if isinstance(settings.assert_hostname, str):
        raise ConfigurationError("assert_hostname is True or False; give the name in host")
    looks_at_name = settings.assert_hostname is not False
    own = settings.ssl_ca_cert or settings.ca_cert_data
    if not own and not settings.cert_file and looks_at_name:
        return settings.verify_ssl
    try:
        context = ssl.create_default_context(
            cafile=settings.ssl_ca_cert, cadata=settings.ca_cert_data
        )
        if not settings.verify_ssl or not looks_at_name:
            context.check_hostname = False
        if not settings.verify_ssl:
            context.verify_mode = ssl.CERT_NONE
        if settings.cert_file:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except (OSError, ValueError) as error:  # SSLError is an OSError
        raise ConfigurationError(f"the certificates cannot be used: {error}") from error
    return context
