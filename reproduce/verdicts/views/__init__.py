"""Show verdicts: the claims table, the paper on one screen, what is still needed."""
