"""ThreadsApi: threads, the states that runs hand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from actionruns.compat.acp_client_v0_1.api.api import Api
from actionruns.compat.acp_client_v0_1.api_response import ApiResponse
from actionruns.compat.acp_client_v0_1.models import Run, Thread, ThreadCreate, ThreadSearchRequest
from actionruns.compat.acp_client_v0_1.operations import (
    CREATE_THREAD,
    DELETE_THREAD,
    GET_RUN_THREADSTATE,
    GET_THREAD,
    GET_THREAD_HISTORY,
    GET_THREAD_STATE,
    SEARCH_THREADS,
)
from actionruns.compat.acp_client_v0_1.options import RequestOptions

__all__ = ["ThreadsApi"]


class ThreadsApi(Api):
    """Threads, the states that runs hand on."""

    def create_thread(
        self, thread_create: ThreadCreate | Mapping[str, Any], **options: Unpack[RequestOptions]
    ) -> Thread:
        """Create a thread without runs.

        Args:
            thread_create: What it is created with. A mapping with its members will do.
            **options: See `RequestOptions`.

        Returns:
            The new thread.

        Raises:
            NotFoundException: There is no such agent (404).
            ConflictException: It cannot be created now (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: POST /threads (acp-v0.1.yaml)
        """
        return self.create_thread_with_http_info(thread_create, **options).data

    def create_thread_with_http_info(
        self, thread_create: ThreadCreate | Mapping[str, Any], **options: Unpack[RequestOptions]
    ) -> ApiResponse[Thread]:
        """Do as `create_thread`, and return the answer as well."""
        return self.api_client.send(
            CREATE_THREAD,
            self._arguments(CREATE_THREAD, "thread_create", ThreadCreate, thread_create),
            options,
        )

    def delete_thread(self, thread_id: str, **options: Unpack[RequestOptions]) -> Thread:
        """Delete a thread.

        Args:
            thread_id: The id of the thread.
            **options: See `RequestOptions`.

        Returns:
            The thread as it was.

        Raises:
            NotFoundException: There is no thread of this id (404).
            ConflictException: A run of the thread is pending (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: DELETE /threads/{thread_id} (acp-v0.1.yaml)
        """
        return self.delete_thread_with_http_info(thread_id, **options).data

    def delete_thread_with_http_info(
        self, thread_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[Thread]:
        """Do as `delete_thread`, and return the answer as well."""
        return self.api_client.send(DELETE_THREAD, {"thread_id": thread_id}, options)

    def get_run_threadstate(self, run_id: str, **options: Unpack[RequestOptions]) -> dict[str, Any]:
        """Get the state that a run left its thread in.

        Args:
            run_id: The id of the run.
            **options: See `RequestOptions`.

        Returns:
            The state, in the agent's own form.

        Raises:
            NotFoundException: There is no run of this id (404).
            ConflictException: The run has not ended with success (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: GET /runs/{run_id}/threadstate (acp-v0.1.yaml)
        """
        return self.get_run_threadstate_with_http_info(run_id, **options).data

    def get_run_threadstate_with_http_info(
        self, run_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[dict[str, Any]]:
        """Do as `get_run_threadstate`, and return the answer as well."""
        return self.api_client.send(GET_RUN_THREADSTATE, {"run_id": run_id}, options)

    def get_thread(self, thread_id: str, **options: Unpack[RequestOptions]) -> Thread:
        """Get a thread.

        Args:
            thread_id: The id of the thread.
            **options: See `RequestOptions`.

        Returns:
            The thread.

        Raises:
            NotFoundException: There is no thread of this id (404).
            ConflictException: As the thread stands now, this cannot be done (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: GET /threads/{thread_id} (acp-v0.1.yaml)
        """
        return self.get_thread_with_http_info(thread_id, **options).data

    def get_thread_with_http_info(
        self, thread_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[Thread]:
        """Do as `get_thread`, and return the answer as well."""
        return self.api_client.send(GET_THREAD, {"thread_id": thread_id}, options)

    def get_thread_history(self, thread_id: str, **options: Unpack[RequestOptions]) -> list[Run]:
        """List all runs of a thread, the oldest first.

        Args:
            thread_id: The id of the thread.
            **options: See `RequestOptions`.

        Returns:
            The runs.

        Raises:
            NotFoundException: There is no thread of this id (404).
            ConflictException: As the thread stands now, this cannot be done (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: GET /threads/{thread_id}/history (acp-v0.1.yaml)
        """
        return self.get_thread_history_with_http_info(thread_id, **options).data

    def get_thread_history_with_http_info(
        self, thread_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[list[Run]]:
        """Do as `get_thread_history`, and return the answer as well."""
        return self.api_client.send(GET_THREAD_HISTORY, {"thread_id": thread_id}, options)

    def get_thread_state(self, thread_id: str, **options: Unpack[RequestOptions]) -> dict[str, Any]:
        """Get the state that a thread has now.

        Args:
            thread_id: The id of the thread.
            **options: See `RequestOptions`.

        Returns:
            The state, in the agent's own form.

        Raises:
            NotFoundException: There is no thread of this id (404).
            ConflictException: As the thread stands now, this cannot be done (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: GET /threads/{thread_id}/state (acp-v0.1.yaml)
        """
        return self.get_thread_state_with_http_info(thread_id, **options).data

    def get_thread_state_with_http_info(
        self, thread_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[dict[str, Any]]:
        """Do as `get_thread_state`, and return the answer as well."""
        return self.api_client.send(GET_THREAD_STATE, {"thread_id": thread_id}, options)

    def search_threads(
        self,
        thread_search_request: ThreadSearchRequest | Mapping[str, Any],
        **options: Unpack[RequestOptions],
    ) -> list[Thread]:
        """List threads, one page of them.

        Args:
            thread_search_request: Which threads. A mapping with its members will do.
            **options: See `RequestOptions`.

        Returns:
            The threads of this page.

        Raises:
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: POST /threads/search (acp-v0.1.yaml)
        """
        return self.search_threads_with_http_info(thread_search_request, **options).data

    def search_threads_with_http_info(
        self,
        thread_search_request: ThreadSearchRequest | Mapping[str, Any],
        **options: Unpack[RequestOptions],
    ) -> ApiResponse[list[Thread]]:
        """Do as `search_threads`, and return the answer as well."""
        return self.api_client.send(
            SEARCH_THREADS,
            self._arguments(
                SEARCH_THREADS, "thread_search_request", ThreadSearchRequest, thread_search_request
            ),
            options,
        )
