"""How a container ends is read off its image name, so that a test chooses it in a manifest.

anything else   Running and Ready after 0.3 s
slow            Ready after 5 s
unready         Running, never Ready, with Unhealthy events
crash           exits 1 after 1 s, again and again: CrashLoopBackOff
oom             killed with 137, OOMKilled: CrashLoopBackOff; healthy with a memory limit of 128Mi or more
missing         ErrImagePull, then ImagePullBackOff
done            exits 0 after 1 s (a Job's pod: Succeeded)
stuck           Running; takes 20 s to go when deleted
badconfig       CreateContainerConfigError: its secret does not exist
pending         no node takes it: Unschedulable
"""

from sandbox.cluster.objects import Object
from sandbox.cluster.quantity import amount

_ENOUGH = 128 * 1024**2
WORDS = ("slow", "unready", "crash", "oom", "missing", "done", "stuck", "badconfig", "pending")


def fate_of(image: str) -> str:
    """The first of the words that is in the image name, or `healthy`."""
    return next((word for word in WORDS if word in image), "healthy")


def fate_in(container: Object) -> str:
    """Of a container as a pod's spec has it."""
    limit = ((container.get("resources") or {}).get("limits") or {}).get("memory", 0)
    fate = fate_of(container["image"])
    return "healthy" if fate == "oom" and (amount(limit) or 0) >= _ENOUGH else fate


def has_fate(pod: Object, fate: str) -> bool:
    return any(fate_of(container["image"]) == fate for container in pod["spec"]["containers"])
