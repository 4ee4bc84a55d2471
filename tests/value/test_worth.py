"""What the SQL says that a customer is worth is what the models say of that customer alone."""

import numpy as np
import pytest
from tests.value.conftest import CALIBRATED_UNTIL

from regulars.value import gamma_gamma
from regulars.value.gamma_gamma import GammaGamma
from regulars.value.histories import grouped
from regulars.value.worth import PURCHASES, ValueModel, fit_purchases, make_worth, purchase_model


@pytest.mark.parametrize("name", PURCHASES)
def test_each_customer_is_worth_what_the_models_make_of_their_history(cdnow, name):
    spend = gamma_gamma.fit(gamma_gamma.grouped(cdnow))
    model = ValueModel(fit_purchases(name, grouped(cdnow, 7)), spend, 7, 0.9, CALIBRATED_UNTIL)
    make_worth(cdnow, model, 273)
    rows = cdnow.rows(
        "select repeats, last_days, seen_days, cast(repeat_spend as double), p_alive, expected_purchases, "
        "order_value, expected_value from histories join worth using (customer_id)"
    )
    assert len(rows) == 2357
    x, last, seen, total, alive, bought, order, value = (
        np.array(each, float) for each in zip(*rows, strict=True)
    )
    scorer, at = purchase_model(model.purchases), (x, last / 7, seen / 7)
    each = GammaGamma(**spend.parameters).expected(np.where(total > 0, x, 0), np.where(total > 0, total, 0))
    assert alive == pytest.approx(scorer.p_alive(*at), abs=1e-6)
    assert bought == pytest.approx(scorer.expected(39.0, *at), abs=1e-6)
    assert order == pytest.approx(each * 0.9, abs=1e-6)
    assert value == pytest.approx(scorer.expected(39.0, *at) * each * 0.9, abs=1e-5)
