"""Sources into rows: files, tables and frames read without guessing, and what is wrong with each record."""
