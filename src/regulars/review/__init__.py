"""Verdicts into decisions: what is said about segments, kept with everything that happened to it."""
