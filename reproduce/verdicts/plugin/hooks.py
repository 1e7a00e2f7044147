"""What a conftest.py or another plugin may add to a session of claims. An implementation names what it needs.

    def pytest_claims_columns(config):
        return [("Lens", lambda outcome: outcome.extra_info.get("lens", ""))]

A project that is also tested without this plugin marks it ``@pytest.hookimpl(optionalhook=True)``.
"""

from typing import Any

import pytest


@pytest.hookspec
def pytest_claims_columns(config: pytest.Config) -> list[tuple[str, Any]]:  # type: ignore[empty-body]
    """Return columns as (heading, cell): ``cell`` makes a row's text of a ``reproduce.verdicts.outcome.Outcome``.

    They are in the table, the Markdown and the CSV, and ``--claims-columns`` takes their headings.
    """


@pytest.hookspec
def pytest_claims_update_machine_info(config: pytest.Config, machine_info: dict[str, Any]) -> None:
    """Change in place what a saved run says of its machine, as JSON has it: ``environment`` in the file."""
