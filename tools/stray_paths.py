"""Finds what belongs to one machine in files that are for every machine: home folders, package indexes.

Reads the files that git tracks. Exit 0 where there are none; 1 with one line each.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
# Each pattern is spelt so that it does not find itself.
HOME = r"/wor[k]/|/roo[t]/|/hom[e]/\w|/User[s]/\w|[C]:\\+Users"
INDEX = r"--(?:extra-)?inde[x]-url|--fin[d]-links"
STRAY = re.compile(f"{HOME}|{INDEX}")


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True)
    found = []
    for name in filter(None, listed.stdout.decode("utf-8").split("\0")):
        path = REPOSITORY / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" in content[:8192]:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if stray := STRAY.search(line):
                found.append(f"{name}:{number}: {stray[0]!r} belongs to one machine")
    print("\n".join(found) if found else "stray paths: none")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
