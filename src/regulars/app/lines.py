"""Files of one JSON object a line, from a path or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from regulars.errors import SourceUnreadable


def lines_of(path: Path, what: str, remedy: str) -> list[str]:
    """The lines of a file of UTF-8 text, of standard input for ``-``.

    Only a line feed ends a line: JSON may hold the others that Unicode knows, such as U+2028, as they are.
    ``what`` says what the file holds. Raises SourceUnreadable, with the remedy.
    """
    try:
        return (sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")).split("\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise SourceUnreadable(f"{what} {str(path)!r}", f"it cannot be read ({fault})", remedy) from fault
