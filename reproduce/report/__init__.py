"""The record as a page: every claim with its evidence, in one HTML file that needs nothing beside it."""
