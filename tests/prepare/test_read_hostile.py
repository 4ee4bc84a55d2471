"""Every hostile file is read right, record for record, or refused with the file, the line and the remedy."""

from pathlib import Path

import pytest
from tests.hostile import FILES, Hostile

from regulars.engine import Engine
from regulars.errors import RegularsError
from regulars.prepare.reading.read import Read, read
from regulars.settings import Columns, Orders

READ_RIGHT = [pytest.param(each, id=each.name) for each in FILES if each.records is not None]
REFUSED = [pytest.param(each, id=each.name) for each in FILES if each.records is None]


def _read(hostile: Hostile, folder: Path, engine: Engine) -> Read:
    path = folder / f"orders{hostile.suffix}"
    path.write_bytes(hostile.make())
    chosen = {"date_format": "%Y-%m-%d"} | dict(hostile.settings)
    orders = Orders(path=path.name, columns=Columns(**hostile.columns), **chosen)
    return read(orders, folder, engine, mark_repeats=True, blank_opt_out="opted_out", timezone="UTC")


def test_there_are_forty_hostile_files_and_more() -> None:
    assert len(FILES) >= 40
    assert len({each.name for each in FILES}) == len(FILES)


@pytest.mark.parametrize("hostile", READ_RIGHT)
def test_each_record_of_a_hostile_file_is_a_row(hostile: Hostile, tmp_path: Path) -> None:
    with Engine() as engine:
        engine.execute("create table canary as select 1 as alive")
        _read(hostile, tmp_path, engine)
        records = engine.rows("select record from order_rows order by record")
        assert records == [(at + 1,) for at in range(hostile.records or 0)]
        faults = dict(
            engine.rows("select fault, count(*) from order_rows where fault is not null group by fault")
        )
        assert faults == dict(hostile.faults)
        assert engine.rows("select alive from canary") == [(1,)]


@pytest.mark.parametrize("hostile", REFUSED)
def test_a_file_that_would_need_guessing_is_refused_with_line_and_remedy(
    hostile: Hostile, tmp_path: Path
) -> None:
    with Engine() as engine, pytest.raises(RegularsError) as refused:
        _read(hostile, tmp_path, engine)
    told = str(refused.value)
    assert f"orders{hostile.suffix}" in told
    assert hostile.remedy in told
    assert refused.value.exit_code in (2, 3)
    if hostile.line is not None:
        assert f"line {hostile.line}:" in told


def test_quoted_line_ends_do_not_shift_the_lines_that_examples_name(tmp_path: Path) -> None:
    hostile = next(each for each in FILES if each.name == "line ends in quotes")
    with Engine() as engine:
        lines = _read(hostile, tmp_path, engine).line_of([1, 3, 4, 5, 7])
    # The fourth record holds LF, CRLF, LF and CR: it runs over five lines.
    assert lines == {1: 2, 3: 4, 4: 5, 5: 10, 7: 12}


def test_blank_lines_between_records_are_told_and_those_at_the_end_are_not(tmp_path: Path) -> None:
    by_name = {each.name: each for each in FILES}
    with Engine() as engine:
        between = _read(by_name["blank lines between"], tmp_path, engine).findings
        at_the_end = _read(by_name["blank lines at the end"], tmp_path, engine).findings
    assert [finding.where for finding in between] == ["orders.lines"]
    assert "the first is line 2" in between[0].what
    assert at_the_end == ()


def test_text_in_quotes_arrives_as_it_was_written(tmp_path: Path) -> None:
    by_name = {each.name: each for each in FILES}
    with Engine() as engine:
        _read(by_name["delimiters and doubled quotes"], tmp_path, engine)
        said = engine.rows("select product_name from order_rows where record in (4, 5) order by record")
        _read(by_name["line ends in quotes"], tmp_path, engine)
        ended = engine.rows("select product_name from order_rows where record = 4")
        _read(by_name["odd separators in a cell"], tmp_path, engine)
        odd = engine.rows("select product_name from order_rows where record = 4")
    assert said == [('say "hi", then, go',), ('"',)]
    assert ended == [("a\nb\r\n\nc\rd",)]
    assert odd == [("a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg",)]


def test_a_ragged_row_shows_how_many_cells_it_has_and_never_the_cells(tmp_path: Path) -> None:
    hostile = next(each for each in FILES if each.name == "ragged rows both ways")
    with Engine() as engine:
        _read(hostile, tmp_path, engine)
        shown = engine.rows(
            "select fault_text, customer_id from order_rows where fault = 'ragged_row' order by record"
        )
    assert shown == [
        ("1 cells where the header has 5", None),
        ("7 cells where the header has 5", None),
        ("2 cells where the header has 5", None),
    ]


def test_words_for_no_customer_are_no_customer(tmp_path: Path) -> None:
    hostile = next(each for each in FILES if each.name == "no customers, written in words")
    with Engine() as engine:
        _read(hostile, tmp_path, engine)
        assert engine.rows("select count(*) from order_rows where customer_id is null") == [(4,)]
