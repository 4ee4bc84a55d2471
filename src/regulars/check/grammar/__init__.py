"""The grammar: what a clause claims. Each module reads one way of saying something of a table.

A reader takes a clause and gives the verdicts on what it finds in it: an empty list where it finds nothing.
"""
