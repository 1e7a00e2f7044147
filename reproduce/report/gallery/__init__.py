"""Show photographs: what models find, every animal, and what the audit found to be the same."""
