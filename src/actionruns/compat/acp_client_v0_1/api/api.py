"""Api: what the classes of methods have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from actionruns.compat.acp_client_v0_1.api_client import ApiClient
from actionruns.compat.acp_client_v0_1.exceptions import (
    ApiAttributeError,
    ApiTypeError,
    ApiValueError,
)
from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.compat.acp_client_v0_1.operations import REQUIRED
from actionruns.core.operation import Operation

__all__ = ["Api"]

M = TypeVar("M", bound=ApiModel)


class Api:
    """Base of the classes of methods.

    Args:
        api_client: What they send with; None = `ApiClient.get_default`.

    Attributes:
        api_client: What they send with.
    """

    def __init__(self, api_client: ApiClient | None = None) -> None:
        self.api_client = ApiClient.get_default() if api_client is None else api_client

    def __getattr__(self, name: str) -> Any:
        plain, form, _ = name.partition("_without_preload_content")
        if form and hasattr(type(self), plain):
            raise ApiAttributeError(
                f"{type(self).__name__} has no {name} here, whose answer would be one of urllib3; "
                f"use instead: {plain}_with_http_info and its raw_data"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _arguments(
        self, operation: Operation[Any], argument: str, cls: type[M], given: M | Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the arguments of an operation whose body is a model.

        Args:
            operation: What is called.
            argument: The argument that is its body.
            cls: The model.
            given: The model, or its members.

        Raises:
            ApiTypeError: What is given is neither.
            ApiValueError: A member that is required is missing, or one is not of its type.
        """
        body = cls.from_dict(given) if isinstance(given, Mapping) else given
        if not isinstance(body, cls):
            raise ApiTypeError(
                f"{operation.name}: {argument} must be a {cls.__name__} or a mapping, "
                f"but is of {type(body).__name__}"
            )
        members = body.to_dict()
        if self.api_client.configuration.client_side_validation:
            for name in sorted(REQUIRED.get(operation.name, frozenset()) - members.keys()):
                raise ApiValueError(f"{operation.name}: {name} of {cls.__name__} is required")
        return {argument: members}
