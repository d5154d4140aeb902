"""Read a response body, but not without end."""

from __future__ import annotations

import aiohttp

from actionruns.errors import DecodeFailed

__all__ = ["read_body"]


async def read_body(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the whole body, decompressed.

    Args:
        answer: The response.
        limit: Largest size accepted, in bytes after decompression.

    Raises:
        DecodeFailed: The body is larger.
    """
    length = answer.content_length
    if length is not None and length <= limit and "Content-Encoding" not in answer.headers:
        return await answer.read()
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > limit:
            answer.close()
            problem = f"the answer is larger than {limit} bytes; ask for less, or smaller pages"
            raise DecodeFailed(problem, body=b"".join(chunks), status=answer.status)
        chunks.append(chunk)
    return b"".join(chunks)
