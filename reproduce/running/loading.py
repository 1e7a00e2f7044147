"""Every experiment there is: the package's own, those of installed packages, and those you name."""

import importlib
import os
import pkgutil
from importlib.metadata import entry_points

from reproduce import experiments
from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Experiment, registered

__all__ = ["EXTRA", "load_all"]

#: Environment variable: modules, by comma, whose import registers experiments of your own.
EXTRA = "REPRODUCE_EXPERIMENTS"


def load_all() -> dict[str, Experiment]:
    """Import every module that registers experiments; all of them by name.

    The modules of the room of experiments, those of the entry point group "reproduce.experiments", and those named in
    ``REPRODUCE_EXPERIMENTS``. Worker processes do the same, so what is found here is found there.
    """
    for module in pkgutil.walk_packages(experiments.__path__, f"{experiments.__name__}."):
        importlib.import_module(module.name)
    for point in entry_points(group="reproduce.experiments"):
        point.load()
    for name in filter(None, (part.strip() for part in os.environ.get(EXTRA, "").split(","))):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not name.startswith(error.name):
                raise
            raise InvalidInputError(f"{EXTRA} names {name!r}, which cannot be imported from here") from None
    return registered()
