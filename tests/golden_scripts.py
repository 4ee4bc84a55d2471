"""A small made-up study whose scripts are kept as golden text: one segmentation for each kind of rule.

``make golden`` (``python -m tests.golden_scripts``) writes them anew; what changed is then read in the diff.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tests.shops import SETTINGS, opened, studied

from regulars import settings
from regulars.app.choices import DIALECTS
from regulars.app.script import script
from regulars.app.warehouse import warehouse_script
from regulars.app.warehouse_asked import asked

FOLDER = Path(__file__).parent / "golden"
DAY = date(2024, 10, 1)
DIGEST = "0" * 64
"""Stands for the definition's: that changes with every setting that a method gains, and the SQL does not."""
SEGMENTATIONS = """\
segmentations:
  grid: {method: rfm}
  nearest: {method: kmeans, k: 3, features: [gap_days, weekend_share]}
  mixture: {method: gmm, k: 2, features: [gap_days, weekend_share]}
  micro: {method: hierarchical, k: 2, features: [gap_days, weekend_share], micro_clusters: 100, sample: 100}
  waterfall:
    method: rules
    segments:
      - {name: "Big 'n' back\\\\slash", when: "spend > 500.5 and orders >= 4"}
      - {name: Weekend, when: "weekend_share > 0.3"}
  tree: {method: model, of: waterfall, features: [gap_days, weekend_share], max_depth: 2}
  logistic: {method: model, of: nearest, kind: logistic, features: [gap_days, weekend_share]}
  lifecycle: {method: lifecycle}
  tiers: {method: tiers, feature: spend}
  loyalty: {method: loyalty_monetary, proxy: regularity}
"""


def golden(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Dialect, name and text of every script, made in that folder."""
    workspace = opened(folder, settings_text=SETTINGS + SEGMENTATIONS)
    studied(workspace)
    chosen = settings.load(workspace.settings)
    question = asked(
        table="analytics.customer_orders", customer="customer_id", time="order_date", amount="order_amount",
        order=None, metrics="order_frequency,total_spent,last_order_date", bands=5, scheme=None, as_of=None,
    )  # fmt: skip
    for dialect in DIALECTS:
        for name in chosen.segmentations:
            definition = workspace.pinned(name)
            assert definition, f"{name} was left out"
            text = script(definition, chosen, dialect, DAY)
            yield dialect, name, text.replace(definition.digest, DIGEST)
        yield dialect, "rfm_without_data", warehouse_script(question, dialect)


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        scripts = list(golden(Path(made) / "shop"))
    shutil.rmtree(FOLDER, ignore_errors=True)
    for dialect, name, text in scripts:
        path = FOLDER / dialect / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
