"""Same orders, same answer, to the byte: whatever the order of rows, the threads and the memory."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from tests.shops import TODAY, contents

from regulars import settings as chosen
from regulars.app import demo
from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace

ONLINE_RETAIL = "online_retail.parquet"
SETTINGS = """\
schema: regulars/1
name: A large shop
currency: EUR
sources:
  orders:
    path: orders.parquet
    columns: {customer: who, order: number, time: at, amount: paid, product: what}
"""


def study(
    workspace: Workspace, threads: int | None = None, memory_limit: str | None = None
) -> dict[str, bytes]:
    """The files of the workspace's one run: every byte but the manifest's and the ledger's examples.

    A manifest names the input by its digest, which shuffling changes; examples are the first rows met.
    """
    settings = chosen.load(workspace.settings)
    run(settings, workspace, Asked(today=TODAY, threads=threads, memory_limit=memory_limit))
    (run_id,) = workspace.run_ids()
    files = contents(workspace.run(run_id))
    del files["manifest.json"]
    files["ledger.json"] = counts(files["ledger.json"])
    return files


def counts(ledger: bytes) -> bytes:
    saved = json.loads(ledger)
    for source in saved["sources"]:
        for aside in (*source["set_aside"], *source["flagged"]):
            del aside["examples"]
    return json.dumps(saved).encode()


def shuffle(path: Path, seed: int) -> None:
    """The same rows in another order, made by arithmetic on their numbers."""
    other = path.with_name("shuffled.parquet")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * exclude (file_row_number) from read_parquet('{path}', file_row_number = true) "
            f"order by hash(file_row_number + {seed})) to '{other}' (format parquet, row_group_size 50000)"
        )
    other.replace(path)


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Names only: a difference of megabytes helps nobody."""
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


@pytest.fixture(scope="module")
def as_bundled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return study(demo.lay_out(tmp_path_factory.mktemp("bundled")))


def test_there_is_an_answer_to_compare(as_bundled: dict[str, bytes]) -> None:
    wanted = {"definitions/rfm.json", "definitions/behaviour.json", "facts/rfm.json", "words/behaviour.json"}
    assert wanted | {"assignments/rfm.parquet", "features.parquet", "ledger.json"} <= set(as_bundled)


@pytest.mark.parametrize(
    ("seed", "threads", "memory_limit"),
    [
        (None, 8, "1GB"),
        (1, 2, None),
        (3, 1, "1GB"),
        pytest.param(None, 1, None, marks=pytest.mark.soak),
        pytest.param(2, 8, None, marks=pytest.mark.soak),
    ],
)
def test_shuffled_rows_other_threads_and_little_memory_change_no_byte(
    as_bundled: dict[str, bytes], tmp_path: Path, seed: int | None, threads: int, memory_limit: str | None
) -> None:
    workspace = demo.lay_out(tmp_path)
    if seed is not None:
        shuffle(workspace.root / ONLINE_RETAIL, seed)
    assert differing(study(workspace, threads, memory_limit), as_bundled) == []


def test_one_row_more_is_seen_to_change_the_answer(as_bundled: dict[str, bytes], tmp_path: Path) -> None:
    """The comparison above can fail: of two like sales of one customer, one more is found."""
    workspace = demo.lay_out(tmp_path)
    path, other = workspace.root / ONLINE_RETAIL, tmp_path / "other.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (from '{path}' union all by name (select * replace ('X1' as InvoiceNo) from '{path}' "
            f"where CustomerID is not null and Quantity > 0 limit 1)) to '{other}'"
        )
    other.replace(path)
    assert {"ledger.json", "features.parquet", "facts/rfm.json"} <= set(
        differing(study(workspace), as_bundled)
    )


@pytest.mark.soak
def test_hundreds_of_thousands_of_customers_get_the_same_bytes_in_little_memory(tmp_path: Path) -> None:
    """300,000 customers are three row groups of a file; 1.2 million orders do not fit in 300 MB."""
    made = {}
    for name, seed, threads, memory_limit in [
        ("as made", None, 1, None), ("two", 1, 2, "1GB"), ("little", 2, 2, "300MB"), ("eight", 3, 8, None),
    ]:  # fmt: skip
        workspace = Workspace(tmp_path / name)
        workspace.root.mkdir()
        workspace.settings.write_text(SETTINGS, encoding="utf-8")
        generate(workspace.root / "orders.parquet", customers=300_000, orders=1_200_000)
        if seed is not None:
            shuffle(workspace.root / "orders.parquet", seed)
        made[name] = study(workspace, threads, memory_limit)
    (run_folder,) = (tmp_path / "two" / "runs").iterdir()
    groups = f"select count(distinct row_group_id) from parquet_metadata('{run_folder}/features.parquet')"
    assert duckdb.execute(groups).fetchone() == (3,)
    for name, files in made.items():
        assert differing(files, made["as made"]) == [], name


def generate(path: Path, customers: int, orders: int) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select
                    'C' || case when i < {customers} then i else i * i % {customers} end as who,
                    'N' || i as number,
                    timestamp '2023-01-01' + to_minutes(i * 40503 % 1000003) as at,
                    cast((100 + i * 69621 % 20011) / 100.0 as decimal(18, 2)) as paid,
                    'P' || i % 211 as what
                from range({orders}) as r (i)
            ) to '{path}' (format parquet)
            """
        )
