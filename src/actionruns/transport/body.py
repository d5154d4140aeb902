"""Read a response body, but not without end."""

from __future__ import annotations

import aiohttp

from actionruns.errors import DecodeFailed

__all__ = ["arrived_body", "read_body"]


async def read_body(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the whole body, decompressed.

    Args:
        answer: The response.
        limit: Largest size accepted, in bytes after decompression.

    Raises:
        DecodeFailed: The body is larger.
    """
    length = answer.content_length
    if length is not None and length > limit and answer.method != "HEAD":
        raise _too_large(answer, limit)
    if length is not None and "Content-Encoding" not in answer.headers:
        return await answer.read()
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > limit:
            raise _too_large(answer, limit)
        chunks.append(chunk)
    return b"".join(chunks)


def arrived_body(answer: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """Return the whole body, decompressed, if it has come along with the headers; None otherwise.

    Most answers fit into one packet. To read what is there takes no coroutine, of which `read_body`
    needs three.

    Args:
        answer: The response.
        limit: Largest size accepted, in bytes after decompression.

    Raises:
        DecodeFailed: The body is larger.
    """
    content = answer.content
    if not content.is_eof():
        return None
    body = content.read_nowait()
    if len(body) > limit:
        raise _too_large(answer, limit)
    return body


def _too_large(answer: aiohttp.ClientResponse, limit: int) -> DecodeFailed:
    # The rest is not worth reading, so the connection cannot be used again.
    answer.close()
    problem = f"the answer is larger than {limit} bytes; ask for less, or smaller pages"
    return DecodeFailed(problem, status=answer.status)
