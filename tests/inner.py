"""How a test calls pytest from within: with this package's plugin, and with no other that happens to be installed."""

from reproduce.verdicts import plugin

#: Before each inner session; finding out what is installed, and loading it, takes longer than a toy's claims.
ALONE = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


def session(pytester, monkeypatch, *options):
    """Run pytest on what ``pytester`` wrote, in this process; with xdist where workers are asked for.

    They are told of the plugin by its name. Otherwise it is handed over: pytest looks for a name in all that is
    installed.
    """
    workers = any(str(one).startswith("-n") for one in options)
    named = ["-p", plugin.__name__, "-p", "xdist"] if workers else []
    with monkeypatch.context() as patch:
        patch.setenv(ALONE, "1")
        return pytester.runpytest_inprocess(
            *named, "-p", "no:cacheprovider", "--color=no", *options, plugins=() if workers else [plugin]
        )
