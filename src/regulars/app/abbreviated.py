"""Names of segments for a table of 80 columns: short, apart from one another, and spelt out beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def abbreviated(names: Sequence[str]) -> dict[str, str]:
    """Each name with a short form of at most four characters: initials of several words, the first three
    letters of one; a number where two would be alike.

    >>> abbreviated(["Champions", "At risk", "Cannot lose them", "Active regulars"])
    {'Champions': 'Cha', 'At risk': 'AR', 'Cannot lose them': 'CLT', 'Active regulars': 'AR2'}
    """
    made: dict[str, str] = {}
    for name in names:
        words = name.replace("-", " ").split()
        plain = "".join(word[0].upper() for word in words)[:3] if len(words) > 1 else name[:3]
        short, number = plain, 2
        while short in made.values():
            short, number = f"{plain}{number}", number + 1
        made[name] = short
    return made


def legend(short: Mapping[str, str], width: int = 78) -> list[str]:
    """What the short forms stand for, in lines of at most that many characters."""
    lines = [""]
    for name, each in short.items():
        told = f"{each} {name}"
        apart = ", " if lines[-1] else ""
        if lines[-1] and len(lines[-1] + apart + told) > width:
            lines[-1] += ","
            lines.append(told)
        else:
            lines[-1] += apart + told
    return lines
