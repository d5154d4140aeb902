"""From a specification to the files of a package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from actionruns.codegen.document import Document
from actionruns.codegen.errors import CodegenError, Notice
from actionruns.codegen.facade import Facade, mirror
from actionruns.codegen.lower import lower
from actionruns.codegen.reader import read
from actionruns.codegen.render import header, render

__all__ = ["Generated", "build", "build_document", "command_of", "generate", "write"]

_DO_NOT_EDIT: Final = "DO NOT EDIT"


@attrs.frozen(kw_only=True)
class Generated:
    """A generated package.

    Attributes:
        files: The modules' text, by their file names.
        notices: What of the specification the code does without, and why that does no harm.
        endpoint_classes: Names of the async endpoint classes.
    """

    files: dict[str, str]
    notices: tuple[Notice, ...]
    endpoint_classes: tuple[str, ...] = ()


def generate(spec: Path, out: Path) -> tuple[Generated, tuple[Path, ...]]:
    """Generate the package of a specification and write it.

    Args:
        spec: The specification: OpenAPI 3.0 or 3.1, ``.json`` or else YAML.
        out: Folder of the package, made if it does not exist. Other files in it are left alone.

    Returns:
        The package, and the files that are new or have changed.

    Raises:
        CodegenError: The specification cannot be read, something in it cannot be expressed (the
            message names the place), or the folder cannot be written to.
        ConfigurationError: The extra ``codegen`` is not installed.
    """
    generated = build(spec, command=command_of(spec, out))
    return generated, write(generated, out)


def command_of(spec: Path, out: Path) -> str:
    """Return the command that generates a package, as its files name it."""
    return f"actionruns generate {_from_here(spec)} --out {_from_here(out)}"


def build(spec: Path, *, command: str) -> Generated:
    """Generate the package of a specification, without writing anything.

    The same specification gives the same text, on every machine.

    Args:
        spec: The specification: OpenAPI 3.0 or 3.1, ``.json`` or else YAML.
        command: What the files name as the command that writes them anew.

    Raises:
        CodegenError: The specification cannot be read, or something in it cannot be expressed; the
            message names the place.
        ConfigurationError: The extra ``codegen`` is not installed.
    """
    return build_document(read(spec), command=command)


def build_document(document: Document, *, command: str) -> Generated:
    """Generate the package of a specification that is at hand as a document.

    Args:
        document: An OpenAPI 3 document.
        command: What the files name as the command that writes them anew.

    Raises:
        CodegenError: Something in it cannot be expressed; the message names the place.
        ConfigurationError: The extra ``codegen`` is not installed.
    """
    package = lower(document)
    files = render(package, command)
    names = tuple(group.class_name for group in package.groups)
    files["blocking.py"] = mirror(
        files["endpoints.py"],
        Facade(name="endpoints.py", source_import=".endpoints", endpoints=names),
        summary=f"Blocking endpoints of {package.title} {package.version}.",
        head=header(package.spec, command, sha256=package.sha256),
    )
    return Generated(files=files, notices=tuple(document.notices), endpoint_classes=names)


def write(generated: Generated, out: Path, *, prune: bool = False) -> tuple[Path, ...]:
    """Write a generated package.

    Args:
        generated: The package.
        out: Its folder, made if it does not exist. Files that were not generated are left alone.
        prune: Remove modules that were generated earlier and no longer are.

    Returns:
        The files that are new, have changed or are gone.

    Raises:
        CodegenError: The folder has a file of one of these names that was not generated, or cannot
            be written to.
    """
    for name in generated.files:
        path = out / name
        if path.exists() and not _is_ours(path):
            problem = "was not generated, so it is not overwritten; choose another folder"
            raise CodegenError(f"{path}: {problem}", place=str(path))
    changed = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in generated.files.items():
            path = out / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8", newline="\n")
                changed.append(path)
        for path in sorted(out.glob("*.py")) if prune else ():
            if path.name not in generated.files and _is_ours(path):
                path.unlink()
                changed.append(path)
    except OSError as error:
        problem = f"{out}: cannot be written to: {error.strerror or error}"
        raise CodegenError(problem, place=str(out)) from error
    return tuple(changed)


def _is_ours(path: Path) -> bool:
    """Tell whether a file may be overwritten: generated before, or empty."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return not text.strip() or _DO_NOT_EDIT in "".join(text.splitlines(keepends=True)[:3])


def _from_here(path: Path) -> str:
    """Return a path for the files' header: never an absolute one, which tells of the machine."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.name
