"""Authorising: from a document's ``authentication`` to the headers of requests."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from actionruns.errors import ConfigurationError
from actionruns.gateway.binding import Bindings
from actionruns.gateway.document.model import Authentication
from actionruns.transport import FixedHeaders

__all__ = ["Credentials", "credentials_of"]


class Credentials:
    """What a document says that requests carry.

    Attributes:
        headers: The headers.
        secrets: The values in them that nobody may see.
        hint: What to do when a service refuses them.
    """

    def __init__(self, headers: Mapping[str, str], secrets: tuple[str, ...], hint: str) -> None:
        self.headers = headers
        self.secrets = secrets
        self.hint = hint

    @property
    def authorizer(self) -> FixedHeaders:
        """What puts them on.

        Raises:
            ConfigurationError: A header cannot be sent as it is, for example with a line break.
        """
        return FixedHeaders(self.headers, hint=self.hint)


def credentials_of(authentication: Authentication | None, bindings: Bindings) -> Credentials:
    """Return the credentials of a service.

    Raises:
        CodegenError: A variable that they come from is not set.
        ConfigurationError: They cannot be sent.
    """
    if authentication is None:
        return Credentials({}, (), "The document has no authentication for this service")
    node = authentication.node
    values = {
        key: text if key == "key" else bindings.filled(text, node[key])
        for key, text in authentication.settings.items()
    }
    variables = bindings.variables_in(*authentication.settings.values())
    from_where = f" ({', '.join(variables)})" if variables else ""
    if authentication.type == "apikey":
        name, value = values["key"], values["value"]
        how = f"the header {name} has exactly this value, so with 'Bearer ' where that is expected"
        hint = f"Check the key of the document's authentication{from_where}: {how}"
        return Credentials({name: value}, (value,), hint)
    hint = f"Check the values of the document's authentication{from_where}"
    if authentication.type == "bearer":
        token = values["token"].strip()
        return Credentials({"Authorization": f"Bearer {token}"}, (token,), hint)
    user, password = values["username"], values["password"]
    if ":" in user:
        raise ConfigurationError("the user name of basic authentication cannot hold a colon")
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Credentials({"Authorization": f"Basic {encoded}"}, (encoded, password), hint)
