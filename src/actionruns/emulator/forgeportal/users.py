"""Users, their roles, and what a role may do."""

from __future__ import annotations

from typing import Any

import attrs

from actionruns.emulator.forgeportal.errors import refused

__all__ = ["DEVELOPMENT_USER", "User"]

# Of the permissions, those that concern runs. The service gives every user a role; one that isn't
# here may do nothing, which shows what a client does with 403.
_READ = frozenset({"action:read", "template:read"})
_RUN = _READ | {"action:run", "template:run"}
_PERMISSIONS = {
    "viewer": _READ,
    "developer": _RUN,
    "team-admin": _RUN,
    "template-admin": _RUN,
    "platform-admin": _RUN | {"audit:read"},
}


@attrs.frozen(kw_only=True)
class User:
    """A user.

    Attributes:
        name: What stands before the @ of the e-mail address.
        role: Decides what the user may do.
    """

    name: str
    role: str

    @property
    def email(self) -> str:
        """E-mail address: how the service names users."""
        return f"{self.name}@forgeportal.local"

    def require(self, permission: str) -> User:
        """Return the user.

        Raises:
            ForgePortalError: 403, the user's role lacks the permission.
        """
        if permission not in _PERMISSIONS.get(self.role, ()):
            raise refused(403, "Forbidden", f"Missing permission: {permission}")
        return self

    def shown(self) -> dict[str, Any]:
        """Return the user as ``/auth/me`` shows it."""
        return {
            "sub": self.name,
            "email": self.email,
            "name": self.name,
            "groups": [self.role],
            "role": self.role,
            "scope": {"teams": [], "overrides": []},
            "permissions": sorted(_PERMISSIONS.get(self.role, ())),
        }


DEVELOPMENT_USER = User(name="dev", role="platform-admin")
"""Who every request is from when nobody has to sign in."""
