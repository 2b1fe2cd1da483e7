"""No secret leaves in any test (I9): who knows the secrets, and who watches every way out."""

from tests.leaks.secrets import Secret
from tests.leaks.visits import visit
from tests.leaks.watch import WATCH, Leak, Watch

__all__ = ["WATCH", "Leak", "Secret", "Watch", "visit"]
