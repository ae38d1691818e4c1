"""The error of a machine that lacks something: the run says so, and is no failure."""


class ServiceUnavailableError(Exception):
    """A service was neither named nor could be started."""
