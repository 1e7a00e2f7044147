"""The fuzz tests' own modules, and a long profile for hypothesis: ``pytest tests/fuzz --hypothesis-profile=fuzz``."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))
settings.register_profile("fuzz", max_examples=20_000)
