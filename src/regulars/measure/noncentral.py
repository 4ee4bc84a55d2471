"""How far chi-square lies beyond what chance gives it, with what a sample leaves open."""

from __future__ import annotations


def noncentrality(chi_square: float, freedom: int) -> tuple[float, float, float]:
    """Chi-square less its degrees of freedom, which chance gives it (Bergsma 2013), and the 95 % interval of
    the noncentrality by turning its distribution round (Smithson 2003); none of the three is below 0.

    Groups that are more alike than chance would make them tell no more than groups that are as alike.
    """
    from scipy.special import chdtrc, chndtrinc

    low = float(chndtrinc(chi_square, freedom, 0.975)) if chdtrc(freedom, chi_square) < 0.025 else 0.0
    high = float(chndtrinc(max(chi_square, float(freedom)), freedom, 0.025))
    return max(chi_square - freedom, 0.0), low, max(high, 0.0)
