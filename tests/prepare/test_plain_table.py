"""Tables beside a study: read as they are, or refused with what to mend."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from regulars.engine import Engine
from regulars.errors import DataRefused, SourceUnreadable, UsageError
from regulars.prepare.reading.plain_table import opened_table
from regulars.prepare.reading.retold import About

ABOUT = About("audit", "validation.audit")


@pytest.fixture
def engine():
    with Engine(threads=1) as made:
        yield made


def read(engine, data, home, **asked):
    opened_table(data, home, engine, ABOUT).read("made", **asked)
    return engine.rows("select * exclude (record) from made order by record")


def test_a_file_is_read_with_its_own_delimiter_and_ids_as_they_stand(engine, tmp_path):
    (tmp_path / "people.csv").write_text("id;group;n\n007; m ;1.5\n08;;2\n", encoding="utf-8")
    asked = {"texts": {"who": "group"}, "numbers": {"n": "n"}, "customer": "id"}
    assert read(engine, "people.csv", tmp_path, **asked) == [("m", 1.5, "007"), (None, 2.0, "08")]


def test_parquet_and_frames_give_the_same_as_text(engine, tmp_path):
    frame = pd.DataFrame({"id": [12346.0, 12347.0], "group": [1, 2], "n": [1, 2]})
    frame.to_parquet(tmp_path / "people.parquet")
    asked = {"texts": {"who": "group"}, "numbers": {"n": "n"}, "customer": "id"}
    wanted = [("1", 1.0, "12346"), ("2", 2.0, "12347")]
    assert read(engine, "people.parquet", tmp_path, **asked) == wanted
    assert read(engine, frame, tmp_path, **asked) == wanted


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", SourceUnreadable, "it is empty"),
        (b"id,group\nA,M\xfcller\n", SourceUnreadable, "Save the file as UTF-8."),
        (b"PK\x03\x04....", SourceUnreadable, "Export the audit as CSV"),
        (b"id,grp\nA,m\n", UsageError, "validation.audit.*no column 'group'; it has id, grp"),
        (b"id,group,n\nA,m\n", SourceUnreadable, "every field is in its place"),
        (b"id,group,n\nA,m,1\nB,m\n", DataRefused, "1 rows have more or fewer fields"),
        (b"id,group,n\nA,m,many\n", DataRefused, "column 'n': it holds what is no number"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_mend(engine, tmp_path, content, error, said):
    (tmp_path / "people.csv").write_bytes(content)
    with pytest.raises(error, match=said) as told:
        read(
            engine,
            "people.csv",
            tmp_path,
            texts={"who": "group"},
            numbers={"n": "n"} if b",n" in content else {},
        )
    assert "orders" not in str(told.value)


def test_a_database_is_refused_by_its_own_remedy(engine, tmp_path):
    with duckdb.connect(str(tmp_path / "people.db")) as database:
        database.execute("create table people as select 'A' as id")
    with pytest.raises(SourceUnreadable, match="Export its table as CSV or parquet"):
        read(engine, "people.db", tmp_path, customer="id")
