"""A PostgreSQL server for tests: in a folder of its own, spoken to through psql; nobody else reaches it."""

from __future__ import annotations

import csv
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest


class Postgres:
    """A server that listens in a folder of its own, and psql."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self._programs, self._folder, self._user = programs, folder, user

    def call(self, program: str, *arguments: str, text: str | None = None) -> str:
        done = subprocess.run(
            [self._programs / program, *arguments],
            input=text, capture_output=True, text=True, user=self._user, cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def psql(self, text: str) -> str:
        where = ("-h", str(self._folder), "-d", "postgres", "-U", "shop")
        return self.call("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", *where, text=text)

    def database(self, name: str) -> str:
        """The URL of a database that is made anew, as programs are given it."""
        self.psql(f"drop database if exists {name} with (force);\ncreate database {name};")
        return f"postgresql://shop@/{name}?host={self._folder}"

    def schema(self, name: str) -> str:
        """The URL of a schema of its own, made anew: quicker to make than a database."""
        self.psql(f"drop schema if exists {name} cascade;\ncreate schema {name};")
        return f"postgresql://shop@/postgres?host={self._folder}&options=-csearch_path%3D{name}"

    def require_password(self, user: str) -> None:
        """From now on this user needs one."""
        rules = self._folder / "data" / "pg_hba.conf"
        rules.write_text(f"local all {user} scram-sha-256\n{rules.read_text()}")
        self.psql("select pg_reload_conf();")

    def rows(self, select: str) -> list[tuple[str, ...]]:
        """The rows of a SELECT as text; null is the empty text."""
        copied = self.psql(f"copy ({select}) to stdout with (format csv);")
        return [tuple(row) for row in csv.reader(copied.splitlines(keepends=True))]

    def start(self) -> None:
        self.call("initdb", "-D", "data", "-U", "shop", "-E", "UTF8", "--locale=C", "--auth=trust", "-N")
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off"
        self.call("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self) -> None:
        self.call("pg_ctl", "-D", "data", "-m", "immediate", "stop")


def _programs() -> Path | None:
    on_path = shutil.which("initdb")
    folders = [
        *([Path(on_path).parent] if on_path else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin")),
    ]
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


def _somebody() -> str | None:
    """Whom the server runs as: the present user, or for root, whom PostgreSQL refuses, somebody else."""
    if os.getuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    user = next((name for name in ("postgres", "nobody") if name in known), None)
    if user is None:
        pytest.skip("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
    return user


@contextmanager
def serving() -> Iterator[Postgres]:
    """A server while the block lasts; the test is skipped where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: no initdb on PATH or in /usr/lib/postgresql/*/bin")
    user = _somebody()
    # Short, as the name of a socket must be, and where another user may go.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        server = Postgres(programs, Path(folder), user)
        server.start()
        try:
            yield server
        finally:
            server.stop()


TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "HUGEINT": "numeric(38)"}


def load(postgres: Postgres, path: Path, table: str) -> None:
    """A table with the rows and columns of a parquet file."""
    with duckdb.connect() as connection:
        described = connection.execute(f"describe from '{path}'").fetchall()
        columns = ", ".join(f'"{name}" {TYPES.get(kind, kind)}' for name, kind, *_ in described)
        rows = connection.execute(f"from '{path}'").fetchall()
    lines = "\n".join("\t".join(map(_cell, row)) for row in rows)
    postgres.psql(
        f"drop table if exists {table};\ncreate table {table} ({columns});\ncopy {table} from stdin;\n"
        f"{lines}\n\\.\nanalyze {table};\n"
    )


def _cell(value: object) -> str:
    if value is None:
        return r"\N"
    return str(value).replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
