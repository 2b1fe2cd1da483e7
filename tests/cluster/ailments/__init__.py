"""What can be wrong, one thing each. Importing the modules fills the list."""

from tests.cluster.ailments import containers, places, wholes
from tests.cluster.ailments.ailment import ALL, Ailment, NotHere

__all__ = ["ALL", "Ailment", "NotHere", "containers", "places", "wholes"]
