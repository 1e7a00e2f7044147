"""The command line: ``reproduce NAME`` is NAME.py, its options and what it prints. Heavy imports happen inside."""
