"""Claims without a checkout: a release's archive, fetched whole and verified, or not at all."""

import hashlib
import io
import tarfile

import pytest
from hosts import hosting
from typer.testing import CliRunner

import reproduce.verdicts.plugin.session  # noqa: F401  (pytest keys of a module imported twice would not agree)
from reproduce.cli import app
from reproduce.errors import ReproduceError
from reproduce.verdicts.files import fetched

CLAIMS = {
    "claims/paper.toml": '["X.fetched"]\nat = "Table X"\n',
    "claims/test_fetched_toy.py": '''"""Table X: a toy."""
from reproduce.verdicts import statement

@statement("X.fetched", at="Table X")
def test_toy(claim):
    """A toy that was fetched says something."""
    claim.waits("better days")
''',
}


def archive(files=CLAIMS):
    """A .tar.gz of the files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return content.getvalue()


def digest(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A folder without claims, with a cache of its own; ``nowhere(url, content)`` names the release's archive."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    monkeypatch.delenv(fetched.VARIABLE, raising=False)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    return lambda url, content: monkeypatch.setenv(fetched.VARIABLE, f"{url} {digest(content)}")


def call(*words):
    return CliRunner().invoke(app, words)


def kept(folder):
    """Every file of the cache but the locks."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock"))


def test_without_a_checkout_the_claims_are_offered_fetched_and_found_again(nowhere, tmp_path):
    """One request; after it `list` and `paper` know them without being asked to fetch, and no archive is left."""
    content = archive()
    with hosting(**{"claims.tar.gz": content}) as host:
        nowhere(f"{host.address}/claims.tar.gz", content)
        offered = call("claims", "paper")
        assert offered.exit_code == 1
        assert "call this from the project's root, or with --fetch" in str(offered.exception)
        assert "reproduce claims paper --fetch" in str(call("claims", "list").exception)
        assert host.asked == []
        first = call("claims", "paper", "--fetch")
        assert first.exit_code == 0, first.exception
        assert "X.fetched" in call("claims", "list").stdout
        assert call("claims", "paper").stdout == call("claims", "paper", "--fetch").stdout == first.stdout
        assert len(host.asked) == 1
    found = [name for name in kept(tmp_path / "cache" / "claims") if not name.endswith(".pyc")]  # Python's own
    assert found == ["paper.toml", "test_fetched_toy.py"]


def test_a_file_on_this_machine_will_do(nowhere, tmp_path):
    """As for a cluster without a network."""
    (tmp_path / "copy.tar.gz").write_bytes(archive())
    nowhere((tmp_path / "copy.tar.gz").as_uri(), archive())
    assert fetched.fetch() == fetched.home(fetched.FOLDER)
    assert (fetched.fetch() / "paper.toml").is_file()


@pytest.mark.parametrize(
    "content, published, says",
    [
        (archive({**CLAIMS, "claims/test_evil.py": "1 / 0"}), archive(), "is not its publisher's"),
        (archive({"README": "no claims"}), None, "holds no claims/paper.toml"),
        (archive({"../claims/paper.toml": ""}), None, "would write outside its folder"),
        (archive()[:100], None, "is no whole archive"),
        (None, archive(), "HTTP 404"),
    ],
    ids=["another's", "no claims", "outside", "torn", "not there"],  # an archive holds its time: no id of two workers
)
def test_what_is_not_the_release_s_is_one_line_and_leaves_nothing(nowhere, tmp_path, content, published, says):
    """Another digest, no claims, a way out of the folder, a torn archive, none at all: nothing can be run of it."""
    with hosting(**({} if content is None else {"claims.tar.gz": content})) as host:
        nowhere(f"{host.address}/claims.tar.gz", published or content)
        done = call("claims", "paper", "--fetch")
    assert isinstance(done.exception, ReproduceError)
    assert says in str(done.exception)
    assert len(str(done.exception).splitlines()) == 1
    assert not [name for name in kept(tmp_path / "cache" / "claims") if name.endswith((".py", ".toml"))]
    assert fetched.home(fetched.FOLDER) == fetched.FOLDER


def test_a_kill_between_unpacking_and_moving_leaves_no_half(nowhere, tmp_path, monkeypatch):
    """The next call fetches anew."""
    (tmp_path / "copy.tar.gz").write_bytes(archive())
    nowhere((tmp_path / "copy.tar.gz").as_uri(), archive())

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fetched.os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            fetched.fetch()
    assert fetched.home(fetched.FOLDER) == fetched.FOLDER
    assert (fetched.fetch() / "paper.toml").is_file()


@pytest.mark.parametrize(
    "text", ["https://host/a.tar.gz", "https://host/a.tar.gz md5:1", "a.tar.gz sha256:" + 64 * "0"]
)
def test_an_archive_without_a_digest_is_refused(nowhere, monkeypatch, text):
    """Its claims would be run."""
    monkeypatch.setenv(fetched.VARIABLE, text)
    assert "is not 'URL sha256:DIGEST'" in str(call("claims", "paper", "--fetch").exception)


def test_a_package_of_no_release_says_so(nowhere):
    """And how to name an archive."""
    assert "REPRODUCE_CLAIMS='URL sha256:DIGEST'" in str(call("claims", "paper", "--fetch").exception)


def test_claims_at_hand_are_judged_whatever_was_fetched(nowhere, tmp_path):
    """A checkout goes before."""
    (tmp_path / "copy.tar.gz").write_bytes(archive())
    nowhere((tmp_path / "copy.tar.gz").as_uri(), archive())
    fetched.fetch()
    (tmp_path / "empty" / "claims").mkdir()
    assert fetched.home(fetched.FOLDER) == fetched.FOLDER
