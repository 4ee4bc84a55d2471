"""The papers' own figures, from the papers' own data: CDNOW, weeks of seven days, 2,357 customers."""

import numpy as np
import pytest

from regulars.value import bgbb, bgnbd, gamma_gamma, pareto_nbd
from regulars.value.bgbb import BgBb
from regulars.value.bgnbd import BgNbd
from regulars.value.gamma_gamma import GammaGamma
from regulars.value.histories import Histories, grouped
from regulars.value.pareto_nbd import ParetoNbd


def a(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


@pytest.fixture(scope="module")
def histories(cdnow) -> Histories:
    return grouped(cdnow, 7)


def test_bg_nbd_as_in_fader_hardie_and_lee_2005(histories):
    fitted = bgnbd.fit(histories)
    assert fitted.customers == 2357
    assert fitted.parameters == pytest.approx(
        {"r": 0.24259, "alpha": 4.41360, "a": 0.79292, "b": 2.42591}, abs=5e-6
    )
    assert fitted.log_likelihood == pytest.approx(-9582.429, abs=1e-3)
    model = BgNbd(**fitted.parameters)
    assert model.expected(39, a(2), a(30.43), a(38.86)).round(3) == 1.226
    assert model.expected_new(a(1 / 7, 1, 3, 31.8571, 32)).round(4).tolist() == [
        0.0078, 0.0532, 0.1506, 1.0405, 1.0437,
    ]  # fmt: skip
    rounded = BgNbd(0.243, 4.414, 0.793, 2.426)
    assert rounded.p_count(0, a(39)) == pytest.approx(0.5737864, abs=5e-8)


def test_the_note_s_last_figure_is_its_series_cut_off(histories):
    # Published for 78 weeks is 1.8576: what 151 terms of the 2F1 series give. The whole series gives 1.8580.
    model = BgNbd(**bgnbd.fit(histories).parameters)
    whole = model.expected_new(a(78))
    assert whole.round(4) == 1.858
    r, alpha, aa, b = model.r, model.alpha, model.a, model.b
    z, term, cut_off = 78 / (alpha + 78), 1.0, 1.0
    for n in range(1, 151):
        term *= (r + n - 1) * (b + n - 1) / ((aa + b + n - 2) * n) * z
        cut_off += term
    assert (aa + b - 1) / (aa - 1) * (1 - (alpha / (alpha + 78)) ** r * cut_off) == pytest.approx(
        1.8576, abs=5e-5
    )


def test_mbg_nbd_as_in_clvtools_and_btyd_plus(histories):
    fitted = bgnbd.fit(histories, modified=True)
    assert fitted.parameters == pytest.approx({"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, rel=1e-3)


def test_pareto_nbd_as_in_fader_hardie_2005(histories):
    fitted = pareto_nbd.fit(histories)
    assert fitted.parameters == pytest.approx(
        {"r": 0.55328, "alpha": 10.57768, "s": 0.60624, "beta": 11.66874}, rel=1e-5
    )
    assert fitted.log_likelihood == pytest.approx(-9594.976, abs=1e-3)
    model = ParetoNbd(**fitted.parameters)
    assert model.expected(52, a(26), a(30.86), a(31)).round(2) == 25.46


def test_pareto_nbd_stays_a_number_where_the_textbook_formula_does_not():
    model = ParetoNbd(0.5143, 2.8845, 0.2856, 14.1087)
    alive = model.p_alive(
        a(221, 254, 161, 204),
        a(103.42857, 97.14286, 94.71429, 98.57143),
        a(103.57143, 97.28571, 98, 99.42857),
    )
    assert np.isfinite(alive).all()
    assert ((alive > 0.7) & (alive < 1)).all()


def test_gamma_gamma_as_in_fader_hardie_2013(cdnow):
    fitted = gamma_gamma.fit(gamma_gamma.grouped(cdnow))
    assert fitted.customers == 946
    assert fitted.parameters == pytest.approx({"p": 6.2496, "q": 3.7442, "v": 15.4435}, rel=1e-5)
    assert fitted.log_likelihood == pytest.approx(-4055.918, abs=1e-3)
    model = GammaGamma(**fitted.parameters)
    ten = cdnow.rows(
        "select repeats, cast(repeat_spend as double) from histories order by customer_id limit 10"
    )
    expected = model.expected(a(*(x for x, _ in ten)), a(*(total for _, total in ten)))
    assert expected.round(2).tolist() == [
        24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17,
    ]  # fmt: skip


DONATIONS = [
    (0, 0, 3464), (1, 1, 1091), (1, 2, 277), (1, 3, 129), (1, 4, 78), (1, 5, 119), (1, 6, 129), (2, 2, 613),
    (2, 3, 255), (2, 4, 155), (2, 5, 173), (2, 6, 234), (3, 3, 322), (3, 4, 181), (3, 5, 225), (3, 6, 357),
    (4, 4, 240), (4, 5, 284), (4, 6, 512), (5, 5, 335), (5, 6, 728), (6, 6, 1203),
]  # fmt: skip
"""Years with a gift, the last of them, donors: six years, 11,104 donors of a public radio station."""


def test_bg_bb_as_in_fader_hardie_and_shang_2010():
    x, t_x, donors = (a(*column) for column in zip(*DONATIONS, strict=True))
    fitted = bgbb.fit(Histories(x, t_x, np.full_like(x, 6), donors))
    assert fitted.customers == 11104
    assert fitted.parameters == pytest.approx(
        {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}, rel=1e-3
    )
    assert fitted.log_likelihood == pytest.approx(-33225.6, abs=0.05)
    # The paper's table of expected gifts over the next five years: 3.75 for all six, 0.07 for none.
    ends = BgBb(**fitted.parameters).expected(5, a(6, 0), a(6, 0), a(6, 6))
    assert ends.round(2).tolist() == [3.75, 0.07]
