"""From descriptions to docstrings: Google sections, wrapped."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Final

from actionruns.codegen.ir import (
    ArgumentDef,
    FieldDef,
    GroupDef,
    ModelDef,
    OperationDef,
    PackageDef,
)

__all__ = [
    "group_docstring",
    "iterator_docstring",
    "model_docstring",
    "operation_docstring",
    "quoted",
    "short_docstring",
    "stream_docstring",
]

_WIDTH: Final = 100
_CLASS_INDENT: Final = 4
_METHOD_INDENT: Final = 8
_LIST_ITEM: Final = re.compile(r"(?:[-*+]|\d+[.)])\s+")

_TIMEOUT: Final = (
    "Seconds for this call, its attempts and the waits between them; None means the client's own."
)
_BEGINNING: Final = (
    "Seconds until the stream begins, all attempts included; None means the client's own. The "
    "stream itself may take as long as it likes."
)
_IDLE: Final = (
    "Seconds without a byte, heartbeats included, after which the connection counts as dead; None "
    "means never."
)
_LAST_EVENT: Final = "Id of the last event of an earlier connection, to go on after it."
_BROKEN: Final = "No answer came, or the connection broke within the stream."
_SILENT: Final = "The stream took longer than `timeout` to begin, or fell silent."
_NO_STREAM: Final = "The answer is no event stream, or an event is too large."
_CONNECTION: Final = "No answer came, also after the retries that are allowed."
_TOO_LATE: Final = "The call took longer than `timeout`."
_UNDECODABLE: Final = "The answer is not what the specification promises."
_CLOSED: Final = "The client is closed."
_UNSENDABLE: Final = "An argument cannot be sent as it is; nothing was sent."


def model_docstring(model: ModelDef) -> str:
    """Return the docstring of a model, quotes included, indented from its second line on."""
    named = [(field.name, _of_field(field)) for field in model.fields]
    body = [*_summary(model.description, f"{model.name}, as the service gives it.", _CLASS_INDENT)]
    body += _section("Attributes", named, _CLASS_INDENT)
    return quoted(body, _CLASS_INDENT)


def group_docstring(group: GroupDef) -> str:
    """Return the docstring of an endpoint class."""
    return short_docstring(
        group.description, f"The operations of `{group.name}`.", indent=_CLASS_INDENT
    )


def short_docstring(text: str, fallback: str, *, indent: int) -> str:
    """Return the docstring of something that has no sections.

    Args:
        text: What it is.
        fallback: The first line, when there is no text or none that is short enough.
        indent: Where it stands.
    """
    return quoted(list(_summary(text, fallback, indent)), indent)


def operation_docstring(operation: OperationDef, package: PackageDef) -> str:
    """Return the docstring of an endpoint method."""
    fallback = f"Call `{operation.method} {operation.path}`."
    lines = _described(operation, fallback)
    named = [(argument.name, argument.description) for argument in operation.arguments]
    lines += _section("Args", [*named, ("timeout", _TIMEOUT)], _METHOD_INDENT)
    if operation.result != "None":
        text = operation.result_text or "What the service answers."
        lines += ["", "Returns:", *_wrapped(text, _METHOD_INDENT, "    ")]
    lines += _section("Raises", _errors(operation), _METHOD_INDENT)
    lines += ["", *_source(operation, package)]
    return quoted(lines, _METHOD_INDENT)


def stream_docstring(operation: OperationDef, package: PackageDef) -> str:
    """Return the docstring of an endpoint method that streams events."""
    lines = _described(operation, f"Stream `{operation.method} {operation.path}`.")
    text = (
        "Nothing is sent before the first event is asked for. Data that is not as the "
        "specification has it, also of events that are new, comes as plain JSON. The stream is not "
        "taken up again by itself, and its end does not say that all is told."
    )
    lines += ["", *_wrapped(text, _METHOD_INDENT)]
    named = [(argument.name, argument.description) for argument in operation.arguments]
    named += [("timeout", _BEGINNING), ("idle_timeout", _IDLE), ("last_event_id", _LAST_EVENT)]
    lines += _section("Args", named, _METHOD_INDENT)
    what = operation.result_text or "What the service streams."
    lines += ["", "Returns:", *_wrapped(f"The events. {what}", _METHOD_INDENT, "    ")]
    of_streams = {
        "ConnectionFailed": _BROKEN,
        "RequestTimeout": _SILENT,
        "DecodeFailed": _NO_STREAM,
    }
    errors = {"InvalidRequest": _UNSENDABLE, **dict(_errors(operation)), **of_streams}
    lines += _section("Raises", errors.items(), _METHOD_INDENT)
    lines += ["", *_source(operation, package)]
    return quoted(lines, _METHOD_INDENT)


def _described(operation: OperationDef, fallback: str) -> list[str]:
    lines = list(_summary(operation.summary or operation.description, fallback, _METHOD_INDENT))
    if operation.summary and operation.description:
        lines += ["", *_wrapped(operation.description, _METHOD_INDENT)]
    return lines


def iterator_docstring(
    operation: OperationDef, arguments: Iterable[ArgumentDef], package: PackageDef
) -> str:
    """Return the docstring of the method that follows the pages of an operation.

    Args:
        operation: The operation that gives one page.
        arguments: The arguments of the method.
        package: Where the operation comes from.
    """
    lines = [f"Iterate over what `{operation.name}` lists, page after page."]
    text = "The next page is asked for when the items of the one before are used up."
    lines += ["", *_wrapped(text, _METHOD_INDENT)]
    each = "Seconds for each page, all its attempts included; None means the client's own."
    named = [(argument.name, argument.description) for argument in arguments]
    lines += _section("Args", [*named, ("timeout", each)], _METHOD_INDENT)
    lines += ["", "Yields:", "    The items in the order of the service."]
    lines += _section("Raises", _errors(operation), _METHOD_INDENT)
    lines += ["", *_source(operation, package)]
    return quoted(lines, _METHOD_INDENT)


def _of_field(field: FieldDef) -> str:
    return field.description or f"`{field.json_name}`, as the service gives it."


def _errors(operation: OperationDef) -> list[tuple[str, str]]:
    found = [("InvalidRequest", _UNSENDABLE)] if operation.arguments else []
    found += [(error.name, error.description) for error in operation.errors]
    if "ApiError" not in dict(found):
        found.append(("ApiError", "The service answered with another error status."))
    found += [("ConnectionFailed", _CONNECTION), ("RequestTimeout", _TOO_LATE)]
    if operation.result != "None":
        found.append(("DecodeFailed", _UNDECODABLE))
    return [*found, ("ClientClosed", _CLOSED)]


def _source(operation: OperationDef, package: PackageDef) -> list[str]:
    place = f"Source: {operation.method} {operation.path}"
    origin = f"({package.spec}: {package.title} {package.version})"
    whole = f"{place} {origin}"
    return [whole] if len(whole) <= _WIDTH - _METHOD_INDENT else [place, f"    {origin}"]


def _summary(text: str, fallback: str, indent: int) -> Iterable[str]:
    """Return the first line, and after a blank line what does not fit into it."""
    text = text.strip()
    if not text:
        return [fallback]
    sentence, rest = _first_sentence(text)
    # Three quotes stand before it, three may stand behind it.
    if len(sentence) > _WIDTH - indent - 6 or "\n" in sentence:
        return [fallback, "", *_wrapped(text, indent)]
    return [sentence, "", *_wrapped(rest, indent)] if rest else [sentence]


def _first_sentence(text: str) -> tuple[str, str]:
    paragraph, _, others = text.partition("\n\n")
    first = " ".join(paragraph.split())
    # A full stop behind one letter, or before a small one, is an abbreviation's.
    match = re.match(r"(.+?(?<!\b[A-Za-z])[.!?])\s+(?=[^a-z])", first)
    sentence = match.group(1) if match else first
    rest = first[len(sentence) :].strip()
    sentence = sentence if sentence.endswith((".", "!", "?", ":")) else f"{sentence}."
    return sentence, "\n\n".join(part for part in (rest, others.strip("\n")) if part)


def _section(title: str, named: Iterable[tuple[str, str]], indent: int) -> list[str]:
    lines = []
    for name, text in named:
        lines += _wrapped(f"{name}: {text}", indent, "    ", after="    ")
    return ["", f"{title}:", *lines] if lines else []


def _wrapped(text: str, indent: int, before: str = "", *, after: str = "") -> list[str]:
    """Wrap paragraphs; keep lists and blocks of code as they are written.

    Args:
        text: The text; blank lines part its paragraphs.
        indent: Where the docstring stands.
        before: What each line begins with.
        after: What lines other than the first begin with besides.
    """
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        if lines:
            lines.append("")
        inner = before + after if lines else before
        written = paragraph.splitlines()
        is_prose = not any(
            line.startswith((" ", "\t", "```")) or _LIST_ITEM.match(line) for line in written
        )
        if is_prose:
            lines += textwrap.wrap(
                " ".join(paragraph.split()),
                width=_WIDTH - indent,
                initial_indent=inner,
                subsequent_indent=before + after,
                break_long_words=False,
                break_on_hyphens=False,
            )
        else:
            lines += [f"{inner}{line}".rstrip() for line in written]
    return lines


def quoted(lines: list[str], indent: int) -> str:
    """Return a docstring as source."""
    text = "\n".join(lines).replace('"""', "'''")
    prefix = "r" if "\\" in text else ""
    first, *others = text.split("\n")
    if not others and not first.endswith(('"', "\\")):
        return f'{prefix}"""{first}"""'
    space = " " * indent
    body = "\n".join(f"{space}{line}" if line else "" for line in others)
    inner = f"{first}\n{body}\n{space}" if others else f"{first}\n{space}"
    return f'{prefix}"""{inner}"""'
