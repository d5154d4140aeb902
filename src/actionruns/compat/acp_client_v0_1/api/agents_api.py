"""AgentsApi: find the agents of the server and what each of them takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from actionruns.compat.acp_client_v0_1.api.api import Api
from actionruns.compat.acp_client_v0_1.api_response import ApiResponse
from actionruns.compat.acp_client_v0_1.models import Agent, AgentACPDescriptor, AgentSearchRequest
from actionruns.compat.acp_client_v0_1.operations import (
    GET_ACP_DESCRIPTOR_BY_ID,
    GET_AGENT_BY_ID,
    SEARCH_AGENTS,
)
from actionruns.compat.acp_client_v0_1.options import RequestOptions

__all__ = ["AgentsApi"]


class AgentsApi(Api):
    """Find the agents of the server and what each of them takes and gives."""

    def get_acp_descriptor_by_id(
        self, agent_id: str, **options: Unpack[RequestOptions]
    ) -> AgentACPDescriptor:
        """Get what an agent can do, what it takes and what it gives.

        Args:
            agent_id: The id of the agent.
            **options: See `RequestOptions`.

        Returns:
            The descriptor.

        Raises:
            NotFoundException: There is no agent of this id (404).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: GET /agents/{agent_id}/descriptor (acp-v0.1.yaml)
        """
        return self.get_acp_descriptor_by_id_with_http_info(agent_id, **options).data

    def get_acp_descriptor_by_id_with_http_info(
        self, agent_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[AgentACPDescriptor]:
        """Do as `get_acp_descriptor_by_id`, and return the answer as well."""
        return self.api_client.send(GET_ACP_DESCRIPTOR_BY_ID, {"agent_id": agent_id}, options)

    def get_agent_by_id(self, agent_id: str, **options: Unpack[RequestOptions]) -> Agent:
        """Get an agent of the server.

        Args:
            agent_id: The id of the agent.
            **options: See `RequestOptions`.

        Returns:
            The agent.

        Raises:
            NotFoundException: There is no agent of this id (404).
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: GET /agents/{agent_id} (acp-v0.1.yaml)
        """
        return self.get_agent_by_id_with_http_info(agent_id, **options).data

    def get_agent_by_id_with_http_info(
        self, agent_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[Agent]:
        """Do as `get_agent_by_id`, and return the answer as well."""
        return self.api_client.send(GET_AGENT_BY_ID, {"agent_id": agent_id}, options)

    def search_agents(
        self,
        agent_search_request: AgentSearchRequest | Mapping[str, Any],
        **options: Unpack[RequestOptions],
    ) -> list[Agent]:
        """List agents of the server, one page of them.

        Args:
            agent_search_request: Which agents. A mapping with its members will do.
            **options: See `RequestOptions`.

        Returns:
            The agents of this page.

        Raises:
            UnprocessableEntityException: Something that was sent is not as the protocol or the
                agent wants it (422).
            ApiException: The server answered with another error status.
            ApiValueError: An argument cannot be sent, or the answer is not what it should be.
            ConnectionFailed: No answer came, or not in time.

        Source: POST /agents/search (acp-v0.1.yaml)
        """
        return self.search_agents_with_http_info(agent_search_request, **options).data

    def search_agents_with_http_info(
        self,
        agent_search_request: AgentSearchRequest | Mapping[str, Any],
        **options: Unpack[RequestOptions],
    ) -> ApiResponse[list[Agent]]:
        """Do as `search_agents`, and return the answer as well."""
        return self.api_client.send(
            SEARCH_AGENTS,
            self._arguments(
                SEARCH_AGENTS, "agent_search_request", AgentSearchRequest, agent_search_request
            ),
            options,
        )
