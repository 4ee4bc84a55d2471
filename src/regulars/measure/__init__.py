"""Measures of a segmentation that both choosing it and validating it use."""
