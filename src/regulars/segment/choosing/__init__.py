"""How many segments: every candidate measured alike, one recommended."""
