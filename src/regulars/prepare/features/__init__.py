"""Features: what can be known of a customer, and the table of it."""
