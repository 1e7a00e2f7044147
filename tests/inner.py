"""How a test calls pytest from within: with this package's plugin, and with no other that happens to be installed."""

#: Before each inner session; finding out what is installed, and loading it, takes longer than a toy's claims.
ALONE = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


def words(options=()):
    """What stands before a session's own options; xdist where workers are asked for."""
    workers = ["-p", "xdist"] if any(str(one).startswith("-n") for one in options) else []
    return ["-p", "reproduce.verdicts.plugin", "-p", "no:cacheprovider", *workers, "--color=no"]


def session(pytester, monkeypatch, *options):
    """Run pytest on what ``pytester`` wrote, in this process."""
    with monkeypatch.context() as patch:
        patch.setenv(ALONE, "1")
        return pytester.runpytest_inprocess(*words(options), *options)
