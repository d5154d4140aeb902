"""ApiClient: what the classes of methods send with."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Final, Self, TypeVar

from actionruns.blocking import PrivateLoop
from actionruns.compat.acp_client_v0_1.api_response import ApiResponse
from actionruns.compat.acp_client_v0_1.configuration import Configuration
from actionruns.compat.acp_client_v0_1.connection import Connection
from actionruns.compat.acp_client_v0_1.exceptions import ApiAttributeError
from actionruns.compat.acp_client_v0_1.options import RequestOptions, prepared
from actionruns.core.forks import Shared
from actionruns.core.operation import Operation
from actionruns.core.response import Response
from actionruns.transport import EventStream

__all__ = ["ApiClient"]

T = TypeVar("T")

_RAW: Final = "the methods ..._with_http_info of RunsApi, AgentsApi and ThreadsApi"
_INSTEAD: Final[Mapping[str, str]] = {
    "call_api": _RAW,
    "param_serialize": _RAW,
    "rest_client": _RAW,
    "deserialize": "from_dict or from_json of the model",
    "response_deserialize": "from_json of the model",
    "sanitize_for_serialization": "to_json of the model",
    "pool": "threads of yours; one ApiClient serves any number of them",
}


class ApiClient(Shared):
    """Sends what `RunsApi`, `AgentsApi` and `ThreadsApi` call; one serves a whole process.

    Leaving ``with``, or `close`, gives the connections back. As with the generated client it may be
    used after that; it connects anew then. Not closed, it is closed when it is dropped.

    Args:
        configuration: The settings; None = `Configuration.get_default`. They may be changed later.
        header_name: A header to send with every request.
        header_value: Its value.
        cookie: The header ``Cookie`` of every request.

    Attributes:
        configuration: The settings.
        default_headers: Sent with every request.
        cookie: The header ``Cookie`` of every request.
    """

    _default: ClassVar[ApiClient | None] = None

    def __init__(
        self,
        configuration: Configuration | None = None,
        header_name: str | None = None,
        header_value: str | None = None,
        cookie: str | None = None,
    ) -> None:
        super().__init__()
        self.configuration = configuration or Configuration.get_default()
        self.default_headers: dict[str, Any] = {}
        if header_name is not None:
            self.default_headers[header_name] = header_value
        self.cookie = cookie
        self._made_with = self.configuration
        self._connection: Connection | None = None

    @classmethod
    def get_default(cls) -> ApiClient:
        """Return the client of classes of methods that are made without one."""
        if ApiClient._default is None:
            ApiClient._default = cls()
        return ApiClient._default

    @classmethod
    def set_default(cls, default: ApiClient | None) -> None:
        """Set the client of classes of methods that are made without one; None = a new one."""
        ApiClient._default = default

    @property
    def user_agent(self) -> str | None:
        """What requests say that they come from; None = this package's name and version."""
        return self.default_headers.get("User-Agent")

    @user_agent.setter
    def user_agent(self, value: str) -> None:
        self.default_headers["User-Agent"] = value

    def set_default_header(self, header_name: str, header_value: str) -> None:
        """Send a header with every request from now on."""
        self.default_headers[header_name] = header_value

    def close(self) -> None:
        """Give the connections back; calls under way end with `ClientClosed`."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<ApiClient {self.configuration.host}>"

    def __getattr__(self, name: str) -> Any:
        if name in _INSTEAD:
            raise ApiAttributeError(f"ApiClient has no {name} here; use instead: {_INSTEAD[name]}")
        raise AttributeError(f"'ApiClient' object has no attribute {name!r}")

    def send(
        self, operation: Operation[T], arguments: Mapping[str, Any], options: RequestOptions
    ) -> ApiResponse[T]:
        """Send an operation; for the classes of methods.

        Args:
            operation: What to call.
            arguments: Its arguments.
            options: What is said of this request.

        Raises:
            ApiException: The server answered with an error status.
            ApiTypeError: An option is not known.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came.
            RequestTimeout: It took too long.
            ConfigurationError: A setting cannot be honoured.
        """
        call = prepared(operation, arguments, options, self._headers())
        answer: ApiResponse[T] = self._connected().answer(*call)
        return answer

    def open(
        self, operation: Operation[T], arguments: Mapping[str, Any], options: RequestOptions
    ) -> tuple[EventStream[T], Response, PrivateLoop]:
        """Open the stream of an operation, see `send`; for the classes of methods."""
        call = prepared(operation, arguments, options, self._headers())
        opened: tuple[EventStream[T], Response, PrivateLoop] = self._connected().open(*call)
        return opened

    def _headers(self) -> Mapping[str, Any]:
        return {**self.default_headers, "Cookie": self.cookie}

    def _connected(self) -> Connection:
        """Return the connection for the settings as they are now."""
        settings = self.configuration.current()
        with self._lock:
            connection = self._connection
            # It may be closed by a copy, which shares it.
            if connection is None or connection.closed or not settings.is_as(self._made_with):
                # One with other settings is dropped: its calls go on, then it closes.
                connection = self._connection = Connection(settings.client_settings())
                self._made_with = settings
            return connection
