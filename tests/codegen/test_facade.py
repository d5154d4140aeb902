"""Async modules get blocking twins, by their syntax tree."""

from __future__ import annotations

import ast
import re

import pytest

from actionruns.codegen.errors import CodegenError
from actionruns.codegen.facade import Facade, mirror
from actionruns.codegen.wording import attribute_docs

CLIENT = Facade(
    name="client.py",
    source_import="..client",
    clients=("AsyncClient",),
    twins={"AsyncRuns": ".blocking"},
)
THING = Facade(name="thing.py", source_import=".thing", endpoints=("AsyncThing", "AsyncOther"))


def twin_of(members: str, *, head: str = "") -> str:
    """Return the twin of a module with AsyncThing, which has these members, and AsyncOther."""
    body = "\n".join(f"    {line}" for line in members.splitlines())
    source = f"{head}\nclass AsyncThing:\n{body}\n\nclass AsyncOther:\n    '''Other.'''\n"
    return mirror(source, THING, summary="Twins.", head="# DO NOT EDIT\n\n")


def method(text: str, name: str) -> str:
    """Return a method of the twin as source on one line, without its docstring."""
    (found,) = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return re.sub(r"\s+", " ", ast.unparse(found))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "async def get(self, a: str, *, b: int = 1, timeout: float | None = None) -> str: ...",
            (
                "def get(self, a: str, *, b: int=1, timeout: float | None=None) -> str: "
                "return self._loop.call(self._async.get, a, b=b, timeout=timeout)"
            ),
        ),
        (
            "async def stop(self) -> None: ...",
            "def stop(self) -> None: self._loop.call(self._async.stop)",
        ),
        (
            "async def all(self, a: str, /, *more: str, **rest: int) -> list[str]: ...",
            (
                "def all(self, a: str, /, *more: str, **rest: int) -> list[str]: "
                "return self._loop.call(self._async.all, a, *more, **rest)"
            ),
        ),
        (
            "async def each(self) -> AsyncIterator[int]:\n    yield 1",
            "def each(self) -> BlockingIterator[int]: return self._loop.iterate(self._async.each)",
        ),
        (
            "def watch(self, a: str) -> AsyncGenerator[int, None]: ...",
            (
                "def watch(self, a: str) -> BlockingIterator[int]: "
                "return self._loop.iterate(self._async.watch, a)"
            ),
        ),
        (
            "def watch(self, a: str) -> Watch[Job]: ...",
            (
                "def watch(self, a: str) -> BlockingWatch[Job]: "
                "return self._loop.watch(self._async.watch, a)"
            ),
        ),
        (
            "def open(self, a: str) -> contextlib.AbstractAsyncContextManager[AsyncOther]: ...",
            (
                "def open(self, a: str) -> AbstractContextManager[Other]: "
                "return self._loop.enter(self._async.open, Other, a)"
            ),
        ),
        (
            "@asynccontextmanager\nasync def open(self) -> AsyncIterator[AsyncOther]:\n    yield x",
            (
                "def open(self) -> AbstractContextManager[Other]: "
                "return self._loop.enter(self._async.open, Other)"
            ),
        ),
        (
            "async def other(self) -> AsyncOther: ...",
            (
                "def other(self) -> Other: "
                "return Other(self._loop.call(self._async.other), self._loop)"
            ),
        ),
        (
            "@property\ndef size(self) -> int: ...",
            "@property def size(self) -> int: return self._async.size",
        ),
        (
            "def key(self, *, a: str) -> str: ...",
            "def key(self, *, a: str) -> str: return self._async.key(a=a)",
        ),
    ],
)
def test_methods(source: str, expected: str) -> None:
    """Each kind of method becomes one statement with the same parameters and defaults."""
    name = re.search(r"def (\w+)", source)
    assert name is not None
    assert method(twin_of(source), name[1]) == expected


def test_private_members_stay_private() -> None:
    """Private and special methods and the close of the async object are not mirrored."""
    members = "async def _a(self) -> int: ...\nasync def aclose(self) -> None: ...\nx: int"
    members += "\nasync def __aenter__(self) -> int: ...\n_y: int"
    twin = ast.parse(twin_of(members)).body[-2]
    assert isinstance(twin, ast.ClassDef)
    assert [node.name for node in twin.body if isinstance(node, ast.FunctionDef)] == ["x"]


def test_attributes_become_properties() -> None:
    """Public attributes become properties, with what the class's docstring says of them."""
    members = (
        '"""Thing.\n\nAttributes:\n    run_id: The run,\n        in progress.\n"""\n'
        "count: int\n"
        "def __init__(self, run_id: str) -> None:\n"
        "    self.run_id = run_id\n"
        "    self.ended = False\n"
        "    self.links: list[str] = []\n"
        "    self._hidden = 1\n"
        "    self.count = 0\n"
    )
    twin = twin_of(members)
    assert '"""The run, in progress."""' in twin
    assert '"""The `ended` of the async object."""' in twin
    for name, type_ in {
        "run_id": "str",
        "ended": "bool",
        "links": "list[str]",
        "count": "int",
    }.items():
        expected = f"@property def {name}(self) -> {type_}: return self._async.{name}"
        assert method(re.sub(r'"""The.*"""', "", twin), name) == expected


def test_docstrings_speak_of_the_blocking_form() -> None:
    """Docstrings are kept, with the blocking form in names and examples."""
    members = (
        'async def get(self) -> int:\n    """Await the run of the AsyncThing.\n\n'
        "    Use it as an async iterator, then `await thing.aclose()`:\n\n"
        "        async with thing as it:\n            await it.get()\n\n"
        '    Example:\n        >>> x = await thing.get()\n    """'
    )
    found = ast.get_docstring(ast.parse(twin_of(members)).body[-2].body[0])  # type: ignore[attr-defined]
    assert found == (
        "Await the run of the Thing.\n\n"
        "Use it as an iterator, then `thing.close()`:\n\n"
        "    with thing as it:\n        it.get()\n\n"
        "Example:\n    >>> x = thing.get()"
    )


def test_imports_are_those_needed() -> None:
    """The twin imports what its signatures use, from where the source has it."""
    head = (
        "from __future__ import annotations\n"
        "import ssl as tls\nimport os.path\nfrom typing import TYPE_CHECKING, Any\n"
        "from .models import Run, Unused\nfrom actionruns.core.retry import RetryPolicy\n"
        "if TYPE_CHECKING:\n    from collections.abc import Mapping\n"
        "LIMIT = 5\nOTHER: int = 6\n"
    )
    source = (
        "async def get(self, a: Mapping[str, Any], b: tls.SSLContext, c: int = LIMIT, "
        "d: RetryPolicy | None = None, e: int = OTHER) -> Run: ..."
    )
    facade = Facade(name="client.py", source_import="..client", endpoints=("AsyncThing",))
    text = mirror(f"{head}class AsyncThing:\n    {source}\n", facade, summary="Twin.", head="")
    assert text[: text.index("__all__")].strip() == (
        '"""Twin."""\n\n'
        "from __future__ import annotations\n\n"
        "import ssl as tls\nfrom typing import TYPE_CHECKING, Any\n\n"
        "from actionruns.blocking import BlockingEndpoints\n"
        "from actionruns.core.retry import RetryPolicy\n\n"
        "from ..client import LIMIT, OTHER, AsyncThing\nfrom ..models import Run\n\n"
        "if TYPE_CHECKING:\n    from collections.abc import Mapping"
    )


def client(members: str, base: str = "") -> str:
    body = "\n".join(f"    {line}" for line in members.splitlines())
    source = f"class AsyncClient{base}:\n{body}\n"
    return mirror(source, CLIENT, summary="Twin.", head="")


def test_client_makes_the_async_client() -> None:
    """A client's twin takes the same arguments, makes the async client and wraps its endpoints."""
    text = client("runs: AsyncRuns\ndef __init__(self, *, url: str, retry: int = 1) -> None: ...")
    assert method(text, "__init__") == (
        "def __init__(self, *, url: str, retry: int=1) -> None: "
        "super().__init__(AsyncClient(url=url, retry=retry)) "
        "self.runs = Runs(self._async.runs, self._loop)"
    )
    assert "class Client(BlockingClient[AsyncClient]):\n    runs: Runs\n" in text
    assert "from .blocking import Runs" in text


def test_a_client_is_of_the_kind_of_its_base() -> None:
    """A client whose base has a twin of its own is of that kind in the blocking form, too."""
    facade = Facade(
        name="c.py",
        source_import="..c",
        clients=("AsyncClient",),
        twins={"AsyncBase": "package.base"},
    )
    source = "class AsyncClient(AsyncBase):\n    def __init__(self, *, a: int = 1) -> None: ...\n"
    text = mirror(source, facade, summary="Twins.", head="# DO NOT EDIT\n\n")
    assert "class Client(Base[AsyncClient]):" in text
    assert "from package.base import Base" in text


def test_bases_are_mirrored() -> None:
    """What a base class of the project gives is mirrored, unless the class has its own."""
    base = (
        "class Base:\n    @property\n    def url(self) -> str: ...\n"
        "    @property\n    def closed(self) -> bool: ...\n"
        "    async def get(self) -> str: ...\n"
    )
    facade = Facade(name="c.py", source_import="..c", clients=("AsyncClient",), bases=(base,))
    source = (
        "class AsyncClient(Base):\n    def __init__(self) -> None: ...\n"
        "    async def get(self) -> int: ...\n"
    )
    text = mirror(source, facade, summary="Twin.", head="")
    assert method(text, "url") == "@property def url(self) -> str: return self._async.url"
    assert method(text, "get") == "def get(self) -> int: return self._loop.call(self._async.get)"
    assert "def closed" not in text


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ("async def a(self): ...", "a does not say what it returns"),
        ("@cache\ndef a(self) -> int: ...", "a has a decorator that cannot be mirrored"),
        ("async def a(self) -> list[AsyncOther]: ...", "a returns list[AsyncOther], which has no"),
        ("def a(self) -> AsyncContextManager[int]: ...", "a gives int that has no blocking twin"),
        ("@asynccontextmanager\nasync def a(self) -> X: ...", "a gives something that has no"),
        ("def a(self) -> AsyncIterator: ...", "a does not say what it iterates over"),
        ("def a(self) -> AsyncContextManager: ...", "a gives AsyncContextManager that has no"),
        ("def __init__(self) -> None:\n    self.a = b()", "declare the type of AsyncThing.a"),
    ],
)
def test_other_members_are_refused(members: str, problem: str) -> None:
    """A member that cannot be mirrored is an error that names the line."""
    with pytest.raises(CodegenError, match=r"^thing\.py \(line \d+\): ") as caught:
        twin_of(members)
    assert problem in str(caught.value)
    assert caught.value.line > 1


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ("runs: int\ndef __init__(self) -> None: ...", "runs has no blocking twin"),
        ("runs: AsyncRuns", "AsyncClient has no __init__ of its own"),
    ],
)
def test_other_clients_are_refused(members: str, problem: str) -> None:
    """A client whose attributes cannot be wrapped is refused."""
    with pytest.raises(CodegenError, match=problem):
        client(members)


def test_missing_class_is_refused() -> None:
    """A class that the module doesn't have is an error."""
    with pytest.raises(CodegenError, match="there is no class AsyncThing"):
        mirror("", THING, summary="", head="")


def test_attributes_section_ends() -> None:
    """The section of attributes ends where the next one begins, and needs not be there."""
    text = (
        "Thing.\n\nAttributes:\n\n    a: One,\n        more.\n    b: Two.\n\nRaises:\n    c: No.\n"
    )
    assert attribute_docs(text) == {"a": "One, more.", "b": "Two."}
    assert attribute_docs("Thing.") == {}
