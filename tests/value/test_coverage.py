"""Of how many customers what came lay within the interval that was foretold."""

from datetime import date

import numpy as np
import pytest
from tests.value.conftest import CALIBRATED_UNTIL

from regulars.value.calibration import calibrate
from regulars.value.coverage import Coverage
from regulars.value.holdout import held_out
from regulars.value.predictive import p_counts
from regulars.value.worth import PURCHASES, make_worth, purchase_model


@pytest.mark.parametrize("name", PURCHASES)
def test_on_cdnow_the_intervals_hold_what_the_model_says(cdnow, name):
    model, _ = calibrate(cdnow, CALIBRATED_UNTIL, 7).fit(name)
    make_worth(cdnow, model, 273)
    told = held_out(cdnow, model, CALIBRATED_UNTIL, date(1998, 6, 30)).coverage
    assert told.purchases == pytest.approx(told.purchases_said, abs=0.05)
    assert told.value == pytest.approx(told.value_said, abs=0.05)
    assert told.purchases >= 0.8 <= told.value
    # Counted here, customer by customer.
    x, last, seen, made = (
        np.array(each, float)
        for each in zip(
            *cdnow.rows(
                "select histories.repeats, last_days, seen_days, purchases_made / 1000000 from histories "
                "join foretold using (customer_id)"
            ),
            strict=True,
        )
    )
    upto = np.cumsum(p_counts(purchase_model(model.purchases), x, last / 7, seen / 7, 39.0, 400), axis=1)
    low, high = (upto < 0.1).sum(axis=1), (upto < 0.9).sum(axis=1)
    assert told.purchases == pytest.approx(((made >= low) & (made <= high)).mean(), abs=1e-12)


def test_it_is_told_in_one_sentence():
    assert Coverage(0.8, 0.926, 0.941, 0.89, 0.9).words == (
        "Within their 80 % interval: purchases of 93 % of customers (the model said 94 %), "
        "spend of 89 % (90 %)."
    )
    without = Coverage(0.8, 0.926, 0.941, None, None)
    assert "spend" not in without.words
    assert without.as_json()["value"] is None
