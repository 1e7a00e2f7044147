"""A setting binds: its data sets bring the network's factors and the seeds, and a claim that ignores it is refused."""

import json

import pytest

from reproduce.experiments import dcnn, mlp
from reproduce.verdicts.files.roles import Role

HEAD = '''
"""Table X: a toy."""
import pytest
from reproduce.experiments import Result, experiment
from reproduce.verdicts import judged_in, statement

@experiment("toy.network", varies=("order",), needs=("weights",), seconds=0.001)
def network(catalogue, seed, *, backbone="theirs", weights="none", dim=64):
    """Scores by its backbone."""
    return Result({"map_at_r": {"theirs": 0.5, "ours": 0.2}[backbone] + 0.064 / dim * seed})

@experiment("toy.pixels", varies=("order",), needs=(), seconds=0.001)
def pixels(catalogue, seed, *, backbone="none"):
    """Scores without a network, by a factor that happens to have the name of one of the network's."""
    return Result({"map_at_r": {"none": 0.1}[backbone] + 0.001 * seed})
'''

SETTINGS = """
[paper]
stands_for = "the paper's own"
cattle = "FriesianCattle2017"
herd = ""

[other]
stands_for = "another network"
differs = ["network"]
where = "with another network"
seeds = 3
cattle = "FriesianCattle2017"
on_cattle = { backbone = "ours", momentum = 1 }

[barn]
stands_for = "other cattle, as it says"
differs = ["animals", "network"]
where = "in the barn"
cattle = "FriesianCattle2017"
on_cattle = { backbone = "ours" }
"""


def claims(measured, *settings):
    """A claim file of one claim, which measures this."""
    return f'''{HEAD}
@statement("X.1", at="Table X", unit="MAP@R %")
@judged_in({", ".join(map(repr, settings))})
def test_one(claim, setting):
    """The toy scores above 40."""
    claim.at_least({measured}, 40, because="a toy")
'''


def said(result):
    """All that a session printed."""
    return "\n".join([*result.outlines, *result.errlines])


@pytest.mark.parametrize(
    "measured, theirs, ours, n",
    [
        ("claim(network, setting.cattle, score='map_at_r')", 50.65, 20.1, 3),
        ("claim(network, setting.cattle, score='map_at_r', seeds=2)", 50.05, 20.05, 2),
        ("claim(network, setting.cattle, score='map_at_r', dim=32)", 51.3, 20.2, 3),
    ],
)
def test_a_data_set_brings_the_settings_network_and_seeds(claim_session, measured, theirs, ours, n):
    """A claim that names the role alone is measured with the network and the seeds of its setting."""
    claim_session(claims(measured, "paper", "other"), "--claims-json=run.json", settings=SETTINGS)
    run = json.loads((claim_session.path / "run.json").read_text())
    found = {one["spec"]["id"]: one for one in run["claims"]}
    assert found["X.1"]["ours"] == pytest.approx(theirs)
    assert found["X.1@other"]["ours"] == pytest.approx(ours)
    assert len(found["X.1@other"]["values"]) == n


def test_a_factor_given_in_the_claim_goes_before_the_settings(claim_session):
    """One change to a setting's network is written as that change alone."""
    changed = "claim(network, setting.cattle, score='map_at_r', backbone='theirs')"
    both = f"{changed} - claim(network, setting.cattle, score='map_at_r', dim=32)"
    claim_session(claims(both, "other"), "--claims-json=run.json", settings=SETTINGS)
    run = json.loads((claim_session.path / "run.json").read_text())
    assert run["claims"][0]["ours"] == pytest.approx(29.9)


@pytest.mark.parametrize(
    "measured, settings, says",
    [
        (
            "claim(network, 'FriesianCattle2017', score='map_at_r')",
            ("other",),
            "measures 'FriesianCattle2017', which the setting 'other' does not name; write a role of the setting",
        ),
        (
            "claim(network, 'FriesianCattle2017', score='map_at_r')",
            ("paper",),
            "measures 'FriesianCattle2017', which the setting",
        ),
        (
            "claim(pixels, setting.cattle, score='map_at_r')",
            ("other",),
            "the setting 'other' differs in network, and the claim measures the same there as in the paper's own",
        ),
        (
            "claim(network, setting.cattle, score='map_at_r', backbone='theirs')",
            ("other",),
            "the setting 'other' differs in network, and the claim measures the same there as in the paper's own",
        ),
        (
            "claim(network, '', score='map_at_r')",
            ("other",),
            "the setting 'other' differs in network, and the claim measures the same there as in the paper's own",
        ),
        (
            "claim(network, setting.cattle, score='map_at_r')",
            ("barn",),
            "differs in animals and network, and the claim measures FriesianCattle2017 as in the paper's own",
        ),
    ],
)
def test_a_claim_that_ignores_its_setting_is_refused(claim_session, measured, settings, says):
    """Nothing is judged under the name of a setting that the claim does not measure."""
    result = claim_session(claims(measured, *settings), settings=SETTINGS)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert says in said(result)
    assert "Traceback" not in said(result)


def test_without_a_setting_a_claim_names_its_data(claim_session):
    """A claim that is judged in no setting names its data set itself."""
    alone = claims("claim(pixels, 'FriesianCattle2017', score='map_at_r')").replace("@judged_in()\n", "")
    result = claim_session(alone.replace("(claim, setting)", "(claim)"), settings=SETTINGS)
    result.assert_outcomes(failed=1)  # it is judged: a tenth is not above 40 %


def test_a_role_reaches_what_has_a_network_alone():
    """Of the factors an experiment gets those that it has; one without a network gets none, though it has the name."""
    role = Role("LionData", {"resize": "area", "weights": "none", "momentum": 1}, 5)
    assert json.dumps(role) == '"LionData"'
    assert role.reaching(dcnn.embed) == {"resize": "area", "weights": "none"}
    assert "learning_rate" in mlp.train.defaults
    assert Role("LionData", {"learning_rate": 1.0}).reaching(mlp.train) == {}
