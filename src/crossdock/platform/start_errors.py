"""Why a start did not happen."""


class StartRefused(Exception):
    """Crossdock cannot start; the message is one line for the user, with the remedy."""


class StartCancelled(Exception):
    """The start was given up because its caller is asked to stop."""
