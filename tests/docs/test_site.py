"""The documentation builds without a warning, and leads nowhere that isn't there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from yaml import safe_load

import actionruns
from tests.docs.unmeasured import unmeasured
from tests.project.tree import ROOT

_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# What a browser fetches when it shows a page, from another host.
_FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=unmeasured(), check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_site_builds_without_warnings(site: Path) -> None:
    """`mkdocs build --strict` succeeds: links, anchors and references lead somewhere."""
    assert (site / "index.html").is_file()


def test_each_page_is_in_the_navigation(site: Path) -> None:
    """Each page that is written is built, and the start page leads to it."""
    pages = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    home = (site / "index.html").read_text(encoding="utf-8")
    for page in pages - {Path("index.md")}:
        # The index of a folder is what the folder's own address shows.
        folder = page.parent if page.name == "index.md" else page.with_suffix("")
        address = f"{folder.as_posix()}/"
        assert (site / address / "index.html").is_file()
        assert f'href="{address}"' in home


def test_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    """A page shows without a network: no font, script or picture of another host."""
    foreign = [
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if _FETCHED.search(path.read_text(encoding="utf-8"))
    ]
    assert foreign == []


def test_each_public_name_has_a_reference(site: Path) -> None:
    """The reference has an entry for each public name of the package."""
    reference = "".join(
        path.read_text(encoding="utf-8") for path in (site / "reference").rglob("*.html")
    )
    missing = [
        name
        for name in actionruns.__all__
        if name != "__version__"
        and not re.search(rf'id="actionruns\.([a-z_]+\.)*{name}"', reference)
    ]
    assert missing == []


def test_links_of_the_readme_lead_somewhere() -> None:
    """Each relative link of the README leads to a file of the project."""
    text = _FENCED.sub("", (ROOT / "README.md").read_text(encoding="utf-8"))
    targets = [match["target"] for match in _LINK.finditer(text)]
    local = [target for target in targets if "://" not in target]
    assert local
    assert [target for target in local if not (ROOT / target).is_file()] == []


def test_the_make_targets_of_the_documentation_exist() -> None:
    """Each `make` command of README and documentation is one that the Makefile has."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.+)$", makefile.replace("\\\n", " "), re.MULTILINE)
    known = set(" ".join(phony).split())
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {
        name
        for page in pages
        for name in re.findall(r"(?:`|\$ )make ([a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert named
    assert named - known == set()


def test_the_nav_is_complete_and_in_order() -> None:
    """The navigation goes from the overview over the concepts to the changelog."""
    nav = safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    titles = [title for entry in nav for title in entry]
    assert titles == [
        "Overview",
        "Quick start",
        "Concepts",
        "Use",
        "Moving existing code",
        "Services",
        "API reference",
        "Project",
    ]
    assert nav[-1]["Project"][-1] == {"Changelog": "changelog.md"}
