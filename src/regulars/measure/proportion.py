"""Shares of customers with the interval that a sample of them leaves."""

from __future__ import annotations

import math

Z95 = 1.959963984540054
"""The 97.5th percentile of the standard normal: 95 % intervals reach this many standard errors."""


def proportion_interval(part: float, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of ``part`` out of ``whole``, as percent (Wilson 1927)."""
    share, z2 = part / whole, Z95 * Z95
    centre = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z95 * math.sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return 100 * max(centre - half, 0.0), 100 * min(centre + half, 1.0)


def share_change(then: int, n: int, now: int, m: int) -> tuple[float, float, float]:
    """By how many percentage points a share changed, with its 95 % interval (Newcombe 1998, method 10)."""
    p, q = 100 * then / n, 100 * now / m
    (p_low, p_high), (q_low, q_high) = proportion_interval(then, n), proportion_interval(now, m)
    down = math.hypot(q - q_low, p_high - p)
    up = math.hypot(q_high - q, p - p_low)
    return q - p, q - p - down, q - p + up
