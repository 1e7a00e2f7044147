"""A user's own animals: embedded, matched, and shown on a page."""
