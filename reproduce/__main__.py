"""``python -m reproduce`` is ``reproduce``."""

from reproduce.cli import main

main()
