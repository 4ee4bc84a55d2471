"""Write the golden scripts anew: ``python tools/golden.py``. Read the diff before you keep it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.golden_scripts import FOLDER, golden


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        scripts = list(golden(Path(made) / "shop"))
    shutil.rmtree(FOLDER, ignore_errors=True)
    for dialect, name, text in scripts:
        path = FOLDER / dialect / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(scripts)} scripts in {FOLDER}")


if __name__ == "__main__":
    main()
