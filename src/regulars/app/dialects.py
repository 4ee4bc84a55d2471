"""The dialects that a segmentation can be written in; kept apart, so that help loads no engine."""

DIALECTS = ("duckdb", "postgres", "spark", "snowflake", "bigquery", "databricks", "redshift", "trino")
