"""Save the runs of a claims session as numbered files, find them again and compare two."""
