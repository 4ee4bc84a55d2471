"""All of it out of the house: the dashboard and the pieces of it that a notebook shows."""
