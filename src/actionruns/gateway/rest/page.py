"""A page that shows an OpenAPI document: plain HTML, which needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

__all__ = ["page_of"]

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --dim: #777; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .5rem 1rem; }
summary { cursor: pointer; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow-x: auto; background: #8881; padding: .6rem; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; }
th, td { border-top: 1px solid var(--line); }
.method { display: inline-block; min-width: 4.5rem; font-weight: bold; }
.dim { color: var(--dim); }
"""


def page_of(document: Mapping[str, Any]) -> str:
    """Return the page of an OpenAPI document that a gateway has made."""
    info = document["info"]
    operations = [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    sections = []
    for tag in document["tags"]:
        sections.append(f"<h2>{escape(tag['description'] or tag['name'])}</h2>")
        sections += [
            "".join(_operation(path, method, operation))
            for path, method, operation in operations
            if tag["name"] in operation["tags"]
        ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>"
        '<p class="dim">The same for programs: <a href="openapi.json">openapi.json</a></p>'
        f"{''.join(sections)}</body></html>\n"
    )


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<details><summary><span class="method">{method.upper()}</span>'
    yield f"<code>{escape(path)}</code> {escape(operation['summary'])}</summary>"
    rows = [
        (item["name"], item["in"], item["schema"], item["required"], item["description"])
        for item in operation["parameters"]
    ]
    body = operation.get("requestBody")
    if body is not None:
        schema = body["content"]["application/json"]["schema"]
        rows.append(("body", "body", schema, body["required"], body["description"]))
    if rows:
        yield "<table><tr><th>Input<th>In<th>Type<th>Description</tr>"
        for row in rows:
            yield _row(*row)
        yield "</table>"
    yield f"<pre>{escape(_curl(path, method, operation))}</pre><p class=dim>Answers</p><ul>"
    for status, answer in operation["responses"].items():
        yield f"<li><code>{escape(status)}</code> {escape(answer['description'])}</li>"
    yield "</ul></details>"


def _row(name: str, place: str, schema: Mapping[str, Any], required: bool, text: str) -> str:
    kind = schema["type"]
    if "items" in schema:
        kind += f" of {schema['items']['type']}, given once for each"
    mark = " (required)" if required else ""
    cells = (f"<code>{escape(name)}</code>{mark}", escape(place), escape(kind), escape(text))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _curl(path: str, method: str, operation: Mapping[str, Any]) -> str:
    parts = ["curl"] if method == "get" else ["curl", "-X", method.upper()]
    if "requestBody" in operation:
        parts += ["-H 'Content-Type: application/json'", "-d '{}'"]
    needed = [
        f"{item['name']}={'true' if item['schema']['type'] == 'boolean' else '...'}"
        for item in operation["parameters"]
        if item["in"] == "query" and item["required"]
    ]
    query = f"?{'&'.join(needed)}" if needed else ""
    return f"{' '.join(parts)} 'http://HOST:PORT{path}{query}'"
