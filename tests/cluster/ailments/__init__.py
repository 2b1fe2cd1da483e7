"""What can be wrong, one thing each. Importing the modules fills the list."""

from tests.cluster.ailments import disks, endings, places, rules, runs, sizes, starts, ways, words
from tests.cluster.ailments.ailment import ALL, Ailment, NotHere

__all__ = [
    "ALL",
    "Ailment",
    "NotHere",
    "disks",
    "endings",
    "places",
    "rules",
    "runs",
    "sizes",
    "starts",
    "ways",
    "words",
]
