"""The decoder of event streams."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.sse import EventDecoder, ServerSentEvent
from actionruns.errors import DecodeFailed


def drained(decoder: EventDecoder) -> list[ServerSentEvent]:
    found = []
    while (event := decoder.next_event()) is not None:
        found.append(event)
    return found


def decoded(*chunks: bytes) -> list[ServerSentEvent]:
    decoder = EventDecoder()
    found = []
    for chunk in chunks:
        decoder.feed(chunk)
        found += drained(decoder)
    return found


def message(data: str, id_: str | None = None) -> ServerSentEvent:
    return ServerSentEvent("message", data, id_)


def outcome(
    chunks: Iterable[bytes], limit: int
) -> tuple[list[ServerSentEvent], str, float | None, str]:
    """Return all that can be seen of a stream: events, id, retry, error."""
    decoder = EventDecoder(limit=limit)
    found: list[ServerSentEvent] = []
    for chunk in chunks:
        decoder.feed(chunk)
    try:
        while (event := decoder.next_event()) is not None:
            found.append(event)
    except DecodeFailed as error:
        return found, decoder.last_event_id, decoder.retry, str(error)
    return found, decoder.last_event_id, decoder.retry, ""


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_line_end_is_taken(end: bytes) -> None:
    """CR, LF and CRLF each end a line."""
    lines = [b"id: 7", b"event: tick", b"data: a", b"", b"data: b", b"", b""]
    assert decoded(end.join(lines)) == [ServerSentEvent("tick", "a", "7"), message("b")]


def test_line_ends_may_be_mixed() -> None:
    """A stream may change its line ends."""
    assert decoded(b"data: a\r\ndata: b\rdata: c\n\r") == [message("a\nb\nc")]


def test_a_chunk_may_end_between_cr_and_lf() -> None:
    """The LF of a CRLF that comes in the next chunk is no blank line."""
    assert decoded(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == [message("a\nb")]


def test_an_event_does_not_wait_for_the_lf_after_its_cr() -> None:
    """An event that is whole with its CR comes out at once."""
    assert decoded(b"data: a\r\r") == [message("a")]


def test_an_empty_chunk_changes_nothing() -> None:
    """An empty chunk between CR and LF is as if it were not there."""
    assert decoded(b"", b"data: a\r", b"", b"\n", b"", b"\n") == [message("a")]


def test_a_character_may_be_split() -> None:
    """A character whose bytes come in several chunks is whole."""
    stream = "data: é€😀\n\n".encode()
    assert decoded(*(bytes([byte]) for byte in stream)) == [message("é€😀")]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085", "\v", "\f", "\x1c"])
def test_only_cr_and_lf_end_a_line(separator: str) -> None:
    """What other splitters take for a line end stays inside the data."""
    data = json.dumps({"t": f"x{separator}y"}, ensure_ascii=False)
    assert decoded(f"data: {data}\n\n".encode()) == [message(data)]


def test_broken_utf8_is_replaced() -> None:
    """Bytes that are no UTF-8 become U+FFFD and cost nothing else."""
    assert decoded(b"data: a\xffb\xe2\x82\n\ndata: c\n\n") == [
        message("a\ufffdb\ufffd"),
        message("c"),
    ]


@pytest.mark.parametrize(
    "chunks",
    [(b"\xef\xbb\xbfdata: a\n\n",), (b"\xef", b"\xbb", b"", b"\xbf", b"data: a\n\n")],
)
def test_one_bom_is_dropped(chunks: tuple[bytes, ...]) -> None:
    """A byte order mark at the beginning is no part of the first line."""
    assert decoded(*chunks) == [message("a")]


def test_a_second_bom_stays() -> None:
    """Only one byte order mark is dropped; with another one the field has an unknown name."""
    assert decoded(b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n") == []


def test_what_only_begins_as_a_bom_is_kept() -> None:
    """Bytes that turn out not to be a byte order mark belong to the first line."""
    assert decoded(b"\xef", b"\xbbdata: a\n", b"data: b\n\n") == [message("b")]


def test_a_comment_behind_the_bom_is_one() -> None:
    """A comment may be the first line of a stream with a byte order mark."""
    assert decoded(b"\xef\xbb\xbf", b": hello\n", b"data: a\n\n") == [message("a")]


def test_data_lines_are_joined() -> None:
    """Several data lines are one text with line feeds."""
    assert decoded(b"data: a\ndata:b\ndata\ndata:  c\n\n") == [message("a\nb\n\n c")]


def test_empty_data_is_an_event() -> None:
    """A data field without a value makes an event; a block without one does not."""
    assert decoded(b"data\n\ndata\ndata\n\nevent: tick\n\ndata:\n\n") == [
        message(""),
        message("\n"),
        message(""),
    ]


def test_the_type_does_not_stay() -> None:
    """An event's type is its own; also that of a block without data is forgotten."""
    assert decoded(b"event: tick\n\ndata: a\n\n") == [message("a")]


def test_half_an_event_is_dropped() -> None:
    """What is not ended by a blank line when the stream ends is no event."""
    assert decoded(b"data: a\n\ndata: b\n") == [message("a")]


def test_unknown_fields_are_ignored() -> None:
    """Fields that the standard does not know, also in other letters, change nothing."""
    assert decoded(b"Data: x\nfoo: y\n data: z\nbar\ndata: a\n\n") == [message("a")]


def test_events_are_not_repeated() -> None:
    """Events in two chunks come out once each."""
    assert decoded(b"id: 1\ndata: a\n\n", b"id: 2\ndata: b\n\n") == [
        message("a", "1"),
        message("b", "2"),
    ]


def test_the_id_may_follow_the_data() -> None:
    """The order of the fields of an event is free."""
    assert decoded(b"event: x\r\ndata: a\r\nid: 9\r\n\r\n") == [ServerSentEvent("x", "a", "9")]


def test_comments_are_ignored() -> None:
    """A line that begins with a colon is no field, wherever it stands."""
    assert decoded(b": hello\ndata: a\n:data: b\n:\n\n:\n\n") == [message("a")]


def test_a_heartbeat_without_line_end_costs_the_line_glued_to_it() -> None:
    """Lone colons begin a comment that swallows the id behind them; the event itself comes."""
    decoder = EventDecoder()
    for chunk in (b":", b":", b':id: 1\nevent: agent_event\ndata: {"a":1}\n\n'):
        decoder.feed(chunk)
    assert drained(decoder) == [ServerSentEvent("agent_event", '{"a":1}')]
    assert decoder.last_event_id == ""


def test_heartbeats_without_end_are_survived() -> None:
    """A comment that never ends is not kept and hits no limit."""
    decoder = EventDecoder(limit=10)
    for _ in range(100):
        decoder.feed(b":::")
        assert decoder.next_event() is None
    decoder.feed(b"\ndata: a\n\n")
    assert drained(decoder) == [message("a")]


def test_the_last_id_is_kept() -> None:
    """The last id stays over events without one, and a block without data sets it, too."""
    decoder = EventDecoder(last_event_id="0")
    seen = []
    for chunk in (b"data: a\n\n", b"id: 1\ndata: b\n\n", b"data: c\n\n", b"id: 2\n\n", b"id\n\n"):
        decoder.feed(chunk)
        drained(decoder)
        seen.append(decoder.last_event_id)
    assert seen == ["0", "1", "1", "2", ""]


def test_the_id_of_half_an_event_does_not_count() -> None:
    """An id counts with the blank line, so that a new connection brings the event again."""
    decoder = EventDecoder()
    decoder.feed(b"id: 1\ndata: a\n\nid: 2\ndata: b\n")
    assert drained(decoder) == [message("a", "1")]
    assert decoder.last_event_id == "1"


def test_the_ids_of_events_that_are_to_come_do_not_count() -> None:
    """Who stops at an event goes on after that one, however many came with it in one chunk."""
    decoder = EventDecoder(last_event_id="0")
    decoder.feed(b"id: 1\ndata: a\n\ndata: b\n\nid: 2\n\nid: 3\ndata: c\n\nid: 4\n\n")
    seen = [decoder.last_event_id]
    while decoder.next_event() is not None:
        seen.append(decoder.last_event_id)
    assert seen == ["0", "1", "1", "4"]


def test_an_id_with_nul_is_ignored() -> None:
    """An id must not hold a NUL; the one before it stays."""
    decoder = EventDecoder()
    decoder.feed(b"id: 1\n\nid: 2\0\ndata: a\n\n")
    assert drained(decoder) == [message("a")]
    assert decoder.last_event_id == "1"


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        (b"retry: 2500", 2.5),
        (b"retry:0", 0.0),
        (b"retry: 1.5", None),
        (b"retry: -1", None),
        (b"retry: 1_0", None),
        ("retry: ٣".encode(), None),
        (b"retry", None),
        (b"retry: " + b"9" * 5000, float("inf")),
    ],
)
def test_retry_is_of_ascii_digits(line: bytes, seconds: float | None) -> None:
    """The wish for a wait is taken from its line on, when it is made of ASCII digits only."""
    decoder = EventDecoder()
    decoder.feed(line + b"\n")
    assert decoder.retry == seconds


def test_a_large_event_is_refused() -> None:
    """An event over the limit is an error, after the events before it, and stays one."""
    decoder = EventDecoder(limit=20)
    decoder.feed(b"data: a\n\ndata: " + b"x" * 20)
    decoder.feed(b"\n\ndata: b\n\n")
    assert decoder.next_event() == message("a")
    for _ in range(2):
        with pytest.raises(DecodeFailed, match="larger than 20 bytes"):
            decoder.next_event()


def test_all_lines_of_an_event_count() -> None:
    """The limit is on the event, not on its lines, and not on the stream."""
    assert outcome([b"foo: x\n" * 3 + b"data: a\n\n"], 20)[3]
    assert outcome([b"data: aaaaaaaa\n\n" * 5], 20)[3] == ""


def test_a_large_event_in_small_chunks_takes_linear_time() -> None:
    """Two million bytes in chunks of three come out within the time of a test."""
    size = 2_000_000
    decoder = EventDecoder()
    decoder.feed(b"data: ")
    for _ in range(size // 3):
        decoder.feed(b"xyz")
    decoder.feed(b"\n\n")
    (event,) = drained(decoder)
    assert event.data == "xyz" * (size // 3)


def test_many_lines_in_one_chunk_take_linear_time() -> None:
    """Two hundred thousand lines in one chunk come out within the time of a test."""
    (event,) = decoded(b"data: x\n" * 200_000 + b"\n")
    assert len(event.data) == 399_999


PIECES = st.sampled_from(
    [
        b"data: a",
        b"data:",
        b"data",
        b"id: 1",
        b"id",
        b"id: \0",
        b"event: tick",
        b"retry: 10",
        b":",
        b": hi",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\xef\xbb\xbf",
        "é€😀\u2028\u0085".encode(),
        b"\xff",
        b" ",
        b"xxxxxxxxxxxxxxxxxxxx",
    ]
)
STREAMS = st.one_of(st.lists(PIECES, max_size=40).map(b"".join), st.binary(max_size=60))


@given(stream=STREAMS, cuts=st.lists(st.integers(0, 200)), limit=st.sampled_from([30, 1000]))
def test_chunks_do_not_matter(stream: bytes, cuts: list[int], limit: int) -> None:
    """However a stream is cut, the same comes out of it: events, id, retry and error."""
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    assert b"".join(chunks) == stream
    whole = outcome([stream], limit)
    assert outcome(chunks, limit) == whole
    assert outcome((bytes([byte]) for byte in stream), limit) == whole


@given(st.text(), st.text(), st.text())
def test_what_is_written_is_read(event: str, data: str, id_: str) -> None:
    """Any texts that a server can write in the format are read as they were."""
    name = event.translate({10: None, 13: None})
    key = id_.translate({10: None, 13: None, 0: None})
    text = data.replace("\r\n", "\n").replace("\r", "\n")
    lines = [f"event: {name}", f"id: {key}", *(f"data: {line}" for line in text.split("\n"))]
    stream = ("\n".join(lines) + "\n\n").encode("utf-8", "replace")
    expected = (part.encode("utf-8", "replace").decode() for part in (name or "message", text, key))
    assert decoded(stream) == [ServerSentEvent(*expected)]
