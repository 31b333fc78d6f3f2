"""The scripts of the build are not installed, so the root of the project has to be on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
