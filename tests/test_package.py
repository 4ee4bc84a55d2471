"""The package as others get it: what the wheel holds, what it asks for, what its code never does."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from banned_calls import banned
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parent.parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
MACHINES = [
    {
        "sys_platform": platform,
        "platform_system": system,
        "python_version": "3.11",
        "python_full_version": "3.11.2",
    }
    for platform, system in (("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows"))
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def locked(name: str) -> dict[str, list[str]]:
    """Package to its pinned requirements (more than one where Python versions need different ones)."""
    pins: dict[str, list[str]] = {}
    for line in (REPOSITORY / "requirements" / name).read_text("utf-8").splitlines():
        if re.match(r"[a-z0-9]", line):
            pin = line.rstrip(" \\")
            pins.setdefault(canonicalize_name(Requirement(pin).name), []).append(pin)
    return pins


def installed(pins: dict[str, list[str]], machine: dict[str, str]) -> set[str]:
    return {
        name
        for name, each in pins.items()
        if any((marker := Requirement(pin).marker) is None or marker.evaluate(machine) for pin in each)
    }


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    source = REPOSITORY / "src"
    written = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == written


@pytest.mark.parametrize(
    "needed",
    [
        r"py\.typed",
        r"prepare/sql/\w+\.sql",
        r"profile/sql/\w+\.sql",
        r"review/record\.schema\.json",
        r"review/migrations/versions/v1_records_and_events\.py",
        r"segment/rfm_grid\.json",
        r"check/policy/packs/retail\.toml",
        r"check/policy/packs/base/common\.toml",
        r"check/policy/templates/\w+/\w+\.toml",
        r"publish/templates/dashboard\.html",
        r"publish/assets/inter\.woff2",
        r"publish/assets/inter\.OFL\.txt",
        r"app/demo_orders/online_retail\.parquet",
        r"app/demo_orders/ATTRIBUTION\.txt",
    ],
)
def test_the_wheel_holds_what_the_code_reads(wheel: zipfile.ZipFile, needed: str) -> None:
    assert any(re.fullmatch(f"regulars/{needed}", name) for name in wheel.namelist())


def test_the_wheel_carries_its_licence_and_its_command(wheel: zipfile.ZipFile) -> None:
    names = {name.partition(".dist-info/")[2] for name in wheel.namelist()}
    assert {"licenses/LICENSE", "licenses/NOTICE", "entry_points.txt"} <= names
    (entry,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "regulars = regulars.app.cli:main" in wheel.read(entry).decode()


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine["platform_system"])
def test_a_plain_install_brings_at_most_forty_packages(machine: dict[str, str]) -> None:
    assert len(installed(locked("core.lock"), machine)) <= 40


def test_every_dependency_is_locked_at_a_version_that_it_allows() -> None:
    pins = locked("core.lock")
    for dependency in map(Requirement, PROJECT["dependencies"]):
        for pin in pins[canonicalize_name(dependency.name)]:
            (version,) = Requirement(pin).specifier
            assert dependency.specifier.contains(version.version), f"{pin} is not {dependency}; run make lock"


def test_what_is_tested_is_what_is_installed() -> None:
    core, dev = locked("core.lock"), locked("dev.lock")
    for machine in MACHINES:
        assert installed(core, machine) <= installed(dev, machine)
    versions = {name: {pin.partition(";")[0].strip() for pin in pins} for name, pins in dev.items()}
    for name, pins in core.items():
        assert {pin.partition(";")[0].strip() for pin in pins} == versions[name]


@pytest.mark.parametrize("name", ["core.lock", "dev.lock"])
def test_every_locked_package_has_its_hashes_and_no_address(name: str) -> None:
    text = (REPOSITORY / "requirements" / name).read_text("utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_no_code_of_the_package_runs_what_it_reads() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}:{line}: {why}"
        for path in (REPOSITORY / "src").rglob("*.py")
        for line, why in banned(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads as read",
        "import joblib; joblib.dump(model, path)",
        "from joblib import dump",
        "import numpy, cloudpickle as c",
        "eval(text)",
        "exec(text)",
        "import yaml; yaml.load(text, Loader=yaml.Loader)",
        "from yaml import load",
        "import os; os.system(text)",
    ],
)
def test_each_banned_call_is_found(source: str) -> None:
    assert list(banned(source))


@pytest.mark.parametrize("source", ["yaml.safe_load(text)", "model.evaluate(x)", "'eval(x)'", "import json"])
def test_calls_that_only_look_like_banned_ones_are_not_found(source: str) -> None:
    assert not list(banned(source))


@pytest.mark.parametrize("host", ["192.0.2.1", "example.invalid", "::ffff:192.0.2.1"])
def test_no_test_can_leave_this_machine(host: str) -> None:
    with pytest.raises(RuntimeError, match="a test may reach 127.0.0.1 and nothing else"):
        socket.create_connection((host, 80), timeout=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_test_can_reach_a_server_of_its_own(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()
