"""Claims about behaviour held to the orders themselves: by category and period, with intervals.

The way of a claim: ``reading`` (which behaviour is claimed of whom, where and when) → ``queries`` (sums of
customers in the engine) → ``estimates`` (rates, differences, intervals) → ``rulings`` (where it holds and
where not) → ``sentences`` (the finding in words). The words of a language are data, ``en.toml``.
"""
