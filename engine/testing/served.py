"""Servers on this machine for tests: of files, of a bucket, of a database.

Each is the real thing (moto's server in the place of S3), listens on a free port of the loopback
interface, and ends with its context.
"""

from __future__ import annotations

import base64
import functools
import http.server
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER, PASSWORD = "ann", "p@ss/w0rd:#1"
OWNER = "postgres"
"""Whom the folder of a database belongs to where tests run as root."""
_POSTGRES = ("/usr/lib/postgresql", "/usr/local/pgsql")


class _Files(http.server.SimpleHTTPRequestHandler):
    """Files of a folder; below /private/ for USER alone, below /slow/ never, below /broken/ 503."""

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        self._answer(super().do_GET)

    def do_HEAD(self) -> None:
        self._answer(super().do_HEAD)

    def end_headers(self) -> None:
        if etag := getattr(self.server, "etag", ""):
            self.send_header("ETag", etag)
        super().end_headers()

    def _answer(self, answer: Any) -> None:
        self.server.asked.append(f"{self.command} {self.path}")  # type: ignore[attr-defined] # a list is put there
        first = self.path.split("/")[1]
        if first == "slow":
            time.sleep(3)
        elif first == "broken":
            self.send_error(503)
        elif first == "private" and self.headers.get("Authorization") != _basic():
            self.send_error(401)
        else:
            self.path = self.path.removeprefix("/private")
            answer()


def _basic() -> str:
    return "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@contextmanager
def web(folder: Path, etag: str = "") -> Iterator[Any]:
    """Serve a folder; gives the server: its ``url``, and what was ``asked`` of it.

    Parameters
    ----------
    etag : str
        What it says of the version of every file; nothing if empty.
    """
    handler = functools.partial(_Files, directory=str(folder))
    server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.asked, server.etag = [], etag
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def bucket(name: str = "bucket") -> Iterator[Any]:
    """Serve an empty bucket like S3 does; gives a file system, with the address as ``url``."""
    import s3fs  # noqa: PLC0415 - an extra of tests
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - an extra of tests

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    try:
        reset = urllib.request.Request(f"{url}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset).close()
        files = s3fs.S3FileSystem(
            key="key", secret="secret", endpoint_url=url, skip_instance_cache=True
        )
        files.mkdir(name)
        files.url = url
        yield files
    finally:
        server.stop()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def programs() -> Path | None:
    """Return the folder with PostgreSQL's programs; the newest if there are several."""
    found = [path for root in _POSTGRES for path in Path(root).glob("**/bin/initdb")]
    if not found and (on_path := shutil.which("initdb")):
        found = [Path(on_path).resolve()]
    return sorted(found)[-1].parent if found else None


@contextmanager
def postgres(folder: Path, bin_: Path) -> Iterator[str]:
    """Start PostgreSQL in an empty folder; gives its address without user and password.

    Its users are ``postgres``, who needs no password, and USER, who needs PASSWORD.
    """
    data, port = folder / "data", free_port()
    run = functools.partial(_run, folder)
    run(bin_ / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")
    access = data / "pg_hba.conf"
    rule = f"host all {USER} 127.0.0.1/32 scram-sha-256\n"
    access.write_text(rule + access.read_text("utf-8"), "utf-8")
    where = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
    run(bin_ / "pg_ctl", "-D", data, "-w", "-o", where, "-l", folder / "log", "start")
    try:
        user = f"CREATE USER {USER} PASSWORD '{PASSWORD}' IN ROLE pg_read_all_data"
        run(bin_ / "psql", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-c", user)
        yield f"127.0.0.1:{port}/postgres"
    finally:
        run(bin_ / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _run(folder: Path, *words: object) -> None:
    """Run a program of PostgreSQL, which refuses to run for root."""
    ids: dict[str, Any] = {"user": OWNER, "group": OWNER} if os.getuid() == 0 else {}
    subprocess.run([*map(str, words)], cwd=folder, check=True, capture_output=True, **ids)
