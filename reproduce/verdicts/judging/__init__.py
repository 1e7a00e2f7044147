"""Judge: numbers in, a verdict out. Nothing here knows of pytest or of files."""
