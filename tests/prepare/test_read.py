"""Reading: what a record becomes, whatever kind of source it comes from."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regulars.engine import Engine
from regulars.errors import DatesRefused, SettingsError, SourceChanged, SourceUnreadable
from regulars.prepare.reading.csv_text import expansion_allowed
from regulars.prepare.reading.read import Read, read
from regulars.settings import Columns, Orders
from regulars.types import Table

CUSTOMER_AND_DAY = {"customer": "who", "time": "day"}


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


Reader = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def written(tmp_path: Path, engine: Engine) -> Callable[..., Read]:
    """Writes a CSV and reads it."""

    def go(text: str, columns: dict[str, str] | None = None, **chosen: Any) -> Read:
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8", newline="")
        return _read(
            "orders.csv",
            tmp_path,
            engine,
            columns or CUSTOMER_AND_DAY,
            **{"date_format": "%Y-%m-%d"} | chosen,
        )

    return go


def _read(path: str, home: Path, engine: Engine, columns: dict[str, str], **chosen: Any) -> Read:
    timezone = chosen.pop("timezone", "UTC")
    blank = chosen.pop("blank_opt_out", "opted_out")
    repeats = chosen.pop("mark_repeats", True)
    frame = chosen.pop("frame", None)
    orders = Orders(path=path, columns=Columns(**columns), **chosen)
    return read(
        orders, home, engine, mark_repeats=repeats, blank_opt_out=blank, timezone=timezone, frame=frame
    )


def _parquet(select: str, path: Path) -> None:
    with duckdb.connect() as maker:
        target = str(path).replace("'", "''")
        maker.execute(f"copy ({select}) to '{target}' (format parquet)")


def test_the_table_has_the_columns_and_types_that_cleaning_builds_on(
    written: Callable[..., Read], engine: Engine
) -> None:
    table = written("who,day\na,2024-01-02\n").table
    described = [(name, kind) for name, kind, *_ in engine.rows("describe order_rows")]
    assert table.columns == tuple(name for name, _ in described)
    assert described == [
        ("record", "BIGINT"),
        ("fault", "VARCHAR"),
        ("fault_text", "VARCHAR"),
        ("customer_id", "VARCHAR"),
        ("order_id", "VARCHAR"),
        ("ordered_at", "TIMESTAMP"),
        ("quantity", "DECIMAL(18,3)"),
        ("unit_price", "DECIMAL(18,4)"),
        ("amount", "DECIMAL(18,4)"),
        ("product_id", "VARCHAR"),
        ("product_name", "VARCHAR"),
        ("category", "VARCHAR"),
        ("brand", "VARCHAR"),
        ("promotion", "VARCHAR"),
        ("discount", "DECIMAL(18,4)"),
        ("consent_state", "VARCHAR"),
        ("is_repeat", "BOOLEAN"),
    ]


def test_customer_and_day_alone_make_rows_with_one_of_each_and_no_value(
    written: Callable[..., Read], engine: Engine
) -> None:
    written("who,day\na,2024-01-02\n")
    assert engine.rows("select quantity, unit_price, amount, consent_state, order_id from order_rows") == [
        (Decimal(1), None, None, "in", None)
    ]


def test_a_discount_is_read_as_what_comes_off_and_one_that_is_no_number_is_a_fault(
    written: Callable[..., Read], engine: Engine
) -> None:
    text = "who,day,worth,off\na,2024-01-02,5,1.50\na,2024-01-03,5,-2\na,2024-01-04,5,\na,2024-01-05,5,x\n"
    written(text, columns={**CUSTOMER_AND_DAY, "amount": "worth", "discount": "off"})
    assert engine.rows("select discount, fault, fault_text from order_rows order by record") == [
        (Decimal("1.5"), None, None),
        (Decimal(2), None, None),
        (None, None, None),
        (None, "unreadable_number", "discount x"),
    ]


def test_a_second_equal_record_is_a_repeat_and_one_that_differs_anywhere_is_not(
    written: Callable[..., Read], engine: Engine
) -> None:
    ragged = "b,2024-01-02\nb,2024-01-02\n"
    text = f"who,day,note\na,2024-01-02,x\na,2024-01-02,x\na,2024-01-02,y\n{ragged}a,2024-01-02,x\n"
    written(text)
    assert engine.rows("select is_repeat from order_rows order by record") == [
        (False,), (True,), (False,), (False,), (False,), (True,),
    ]  # fmt: skip
    written(text, mark_repeats=False)
    assert engine.rows("select count(*) from order_rows where is_repeat") == [(0,)]


def test_parquet_repeats_are_found_in_columns_that_are_not_mapped_too(tmp_path: Path, engine: Engine) -> None:
    equal = "('a', date '2024-01-02', null, 1.5)"
    rows = f"(values {equal}, {equal}, ('a', date '2024-01-02', 'x', 1.5)) t(who, day, note, n)"
    _parquet(f"select * from {rows}", tmp_path / "o.parquet")
    _read("o.parquet", tmp_path, engine, CUSTOMER_AND_DAY)
    assert engine.rows("select is_repeat from order_rows order by record") == [(False,), (True,), (False,)]


def test_every_missing_column_is_named_at_once_with_its_setting_and_the_near_name(
    written: Callable[..., Read],
) -> None:
    with pytest.raises(SettingsError) as refused:
        written("WHO,day,net\na,2024-01-02,1\n", {"customer": "who", "time": "day", "amount": "nett"})
    told = str(refused.value)
    assert "sources.orders.columns.customer" in told
    assert "Did you mean 'WHO'?" in told
    assert "sources.orders.columns.amount" in told
    assert "Did you mean 'net'?" in told


def test_upper_case_id_beside_lower_case_id_are_two_columns_in_every_kind_of_source(
    tmp_path: Path, engine: Engine
) -> None:
    (tmp_path / "o.csv").write_text("ID,id,day\nbig,small,2024-01-02\n")
    arrow = _stream("select 'big' as \"ID\", 'small' as id, date '2024-01-02' as day")
    _read("o.csv", tmp_path, engine, {"customer": "id", "time": "day"}, date_format="%Y-%m-%d")
    assert engine.rows("select customer_id from order_rows") == [("small",)]
    _read("o.csv", tmp_path, engine, {"customer": "ID", "time": "day"}, date_format="%Y-%m-%d")
    assert engine.rows("select customer_id from order_rows") == [("big",)]
    del arrow


def test_the_same_name_twice_is_refused_with_both_places(written: Callable[..., Read]) -> None:
    with pytest.raises(SourceUnreadable, match="'who' stands twice, in columns 1 and 3"):
        written("who,day,who\na,2024-01-02,b\n")


def test_text_dates_without_a_format_are_refused_with_what_would_fit_and_what_each_gives(
    written: Callable[..., Read],
) -> None:
    with pytest.raises(DatesRefused) as refused:
        written("who,day\na,03/04/19\nb,05/06/20\n", date_format=None)
    told = str(refused.value)
    assert "sources.orders.date_format" in told
    assert "'%d/%m/%y' gives 3 Apr 2019 to 5 Jun 2020" in told
    assert "'%m/%d/%y' gives 4 Mar 2019 to 6 May 2020" in told


def test_a_format_that_reads_none_of_the_dates_is_refused_rather_than_setting_all_rows_aside(
    written: Callable[..., Read],
) -> None:
    with pytest.raises(DatesRefused, match=r"not written as '%d/%m/%Y'.*'%Y-%m-%d' gives"):
        written("who,day\na,2024-01-02\n", date_format="%d/%m/%Y")


def test_four_digits_are_never_read_as_a_two_digit_year_nor_two_as_four(
    written: Callable[..., Read], engine: Engine
) -> None:
    written("who,day\na,01/02/2019\na,01/02/19\n", date_format="%d/%m/%Y")
    assert engine.rows("select ordered_at, fault from order_rows order by record") == [
        (datetime.fromisoformat("2019-02-01"), None), (None, "unreadable_date"),
    ]  # fmt: skip


def test_two_digit_years_come_with_a_note_that_states_their_range(written: Callable[..., Read]) -> None:
    (note,) = written("who,day\na,01/02/19\nb,31/12/22\n", date_format="%d/%m/%y").findings
    assert "2019-02-01 to 2022-12-31" in note.what


def test_a_format_with_a_directive_that_is_not_known_is_a_fault_of_the_settings(
    written: Callable[..., Read],
) -> None:
    with pytest.raises(SettingsError, match="'%Q'"):
        written("who,day\na,2024-01-02\n", date_format="%Y-%Q")


@pytest.mark.parametrize(
    ("written_as", "date_format", "expected"),
    [
        ("2017-01-01 02:30:00", "%Y-%m-%d %H:%M:%S", datetime.fromisoformat("2016-12-31 21:30")),
        ("2017-01-01T02:30:00+02:00", "%Y-%m-%dT%H:%M:%S%z", datetime.fromisoformat("2016-12-31 19:30")),
        ("2017-01-01", "%Y-%m-%d", datetime.fromisoformat("2017-01-01")),
        ("11-Feb-13", "%d-%b-%y", datetime.fromisoformat("2013-02-11")),
    ],
)
def test_utc_stamps_move_to_the_shops_clock_and_bare_days_stay(
    written: Callable[..., Read], engine: Engine, written_as: str, date_format: str, expected: datetime
) -> None:
    written(f"who,day\na,{written_as}\n", date_format=date_format, stamps="utc", timezone="America/New_York")
    assert engine.rows("select ordered_at from order_rows") == [(expected,)]


def test_typed_stamps_move_too_and_typed_days_do_not(tmp_path: Path, engine: Engine) -> None:
    for kind, stamps, expected in (
        ("timestamp '2017-01-01 02:30:00'", "utc", datetime.fromisoformat("2016-12-31 21:30")),
        ("timestamp '2017-01-01 02:30:00'", "local", datetime.fromisoformat("2017-01-01 02:30")),
        ("timestamptz '2017-01-01 02:30:00+00'", "local", datetime.fromisoformat("2016-12-31 21:30")),
        ("date '2017-01-01'", "utc", datetime.fromisoformat("2017-01-01")),
        ("timestamp_ns '2017-01-01 02:30:00'", "local", datetime.fromisoformat("2017-01-01 02:30")),
    ):
        _parquet(f"select 'a' as who, {kind} as day", tmp_path / "o.parquet")
        _read("o.parquet", tmp_path, engine, CUSTOMER_AND_DAY, stamps=stamps, timezone="America/New_York")
        assert engine.rows("select ordered_at from order_rows") == [(expected,)], kind


class _EngineBesideAWriter(Engine):
    """An engine under whose eyes somebody goes on writing to the file."""

    def __init__(self, path: Path, write: Callable[[Path], object]) -> None:
        super().__init__()
        self._path = path
        self._write = write

    def create(self, name: str, select: Any) -> Table:
        self._write(self._path)
        return super().create(name, select)


@pytest.mark.parametrize("cell", ["a", '"a"'])
@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_text(path.read_text() + "b,2024-01-03\n"),
        lambda path: path.write_text(path.read_text().replace("01-02", "01-03")),
        lambda path: path.write_text("who,day\n"),
        lambda path: path.unlink(missing_ok=True),
    ],
    ids=["appended to", "changed in place", "cut short", "taken away"],
)
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, cell: str, write: Callable[[Path], object]
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"who,day\n{cell},2024-01-02\n")
    with (
        _EngineBesideAWriter(path, write) as engine,
        pytest.raises(SourceChanged, match="written to while it was being read"),
    ):
        _read("orders.csv", tmp_path, engine, CUSTOMER_AND_DAY, date_format="%Y-%m-%d")


def test_the_same_bytes_give_the_same_digest_and_one_more_byte_another(written: Callable[..., Read]) -> None:
    one, two = written("who,day\na,2024-01-02\n").input, written("who,day\na,2024-01-02\n").input
    assert one == two
    assert one.size_bytes == 21
    assert written("who,day\na,2024-01-02\n\n").input.sha256 != one.sha256


def test_a_database_is_read_by_table_and_refused_with_the_list_where_none_is_named(
    tmp_path: Path, engine: Engine
) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as maker:
        maker.execute(
            "create table sales as "
            "select 'c' || range as who, date '2024-01-02' + range::int as day from range(5)"
        )
        maker.execute('create table "odd "" name" as select 1 as x')
    _read("shop.duckdb", tmp_path, engine, CUSTOMER_AND_DAY, table="sales")
    assert engine.rows("select record, customer_id from order_rows order by record") == [
        (at + 1, f"c{at}") for at in range(5)
    ]
    with pytest.raises(SettingsError, match=r"it has 'odd \" name', 'sales'"):
        _read("shop.duckdb", tmp_path, engine, CUSTOMER_AND_DAY)
    with pytest.raises(SettingsError, match="Did you mean 'sales'"):
        _read("shop.duckdb", tmp_path, engine, CUSTOMER_AND_DAY, table="sale")


def test_a_parquet_file_is_that_file_whatever_signs_its_path_holds(tmp_path: Path, engine: Engine) -> None:
    folder = tmp_path / "year=2020" / "it's"
    folder.mkdir(parents=True)
    _parquet("select 'a' as who, date '2024-01-02' as day", folder / "o[1]*.parquet")
    _parquet("select 'wrong' as who, date '2024-01-02' as day", folder / "o1.parquet")
    _read("o[1]*.parquet", folder, engine, CUSTOMER_AND_DAY)
    assert engine.rows("select customer_id from order_rows") == [("a",)]


def test_parquet_columns_keep_their_names_beside_nested_ones(tmp_path: Path, engine: Engine) -> None:
    _parquet(
        "select {'who': 1, 'more': [1, 2]} as nested, 'a' as who, map {'day': 'x'} as m, "
        "date '2024-01-02' as day",
        tmp_path / "o.parquet",
    )
    _read("o.parquet", tmp_path, engine, CUSTOMER_AND_DAY)
    assert engine.rows("select customer_id, ordered_at from order_rows") == [
        ("a", datetime.fromisoformat("2024-01-02"))
    ]


class _Stream:
    """A frame of no library: anything that gives an Arrow stream."""

    def __init__(self, select: str) -> None:
        self._maker = duckdb.connect()
        self._select = select

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._maker.sql(self._select).__arrow_c_stream__(requested_schema)


def _stream(select: str) -> _Stream:
    return _Stream(select)


def test_any_arrow_stream_is_a_source_with_a_digest_of_its_content(tmp_path: Path, engine: Engine) -> None:
    select = (
        "select 'c' || range as who, date '2024-01-02' + range::int as day, "
        "case when range = 2 then '' end as x from range(4)"
    )
    one = _read("-", tmp_path, engine, CUSTOMER_AND_DAY, frame=_stream(select))
    assert engine.rows("select record, customer_id from order_rows order by record") == [
        (at + 1, f"c{at}") for at in range(4)
    ]
    again = _read("-", tmp_path, engine, CUSTOMER_AND_DAY, frame=_stream(select))
    other = _read(
        "-", tmp_path, engine, CUSTOMER_AND_DAY, frame=_stream(select.replace("then ''", "then null"))
    )
    assert one.input == again.input
    assert one.input.sha256 != other.input.sha256
    assert one.line_of([1, 2]) == {}


def test_a_pandas_frame_is_a_source(tmp_path: Path, engine: Engine) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {"who": [17850.0, None, 3.0], "day": pandas.to_datetime(["2024-01-02"] * 3), "ID": 1, "id": 2}
    )
    _read("-", tmp_path, engine, {"customer": "who", "time": "day", "order": "id"}, frame=frame)
    assert engine.rows("select customer_id, order_id from order_rows order by record") == [
        ("17850", "2"),
        (None, "2"),
        ("3", "2"),
    ]


def test_what_is_no_frame_is_refused_with_what_would_be_one(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(SourceUnreadable, match="__arrow_c_stream__"):
        _read("-", tmp_path, engine, CUSTOMER_AND_DAY, frame=object())


def test_a_missing_file_is_refused_with_the_near_name_and_a_folder_as_a_folder(
    tmp_path: Path, engine: Engine
) -> None:
    (tmp_path / "orders.csv").write_text("who,day\n")
    with pytest.raises(SourceUnreadable, match=r"Did you mean 'orders.csv'"):
        _read("order.csv", tmp_path, engine, CUSTOMER_AND_DAY)
    with pytest.raises(SourceUnreadable, match="it is a folder"):
        _read(".", tmp_path, engine, CUSTOMER_AND_DAY)


def test_an_encoding_that_does_not_exist_is_a_fault_of_the_settings(written: Callable[..., Read]) -> None:
    for name in ("utf-88", "base64", "rot13"):
        with pytest.raises(SettingsError, match="sources.orders.encoding"):
            written("who,day\na,2024-01-02\n", encoding=name)


def test_gzip_may_expand_two_hundred_times_and_never_beyond_half_the_free_disk() -> None:
    assert expansion_allowed(2**30, 2**50) == 200 * 2**30
    assert expansion_allowed(10, 2**50) == 64 * 2**20
    assert expansion_allowed(2**30, 2**30) == 2**29


def test_memory_stays_flat_while_a_large_file_is_read(tmp_path: Path) -> None:
    import tracemalloc

    def peak(records: int) -> int:
        path = tmp_path / f"{records}.csv"
        path.write_text("who,day,note\n" + "".join(f"c{at},2024-01-02,{'-' * 60}\n" for at in range(records)))
        with Engine() as engine:
            tracemalloc.start()
            _read(path.name, tmp_path, engine, CUSTOMER_AND_DAY, date_format="%Y-%m-%d")
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    peak(1000)
    assert peak(50_000) < peak(20_000) + 200_000
