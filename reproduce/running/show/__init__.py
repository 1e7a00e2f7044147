"""Show a run: the plan, a live line while it goes on, and the sum after it, in words and as JSON."""
