"""``python -m regulars``: the same as the ``regulars`` command."""

from regulars.app.cli import main

main()
