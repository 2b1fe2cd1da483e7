"""How long a model is waited for, and how much it may do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to connect, without a sign of life, for one request of a person altogether (`reading` of them with tools, so that
    some are left for the answer), between tries, and how long the model is left alone after a failure. `longest_rest` bounds how
    that doubles."""

    connect: float = 5.0
    silence: float = 20.0
    whole: float = 60.0
    reading: float = 40.0
    tries: int = 3
    pause: float = 0.5
    longest_pause: float = 5.0
    rest: float = 30.0
    longest_rest: float = 300.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request of a person may cost. At the end of each a model is told to answer with what it knows."""

    calls: int = 25
    """Uses of tools, all together: as many as a diagnosis by the rules may ask of a cluster."""
    at_once: int = 4
    """Tools that run at the same time: a cluster has others to serve."""
    result: int = 12 * 1024
    """Bytes of one tool's result; most have less (`Look.most`)."""
    results: int = 60 * 1024
    """Bytes of all results together: as much as a diagnosis has."""
    rounds: int = 12
    """Calls of the model. With several tools in each, 25 uses take a handful."""
    tokens: int = 200_000
    """All that it reads and writes, cached or not: ten times what a proposal takes (`python -m tests.bench model`)."""
    output: int = 2048
    """Tokens of one answer: a card shows 2000 characters, and arguments are short."""
    proposals: int = 5
    """As many as a message of a person may ask for."""
