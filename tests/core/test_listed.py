"""Pages that list what the code has: every option of the plugin, every data set's licence."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="no docs beside the tests")


def test_every_option_of_the_plugin_is_on_its_page(pytester):
    """And the page lists none that there is not."""
    helped = pytester.runpytest_inprocess("--help").stdout.str()
    options = set(re.findall(r"^\s+(--claims-[a-z]+(?:-[a-z]+)*)", helped, re.MULTILINE))
    page = (DOCS / "plugin.md").read_text(encoding="utf-8")
    assert len(options) > 15
    assert set(re.findall(r"^\| `(--claims-[a-z-]+)", page, re.MULTILINE)) == options
    settings = set(re.findall(r"^\s+(claims_[a-z_]+) \(", helped, re.MULTILINE))
    assert len(settings) > 5
    assert set(re.findall(r"(?<![a-z_])claims_[a-z_]+", page)) == settings


@pytest.mark.parametrize("name", ["FriesianCattle2017", "LionData", "OpenCows2020"])
def test_the_data_card_states_each_publishers_licence(name):
    """As wildlife-datasets has it, with the published counts."""
    pytest.importorskip("wildlife_datasets")
    from reproduce.datasets import wildlife

    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (DOCS / "data.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    at = rows[0].index(name)
    card = {row[0]: row[at] for row in rows if len(row) == len(rows[0])}
    known = wildlife.classes()[name]
    assert card["licence"] == (known.licence or "none stated")
    assert card["images, animals, as published"] == f"{known.images}, {known.animals}"
