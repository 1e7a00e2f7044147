"""The nightly workflow's own scripts, run with stand-ins for what they call."""

import os
import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

WORKFLOWS = Path(__file__).parents[2] / ".github" / "workflows"
NIGHTLY = WORKFLOWS / "nightly.yml"

pytestmark = pytest.mark.skipif(not NIGHTLY.exists() or not shutil.which("bash"), reason="no workflow or no bash here")


@pytest.fixture
def step(tmp_path):
    """``step("Judge", STORAGE=...)`` runs a step's script; gives the arguments that its commands were called with."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("reproduce", "pytest"):
        (tools / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/{name}.args"\n')
        (tools / name).chmod(0o755)

    def run(name, **variables):
        block = re.search(rf"- name: {name}\n(?:.*\n)*?( +)run: \|\n((?:\1  .*\n)+)", NIGHTLY.read_text())
        environment = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "TIER": "nightly"} | variables
        command = ["bash", "-e", "-c", textwrap.dedent(block[2])]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
        return {path.stem: path.read_text().splitlines() for path in tmp_path.glob("*.args")}

    return run


def test_the_night_says_when_it_has_nothing_to_compare_with(step, tmp_path):
    """Without a saved run the summary says so; with one the night is compared with it."""
    called = step("Judge", STORAGE=".claims")
    assert "Nothing to compare with" in (tmp_path / "compared.md").read_text()
    assert "--claims-compare" not in called["pytest"]
    (tmp_path / ".claims").mkdir()
    (tmp_path / ".claims" / "0001_x.json").write_text("{}")
    called = step("Judge", STORAGE=".claims")
    assert "Compared with the last of 1 saved runs" in (tmp_path / "compared.md").read_text()
    assert {"--claims-compare", "--claims-autosave", "--claims-storage=.claims"} <= set(called["pytest"])


def test_the_night_names_what_may_wait(step, tmp_path):
    """Each word is an --allow-waiting of its own, and a pattern is not the shell's to expand."""
    (tmp_path / "mlp.py").write_text("")
    called = step("Measure", MAY_WAIT="FriesianCattle2017 mlp.*")["reproduce"]
    assert called[-4:] == ["--allow-waiting", "FriesianCattle2017", "--allow-waiting", "mlp.*"]
    assert step("Measure", MAY_WAIT="")["reproduce"] == called[:-4]


def test_the_papers_own_rows_are_run_on_both_machines(step):
    """One command, nothing asked, within what the machine is lent for; from what the night before had fetched."""
    called = step("The paper", MAY_WAIT="FriesianCattle2017")["reproduce"]
    assert called[:6] == ["paper", "--yes", "--tier", "nightly", "--budget", "300"]
    assert called[6:] == ["--allow-waiting", "FriesianCattle2017"]
    text = NIGHTLY.read_text()
    assert """name: ${{ fromJSON(vars.REPRODUCE_GPU == 'true' && '["plain", "gpu"]' || '["plain"]') }}""" in text
    assert text.index("actions/cache@") < text.index("name: The paper")


def test_saved_runs_outlive_the_checkout():
    """What the checkout cleans is restored before the claims are judged, and saved also after a failure."""
    text = NIGHTLY.read_text()
    order = ["actions/checkout@", "actions/cache/restore@", "name: Judge", "actions/cache/save@"]
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert re.search(r"cache/save@v4\n +if: always\(\)", text)
    assert len(re.findall(r"key: claims-\$\{\{ github\.run_id \}\}", text)) == 2
    assert "restore-keys: claims-\n" in text


def test_no_job_queues_for_a_runner_that_there_is_not():
    """What asks for a GPU asks for the repository's variable first; a job that was skipped opens no issue."""
    jobs = re.split(r"\n  (?=\w+:\n)", NIGHTLY.read_text().partition("\njobs:\n")[2])
    (measure,) = [job for job in jobs if "runs-on: [self-hosted" in job]
    assert measure.partition("runs-on")[0].count("vars.REPRODUCE_GPU == 'true'") == 1
    (issue,) = [job for job in jobs if "issues: write" in job]
    assert "needs.measure.result != 'skipped'" in issue


def test_a_cached_path_is_one_that_the_action_takes():
    """It refuses a path with "..", with a warning alone."""
    for name in WORKFLOWS.glob("*.yml"):
        text = name.read_text()
        blocks = re.findall(r"actions/cache\S*\n(?: +if: .*\n)? +with:\n +path: (\|\n(?: {12}.*\n)+|.*\n)", text)
        assert len(blocks) == text.count("actions/cache")
        assert not any(".." in block for block in blocks)


def test_a_releases_record_comes_back_as_a_pull_request(tmp_path, step):
    """A branch with the record alone, and its summary as the text; nothing where the record is as it was."""

    def git(*words):
        return subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    (tmp_path / "claims" / "record").mkdir(parents=True)
    (tmp_path / "claims" / "record" / "a.json").write_text("before")
    (tmp_path / "bin" / "gh").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/gh.args"\n')
    (tmp_path / "bin" / "gh").chmod(0o755)
    git("init", "-q", "-b", "main")
    git("init", "-q", "--bare", "host")
    git("add", "claims")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "before")
    git("config", f"url.{tmp_path}/host.insteadOf", "https://x-access-token:t@github.com/me/it.git")
    measured = tmp_path / "measured" / "claims" / "record"
    measured.mkdir(parents=True)
    (tmp_path / "measured" / "summary.md").write_text("what was found")
    (measured / "a.json").write_text("before")
    names = {"GH_TOKEN": "t", "GH_REPO": "me/it", "BASE": "main", "RUN": "7"}
    assert "gh" not in step("Propose", **names)
    (measured / "a.json").write_text("after")
    (measured / "first_sets.toml").write_text("")
    said = step("Propose", **names)["gh"]
    assert said[:6] == ["pr", "create", "--base", "main", "--head", "record-7"]
    assert git("--git-dir=host", "show", "record-7:claims/record/a.json") == "after"
    changed = git("--git-dir=host", "show", "--name-only", "--format=", "record-7").split()
    assert changed == ["claims/record/a.json", "claims/record/first_sets.toml"]
    assert "what was found" in (tmp_path / "body.md").read_text()


def test_a_gpu_that_tensorflow_does_not_find_stops_the_night():
    """With too old a driver it computes on the CPU without an error."""
    assert "assert tf.config.list_physical_devices('GPU')" in NIGHTLY.read_text()


@pytest.mark.parametrize("name", ["nightly.yml", "tests.yml"])
def test_the_python_and_the_build_of_torch_are_pinned(name):
    """Whatever the runner has, the python is ours, and torch comes as its CPU build."""
    text = (WORKFLOWS / name).read_text()
    assert "actions/setup-python@" in text
    assert "PIP_EXTRA_INDEX_URL: https://download.pytorch.org/whl/cpu" in text
    if name == "nightly.yml":
        assert text.count("import torch; assert torch.version.cuda is None") == text.count("--group claims")
