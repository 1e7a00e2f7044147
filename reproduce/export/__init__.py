"""The record and the verdicts for other people's tools: JSON Schemas, and a research object."""
