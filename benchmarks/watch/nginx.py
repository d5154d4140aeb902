"""A static nginx that answers as Port does: pages with a cursor, and single runs.

It costs the machine next to nothing, so that what is measured is the client.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from benchmarks.sample import RUN
from benchmarks.watch.fleet import Fleet

__all__ = ["find_nginx", "nginx"]

_PAGE_SIZE = 1000

_START_SECONDS = 10.0

# One folder for each size of fleet. The pages are files that the cursor names, single runs are all
# the same file. The base that is polled must not lose its connections: no limit of their requests.
_CONFIGURATION = """
daemon off;
master_process off;
worker_processes 1;
error_log stderr error;
pid nginx.pid;
events { worker_connections 1024; }
http {
    access_log off;
    default_type application/json;
    keepalive_requests 1000000000;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    map $arg_next $page { default p0; ~^(?<named>p[0-9]+)$ $named; }
    server {
        listen 127.0.0.1:%(port)d backlog=1024;
        root %(folder)s;
        location ~ ^/(?<fleet>[0-9]+)/v1/actions/runs$ { try_files /$fleet/$page =404; }
        location / { try_files /run =404; }
    }
}
"""

# What a sweep leaves out.
_HEAVY = ("message", "properties")


def find_nginx() -> str | None:
    """Return the path of nginx; None when it isn't installed."""
    # Debian has it where only administrators look.
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def nginx(program: str, sizes: Sequence[int]) -> Iterator[dict[int, Fleet]]:
    """Serve fleets of several sizes while the body runs.

    Args:
        program: The path of nginx.
        sizes: How many active runs each fleet has.

    Yields:
        The fleets, by size.
    """
    with tempfile.TemporaryDirectory(prefix="bench-watch-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx serves as another user when root starts it
        ids = {size: [f"r_{number:016d}" for number in range(size)] for size in sizes}
        _write(folder, ids)
        port = _free_port()
        (folder / "nginx.conf").write_text(
            _CONFIGURATION % {"port": port, "folder": folder}, encoding="utf-8"
        )
        command = [program, "-p", name, "-c", "nginx.conf", "-e", "stderr"]
        with subprocess.Popen(command) as process:  # noqa: S603  # found on the path, our settings
            try:
                _wait_until_it_listens(process, port)
                yield {size: Fleet(f"http://127.0.0.1:{port}/{size}", ids[size]) for size in sizes}
            finally:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()


def _write(folder: Path, fleets: Mapping[int, Sequence[str]]) -> None:
    going_on = {**RUN, "status": "IN_PROGRESS"}
    del going_on["endedAt"]
    (folder / "run").write_bytes(orjson.dumps({"ok": True, "run": going_on}))
    row = {name: value for name, value in going_on.items() if name not in _HEAVY}
    for size, ids in fleets.items():
        (folder / str(size)).mkdir()
        pages = range(0, size, _PAGE_SIZE)
        for number, begin in enumerate(pages):
            page: dict[str, Any] = {
                "ok": True,
                "runs": [{**row, "id": run_id} for run_id in ids[begin : begin + _PAGE_SIZE]],
            }
            if number + 1 < len(pages):
                page["next"] = f"p{number + 1}"
            (folder / str(size) / f"p{number}").write_bytes(orjson.dumps(page))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
