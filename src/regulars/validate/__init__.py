"""Is it real, is it still true: what stands the test of other customers and of time."""
