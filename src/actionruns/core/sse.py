"""Decode an event stream, byte by byte if need be.

The rules are the WHATWG's (HTML Living Standard, 9.2.6 "Interpreting an event stream"). What
parsers in the field get wrong is taken care of here: a line ends with CR, LF or CRLF and with
nothing else (`str.splitlines` also splits at U+2028, U+2029 and U+0085, which JSON leaves as they
are); a chunk may end anywhere, between CR and LF or inside a character; no line is too long.

Lines are found among the bytes and decoded when they are whole: neither CR nor LF is ever a part
of another character in UTF-8. Each byte is looked at a fixed number of times.
"""

from __future__ import annotations

from collections import deque

import attrs

from actionruns.errors import DecodeFailed

__all__ = ["EventDecoder", "ServerSentEvent"]

_BOM = b"\xef\xbb\xbf"
_MIB = 1024 * 1024


@attrs.frozen
class ServerSentEvent:
    """One event of a stream.

    Attributes:
        event: Its type; ``message`` when the stream gives none.
        data: Its ``data`` lines, joined by line feeds.
        id: The id that came with this very event; None = it came without. Servers may count anew
            on every connection, so equal ids of two connections may belong to different events.
    """

    event: str
    data: str
    id: str | None = None


class EventDecoder:
    r"""Turns the bytes of one connection into events.

    Bytes go in with `feed`, events come out with `next_event`. What follows the last blank line
    when the stream ends is half an event, and is dropped as the standard has it.

    A lone ``:`` without a line end, which some servers send as a sign of life, begins a comment
    that swallows the line glued to it (``::id: 7``): that event comes without its id.

    Args:
        limit: Largest event accepted, in bytes, from its first field to its blank line; comments
            do not count. Default: 64 MiB.
        last_event_id: The id to begin with, when the stream goes on after a lost connection.

    Attributes:
        retry: Seconds to wait before a new connection, as the server wishes; None = it says
            nothing.

    Example:
        >>> decoder = EventDecoder()
        >>> decoder.feed(b"id: 1\r\ndata: first\r")
        >>> decoder.next_event()
        >>> decoder.feed(b"\n\r\n")
        >>> decoder.next_event()
        ServerSentEvent(event='message', data='first', id='1')
    """

    def __init__(self, *, limit: int = 64 * _MIB, last_event_id: str = "") -> None:
        self.retry: float | None = None
        self._limit = limit
        # Each with the last id of the stream as of it.
        self._events: deque[tuple[ServerSentEvent, str]] = deque()
        self._id_given_out = last_event_id
        self._id_read = last_event_id
        self._is_broken = False
        # Where the bytes are.
        self._beginning: bytes | None = b""  # what may yet become a BOM; None = we are past it
        self._after_cr = False
        self._line = bytearray()
        self._in_comment = False
        # The event under way.
        self._size = 0
        self._type = ""
        self._data: list[bytes] = []
        self._id: str | None = None

    @property
    def last_event_id(self) -> str:
        """The last id of the stream as of the event that came out last; empty = there was none.

        What a new connection sends as ``Last-Event-ID``. Events that are still to come out do not
        count, so that who goes on elsewhere misses none of them; a block without data does.
        """
        return self._id_given_out if self._events else self._id_read

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes, any number of them."""
        chunk = self._without_bom(chunk)
        if self._after_cr and chunk:
            # The line has ended already, with its CR.
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if not chunk or self._is_broken:
            return
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            self._extend(end)
            self._end_line()
        self._extend(rest)

    def next_event(self) -> ServerSentEvent | None:
        """Return the next whole event; None = there is none before more is fed.

        Raises:
            DecodeFailed: The event is larger than the limit. There is no way to go on.
        """
        if self._events:
            event, self._id_given_out = self._events.popleft()
            return event
        if self._is_broken:
            raise DecodeFailed(f"an event of the stream is larger than {self._limit} bytes")
        return None

    def _without_bom(self, chunk: bytes) -> bytes:
        if self._beginning is None:
            return chunk
        beginning = self._beginning + chunk
        if len(beginning) < len(_BOM) and _BOM.startswith(beginning):
            self._beginning = beginning
            return b""
        self._beginning = None
        return beginning.removeprefix(_BOM)

    def _extend(self, piece: bytes) -> None:
        """Put a piece to the line under way; a comment, which may never end, is not kept."""
        if self._in_comment or self._is_broken:
            return
        if not self._line and piece.startswith(b":"):
            self._in_comment = True
            return
        self._line += piece
        if self._size + len(self._line) > self._limit:
            self._is_broken = True
            self._line.clear()
            self._data.clear()

    def _end_line(self) -> None:
        if self._in_comment or self._is_broken:
            self._in_comment = False
        elif not self._line:
            self._dispatch()
        else:
            self._size += len(self._line) + 1
            name, _, value = bytes(self._line).partition(b":")
            self._line.clear()
            self._take(name, value.removeprefix(b" "))

    def _take(self, name: bytes, value: bytes) -> None:
        """Process a field. Unknown ones are ignored, as the standard demands."""
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._type = value.decode("utf-8", "replace")
        elif name == b"id":
            if b"\0" not in value:
                self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit():
            # Of a float, because int() refuses more than 4,300 digits; then it is infinite.
            self.retry = float(value) / 1000

    def _dispatch(self) -> None:
        """End a block: it is an event if it had data. Its id counts in any case."""
        if self._id is not None:
            self._id_read = self._id
        if self._data:
            data = b"\n".join(self._data).decode("utf-8", "replace")
            event = ServerSentEvent(self._type or "message", data, self._id)
            self._events.append((event, self._id_read))
        self._size = 0
        self._type = ""
        self._data = []
        self._id = None
