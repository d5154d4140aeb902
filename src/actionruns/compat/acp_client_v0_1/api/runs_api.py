"""RunsApi: start runs of agents, follow them, answer their questions, read their output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from actionruns.compat.acp_client_v0_1.api.api import Api
from actionruns.compat.acp_client_v0_1.api_response import ApiResponse
from actionruns.compat.acp_client_v0_1.models import Run, RunCreate, RunOutput, RunSearchRequest
from actionruns.compat.acp_client_v0_1.operations import (
    CREATE_RUN,
    DELETE_RUN,
    GET_RUN,
    GET_RUN_OUTPUT,
    GET_RUN_STREAM,
    RESUME_RUN,
    SEARCH_RUNS,
)
from actionruns.compat.acp_client_v0_1.options import RequestOptions
from actionruns.compat.acp_client_v0_1.raising import shown_headers
from actionruns.compat.acp_client_v0_1.run_output_events import RunOutputEvents

__all__ = ["RunsApi"]


class RunsApi(Api):
    """Start runs of agents, follow them, answer their questions, read their output."""

    def create_run(
        self, run_create: RunCreate | Mapping[str, Any], **options: Unpack[RequestOptions]
    ) -> Run:
        """Start a run of an agent and return without waiting for its output.

        Calling this twice starts two runs.

        Args:
            run_create: What it is created with. A mapping with its members will do.
            **options: See `RequestOptions`.

        Returns:
            The new run, which is pending.

        Raises:
            NotFoundException: There is no such agent or no such thread (404).
            ConflictException: Another run of the thread is pending (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: POST /runs (acp-v0.1.yaml)
        """
        return self.create_run_with_http_info(run_create, **options).data

    def create_run_with_http_info(
        self, run_create: RunCreate | Mapping[str, Any], **options: Unpack[RequestOptions]
    ) -> ApiResponse[Run]:
        """Do as `create_run`, and return the answer as well."""
        return self.api_client.send(
            CREATE_RUN, self._arguments(CREATE_RUN, "run_create", RunCreate, run_create), options
        )

    def delete_run(self, run_id: str, **options: Unpack[RequestOptions]) -> Run:
        """Delete a run, after cancelling it if it is running.

        Args:
            run_id: The id of the run.
            **options: See `RequestOptions`.

        Returns:
            The run as it was.

        Raises:
            NotFoundException: There is no run of this id (404).
            ConflictException: As the run stands now, this cannot be done (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: DELETE /runs/{run_id} (acp-v0.1.yaml)
        """
        return self.delete_run_with_http_info(run_id, **options).data

    def delete_run_with_http_info(
        self, run_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[Run]:
        """Do as `delete_run`, and return the answer as well."""
        return self.api_client.send(DELETE_RUN, {"run_id": run_id}, options)

    def get_run(self, run_id: str, **options: Unpack[RequestOptions]) -> Run:
        """Get a run as it stands now.

        Args:
            run_id: The id of the run.
            **options: See `RequestOptions`.

        Returns:
            The run.

        Raises:
            NotFoundException: There is no run of this id (404).
            ConflictException: As the run stands now, this cannot be done (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: GET /runs/{run_id} (acp-v0.1.yaml)
        """
        return self.get_run_with_http_info(run_id, **options).data

    def get_run_with_http_info(
        self, run_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[Run]:
        """Do as `get_run`, and return the answer as well."""
        return self.api_client.send(GET_RUN, {"run_id": run_id}, options)

    def get_run_output(
        self, run_id: str, block_timeout: int | None = None, **options: Unpack[RequestOptions]
    ) -> RunOutput | None:
        """Get the last output of a run, on request waiting for it.

        Args:
            run_id: The id of the run.
            block_timeout: Seconds that the server shall wait for the run to leave `pending`. None =
                it answers at once. The time limit of the call comes on top of that.
            **options: See `RequestOptions`.

        Returns:
            The output; its ``actual_instance`` is the result, the question or the error. None: the
            run is still pending.

        Raises:
            NotFoundException: There is no run of this id (404).
            ConflictException: As the run stands now, this cannot be done (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: GET /runs/{run_id}/output (acp-v0.1.yaml)
        """
        return self.get_run_output_with_http_info(
            run_id, block_timeout=block_timeout, **options
        ).data

    def get_run_output_with_http_info(
        self, run_id: str, block_timeout: int | None = None, **options: Unpack[RequestOptions]
    ) -> ApiResponse[RunOutput | None]:
        """Do as `get_run_output`, and return the answer as well."""
        return self.api_client.send(
            GET_RUN_OUTPUT, {"run_id": run_id, "block_timeout": block_timeout}, options
        )

    def get_run_stream(self, run_id: str, **options: Unpack[RequestOptions]) -> RunOutputEvents:
        """Stream the output of a run while it comes to be.

        The call returns when the stream begins; iterate over what it returns.

        Args:
            run_id: The id of the run.
            **options: See `RequestOptions`.

        Returns:
            The events, each a `RunOutputStream`.

        Raises:
            NotFoundException: There is no run of this id (404).
            ConflictException: As the run stands now, this cannot be done (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: GET /runs/{run_id}/stream (acp-v0.1.yaml)
        """
        return self.get_run_stream_with_http_info(run_id, **options).data

    def get_run_stream_with_http_info(
        self, run_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[RunOutputEvents]:
        """Do as `get_run_stream`, and return the answer as well."""
        stream, answer, loop = self.api_client.open(GET_RUN_STREAM, {"run_id": run_id}, options)
        return ApiResponse(
            status_code=answer.status,
            headers=shown_headers(answer),
            data=RunOutputEvents(run_id, stream, loop),
            raw_data=b"",
        )

    def resume_run(
        self, run_id: str, body: Mapping[str, Any] | None, **options: Unpack[RequestOptions]
    ) -> Run:
        """Answer the question that a run waits with, so that it goes on.

        Args:
            run_id: The id of the run.
            body: The answer, as the agent's descriptor describes it. None = an empty one.
            **options: See `RequestOptions`.

        Returns:
            The run, which is pending again.

        Raises:
            NotFoundException: There is no run of this id (404).
            ConflictException: The run isn't interrupted (409).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: POST /runs/{run_id} (acp-v0.1.yaml)
        """
        return self.resume_run_with_http_info(run_id, body, **options).data

    def resume_run_with_http_info(
        self, run_id: str, body: Mapping[str, Any] | None, **options: Unpack[RequestOptions]
    ) -> ApiResponse[Run]:
        """Do as `resume_run`, and return the answer as well."""
        return self.api_client.send(
            RESUME_RUN, {"run_id": run_id, "body": {} if body is None else body}, options
        )

    def search_runs(
        self,
        run_search_request: RunSearchRequest | Mapping[str, Any],
        **options: Unpack[RequestOptions],
    ) -> list[Run]:
        """List runs, one page of them.

        Args:
            run_search_request: Which runs. A mapping with its members will do.
            **options: See `RequestOptions`.

        Returns:
            The runs of this page.

        Raises:
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: POST /runs/search (acp-v0.1.yaml)
        """
        return self.search_runs_with_http_info(run_search_request, **options).data

    def search_runs_with_http_info(
        self,
        run_search_request: RunSearchRequest | Mapping[str, Any],
        **options: Unpack[RequestOptions],
    ) -> ApiResponse[list[Run]]:
        """Do as `search_runs`, and return the answer as well."""
        return self.api_client.send(
            SEARCH_RUNS,
            self._arguments(
                SEARCH_RUNS, "run_search_request", RunSearchRequest, run_search_request
            ),
            options,
        )
