"""Words into verdicts, with no model: a text about segments is read, and every claim in it held to the facts.

The way of a sentence: ``tokens`` → ``quantities``, ``dates`` and ``subjects`` (what is said in figures, when,
and of whom) → ``clauses`` → ``grammar`` (claims: a computation and the values that make the words true) →
``verdicts``. The words of a language are data in ``locale``; what a metric is called comes from the facts.
"""
