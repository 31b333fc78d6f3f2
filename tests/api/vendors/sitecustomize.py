"""Python runs this at start where `PYTHONPATH` names this folder: the integrations here stand beside the real ones."""

from pathlib import Path

import crossdock.integrations

crossdock.integrations.__path__.append(str(Path(__file__).parent))
