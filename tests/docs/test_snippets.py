"""README and documentation do what they show."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import Block, blocks_of, commands_of
from tests.docs.conftest import StartEmulator, StartGateway
from tests.docs.playing import DOCUMENTED_ADDRESS, OUTPUT_TITLE, Player
from tests.docs.unmeasured import unmeasured
from tests.project.tree import ROOT

PAGES = {
    path.relative_to(ROOT).as_posix(): path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}

# Languages that are run, and those that only show something: trees, settings, specifications.
RUN = frozenset({"python", "console"})
SHOWN = frozenset({"json", "text", "yaml", "toml"})

# Commands that a page may show and the tests don't execute, with the reason.
NOT_EXECUTED: Mapping[str, str] = {
    r"pip install .+": "`make wheel` installs the package, from the wheel and with its extras",
    r"make demo": "it has tests of its own, with fewer runs",
    r"make (test|lint|types|unit|docs)( .+)?": "this test is part of it",
    r"make [a-z-]+": "tests/project looks at the Makefile; most targets change the checkout",
    r"mkdocs serve": "it runs until it is stopped; test_site builds the same pages",
    r"git .+": "it would change the checkout",
    r"actionruns emulate( .+)?": "it runs until it is stopped: test_servers_start starts it",
    r"actionruns gateway (?!.*--check).+": "as above: test_gateway_page starts it",
    r"npx .+": "`make gateway-inspect` installs and asks the same program",
    r"unset \w+": "the page goes on with credentials that tests don't have",
    r"export \w+=<.+>": "the value is the reader's own",
}

# Blocks that can't be run, by page, with the reason that stands in their marker. Keep it short.
ALLOWED_MARKERS: Mapping[str, frozenset[str]] = {}

# The emulator that a page meets: as the quick start has it, but faster, where nothing else is said.
QUICK: Mapping[str, Any] = {"seed": 7, "speed": 20}
EMULATORS: Mapping[str, Mapping[str, Any]] = {
    "README.md": {**QUICK, "runs": 500},
    "docs/cli.md": {"seed": 7, "duration": (5, 5), "auto_approve": False},
    # Runners report at their leisure; at speed, the emulated backend would be done before them.
    "docs/reporting.md": {"seed": 7, "auto_progress": False},
    "docs/moving/pyport.md": {"seed": 7, "auto_progress": False},
}


def played_blocks(path: Path) -> list[Block]:
    return [block for block in blocks_of(path) if block.not_run is None]


# A page is many programs; those of the command line start an interpreter each.
@pytest.mark.timeout(240)
# Python 3.12 and later warn of every fork in a process with threads, which this one is.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("page", PAGES)
def test_page_does_what_it_shows(
    page: str,
    start_emulator: StartEmulator,
    start_gateway: StartGateway,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The programs of a page run in their order, and print what the page says that they print."""
    blocks = played_blocks(PAGES[page])
    to_run = [block for block in blocks if block.language in RUN or block.title == OUTPUT_TITLE]
    if not to_run:
        return
    emulator = start_emulator(**EMULATORS.get(page, QUICK))
    environment = {
        "PORT_BASE_URL": emulator.port_url,
        "PORT_CLIENT_ID": "demo",
        "PORT_CLIENT_SECRET": "demo",
        "NO_COLOR": "1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PORT_API_KEY", raising=False)
    servers: Mapping[str, str] = {}
    if page == "docs/gateway.md":
        servers = start_gateway(emulator)
        monkeypatch.setenv("PORT_API_KEY", "Bearer demo")
    with Player(
        tmp_path,
        address=emulator.url,
        servers=servers,
        environment=environment,
        not_executed=NOT_EXECUTED,
    ) as player:
        assert [block for block in blocks if player.play(block)] == to_run


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_accounted_for(page: str) -> None:
    """Each block has a language that is run or only shown, and an output follows its program."""
    before = ""
    for block in blocks_of(PAGES[page]):
        assert block.language in RUN | SHOWN, f"{block.place}: {block.language!r}"
        if block.title == OUTPUT_TITLE:
            assert before == "python", f"{block.place}: an output, but of which program?"
        before = block.language


def test_markers_are_those_allowed() -> None:
    """No block is left out, but for those that this module lists."""
    found = {
        page: frozenset(block.not_run for block in blocks_of(path) if block.not_run is not None)
        for page, path in PAGES.items()
    }
    assert {page: reasons for page, reasons in found.items() if reasons} == ALLOWED_MARKERS


def test_files_of_a_page_are_executed() -> None:
    """A program that a page shows as a file is executed by a command of the same page.

    pytest takes what stands beside the tests, such as conftest.py and the code under test.
    """
    idle = [
        block.place
        for path in PAGES.values()
        for block in blocks_of(path)
        if block.language == "python" and (block.title or "").endswith(".py")
        if not any(
            command == f"python {block.title}" or command.startswith("pytest ")
            for other in blocks_of(path)
            if other.language == "console"
            for command, _ in commands_of(other)
        )
    ]
    assert idle == []


def documented_servers() -> dict[str, str]:
    """Return each command that starts the emulator, and what it prints."""
    return {
        command: output
        for path in PAGES.values()
        for block in played_blocks(path)
        if block.language == "console"
        for command, output in commands_of(block)
        if command.startswith("actionruns emulate ") and "--help" not in command
    }


@pytest.mark.parametrize("command", documented_servers())
def test_servers_start(command: str, tmp_path: Path) -> None:
    """Each documented `actionruns emulate` starts, says where it is, and ends by Ctrl-C."""
    assert documented_servers()[command].strip() == f"ready {DOCUMENTED_ADDRESS}"
    arguments = re.sub(r"--port \d+", "--port 0", command).split()[1:]
    server = subprocess.Popen(
        [sys.executable, "-m", "actionruns.cli", *arguments],
        cwd=tmp_path,
        env=unmeasured(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        lines = iter(server.stdout.readline, "")
        assert any(re.fullmatch(r"ready http://127\.0\.0\.1:\d+\n", line) for line in lines)
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=20)
    finally:
        server.kill()
        server.communicate()
