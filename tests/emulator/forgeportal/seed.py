"""The documented example of a list of runs."""

from __future__ import annotations

import json
from typing import Any

# As the documentation of the service prints it.
_EXAMPLE = """
{
"data": [
{
"id": "bbbb0000-0000-0000-0000-000000000001",
"action_id": "aaaa0000-0000-0000-0000-000000000001",
"template_id": null,
"entity_id": null,
"requested_by": "alex@acmecorp.com",
"status": "success",
"input": {},
"output": { "repoUrl": "https://github.com/acmecorp/my-service" },
"retry_count": 0,
"max_retries": 3,
"started_at": "2026-02-25T14:00:00Z",
"finished_at": "2026-02-25T14:01:30Z",
"created_at": "2026-02-25T13:59:58Z"
}
],
"pagination": { "limit": 20, "offset": 0, "total": 42 }
}
"""


def documented_list() -> dict[str, Any]:
    """Return the example."""
    example: dict[str, Any] = json.loads(_EXAMPLE)
    return example
