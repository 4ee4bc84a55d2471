"""A first regulars.yaml: what each column probably is, and why."""
