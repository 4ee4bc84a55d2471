"""Calls that no code of this package may make: a saved study is data, and loading it runs nothing.

Usage: banned_calls.py FOLDER. Exit 0 where there are none; 1 with one line each.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

RUNS_CODE = "loading it would run code; save plain JSON"
BANNED_MODULES = {
    "pickle": RUNS_CODE,
    "cloudpickle": RUNS_CODE,
    "dill": RUNS_CODE,
    "joblib": RUNS_CODE,
    "marshal": RUNS_CODE,
    "shelve": RUNS_CODE,
}
BANNED_CALLS = {
    "eval": "text from outside would run as code",
    "exec": "text from outside would run as code",
    "os.system": "a shell reads what it is given; use subprocess.run with a list",
    "yaml.load": "makes any object; use yaml.safe_load",
    "yaml.unsafe_load": "makes any object; use yaml.safe_load",
    "yaml.full_load": "makes more than plain values; use yaml.safe_load",
}


def banned(source: str) -> Iterator[tuple[int, str]]:
    """Line and reason of each banned import or call in Python source."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                modules = [name.name for name in names]
            case ast.ImportFrom(module=str(module), names=names):
                modules = [module]
                for name in names:
                    if (call := f"{module}.{name.name}") in BANNED_CALLS:
                        yield node.lineno, f"{call}: {BANNED_CALLS[call]}"
            case ast.Call(func=func):
                if (call := ast.unparse(func)) in BANNED_CALLS:
                    yield node.lineno, f"{call}: {BANNED_CALLS[call]}"
                continue
            case _:
                continue
        for module in modules:
            if (top := module.partition(".")[0]) in BANNED_MODULES:
                yield node.lineno, f"{top}: {BANNED_MODULES[top]}"


def main(folder: Path) -> int:
    found = [
        f"{path}:{line}: {why}"
        for path in sorted(folder.rglob("*.py"))
        for line, why in banned(path.read_text("utf-8"))
    ]
    print("\n".join(found) if found else f"banned calls: none in {folder}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
