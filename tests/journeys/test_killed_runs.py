"""Whatever kills a run, nobody ever sees half of one, and running again gives the same bytes.

Two ways to die: killed from outside at a random moment, and killed from inside at a named one, where the
program opens, makes, renames or removes something in its workspace (an audit hook of the child's counts
these). A run that writes in place is put under the same harness, and is found out.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.shops import RFM_ALONE, SETTINGS, contents, opened, studied

from regulars.app.verifying import verified
from regulars.app.workspace import Workspace
from regulars.errors import RunDamaged

REPOSITORY = Path(__file__).parents[2]
RUN = [sys.executable, "-m", "regulars", "run", "-w"]
# Two definitions to pin, one after the other; neither takes long to fit.
TWO = SETTINGS + "segmentations: {rfm: {method: rfm}, simple: {method: rfm, scheme: five}}\n"

# One process makes the run once for each point that it is asked about, in children that share its imports.
HARNESS = """
import os, signal, sys
from pathlib import Path

sys.path.insert(0, {repository!r})
from tests.shops import RFM_ALONE, opened, studied
from regulars.app import workspace as place

root, in_place, *points = sys.argv[1:]

if in_place == "in place":
    from contextlib import contextmanager

    @contextmanager
    def new_run(self, run_id):
        self.run(run_id).mkdir()
        yield self.run(run_id)

    place.Workspace.new_run = new_run

def die_at(point, workspace, log):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event not in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"):
            return
        path = arguments[0]
        if not isinstance(path, str) or not path.startswith(workspace):
            return
        seen += 1
        if log:
            log.write(event + " " + path[len(workspace) + 1:] + "\\n")
            log.flush()
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

for point in map(int, points):
    workspace = opened(Path(root) / str(point), settings_text=RFM_ALONE)
    child = os.fork()
    if child == 0:
        die_at(point, str(workspace.root), open(Path(root) / "events", "w") if point == 0 else None)
        studied(workspace)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(point, "finished" if status == 0 else f"signal {{os.WTERMSIG(status)}}", flush=True)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The run as it is when nothing kills it."""
    return run_files(studied(opened(tmp_path_factory.mktemp("whole"), settings_text=TWO)).study.path.parent)


def run_files(runs: Path) -> dict[str, bytes]:
    return {name: content for name, content in contents(runs).items() if not name.startswith(".")}


def nothing_half_is_seen(root: Path) -> None:
    """Every run that the workspace lists is whole, and every pinned definition and value model is."""
    workspace = Workspace(root)
    for run_id in workspace.run_ids():
        verified(workspace.run(run_id))
    for name in ("rfm", "simple"):
        workspace.pinned(name)
    workspace.pinned_values()


def is_made_again(root: Path, whole: dict[str, bytes]) -> None:
    studied(Workspace(root))
    assert run_files(root / "runs") == whole
    assert not [path for path in root.rglob(".*") if path.name != ".lock"], "something half-made was left"


# --- from outside, at a random moment ---------------------------------------------------------------


@contextmanager
def reading(root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run that has just begun to read its orders."""
    with subprocess.Popen([*RUN, str(root)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
        assert running.stderr
        assert running.stderr.readline().startswith(b"Reading")
        yield running


@pytest.fixture(scope="module")
def duration(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds from the first stage of a run to its end, on this machine and in its present mood."""
    with reading(opened(tmp_path_factory.mktemp("timed"), settings_text=TWO).root) as running:
        started = time.monotonic()
        running.communicate()
    assert running.returncode == 0
    return time.monotonic() - started


def a_killed_run_is_made_again(root: Path, seconds: float, whole: dict[str, bytes]) -> bool:
    """Whether the kill came before the end."""
    with reading(opened(root, settings_text=TWO).root) as running:
        time.sleep(seconds)
        running.kill()
    assert running.returncode in (0, -signal.SIGKILL)
    nothing_half_is_seen(root)
    is_made_again(root, whole)
    shutil.rmtree(root)
    return running.returncode != 0


def test_a_run_killed_at_a_random_moment_is_there_whole_or_not_at_all(
    tmp_path: Path, duration: float, whole: dict[str, bytes]
) -> None:
    moments = random.Random("five kills")
    came_before_the_end = [
        a_killed_run_is_made_again(tmp_path / str(n), moments.random() * duration, whole) for n in range(5)
    ]
    assert any(came_before_the_end)


@pytest.mark.soak
def test_a_run_killed_at_thirty_random_moments_is_there_whole_or_not_at_all(
    tmp_path: Path, duration: float, whole: dict[str, bytes]
) -> None:
    moments = random.Random("thirty kills")
    came_before_the_end = [
        a_killed_run_is_made_again(tmp_path / str(n), moments.random() * duration, whole) for n in range(30)
    ]
    assert sum(came_before_the_end) >= 15


# --- from inside, at a named moment -----------------------------------------------------------------


def died_at(folder: Path, points: list[int], *, in_place: bool = False) -> Iterator[tuple[Path, str]]:
    """The workspace of a run killed at each point, and how the run ended."""
    how = "in place" if in_place else "aside"
    code = HARNESS.format(repository=str(REPOSITORY))
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), how, *map(str, points)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for line in done.stdout.splitlines():
        point, _, end = line.partition(" ")
        yield folder / point, end


def events(folder: Path, *, in_place: bool = False) -> list[str]:
    """What a run does in its workspace, in order: point n is the nth of them."""
    ((_, end),) = died_at(folder, [0], in_place=in_place)
    assert end == "finished"
    return (folder / "events").read_text("utf-8").splitlines()


def named_points(seen: list[str]) -> list[int]:
    """The moments that matter: about each rename, each folder made, each document of the run begun."""
    points = {1, len(seen)}
    for number, event in enumerate(seen, 1):
        if event.startswith(("os.rename", "os.mkdir")) or event.endswith((".json", ".parquet")):
            points |= {number, number + 1}
    return sorted(point for point in points if point <= len(seen))


def about_the_end(seen: list[str]) -> list[int]:
    """The few of them about the pins and about the moment when the run appears."""
    renames = [number for number, event in enumerate(seen, 1) if event.startswith("os.rename")]
    return sorted({each + beside for each in renames[:3] for beside in (-1, 0, 1)})


@pytest.fixture(scope="module")
def rfm_alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The run that the harness makes, when nothing kills it."""
    workspace = opened(tmp_path_factory.mktemp("rfm-alone"), settings_text=RFM_ALONE)
    return run_files(studied(workspace).study.path.parent)


def all_die_well(folder: Path, points: list[int], whole: dict[str, bytes]) -> None:
    there = []
    for root, end in died_at(folder, points):
        assert end == "signal 9"
        nothing_half_is_seen(root)
        there.append(bool(Workspace(root).run_ids()))
        if there[-1]:
            assert run_files(root / "runs") == whole
        is_made_again(root, whole)
    assert set(there) == {False, True}, "the points lie on both sides of the moment when the run appears"


def test_a_run_killed_about_its_renames_is_there_whole_or_not_at_all(
    tmp_path: Path, rfm_alone: dict[str, bytes]
) -> None:
    seen = events(tmp_path)
    renamed = [event for event in seen if event.startswith("os.rename")]
    assert "value/" in renamed[0]
    assert "definitions/rfm/" in renamed[1]
    assert "runs/.partial-" in renamed[2]
    all_die_well(tmp_path, about_the_end(seen), rfm_alone)


@pytest.mark.soak
def test_a_run_killed_at_each_named_moment_is_there_whole_or_not_at_all(
    tmp_path: Path, rfm_alone: dict[str, bytes]
) -> None:
    all_die_well(tmp_path, named_points(events(tmp_path)), rfm_alone)


def test_a_run_that_writes_in_place_is_found_out_by_the_same_harness(tmp_path: Path) -> None:
    points = named_points(events(tmp_path, in_place=True))
    later = points[len(points) // 2 :: 4]
    found_out = [
        is_refused(nothing_half_is_seen, root) for root, _ in died_at(tmp_path, later, in_place=True)
    ]
    assert any(found_out)


def is_refused(look: Callable[[Path], None], root: Path) -> bool:
    try:
        look(root)
    except RunDamaged:
        return True
    return False
