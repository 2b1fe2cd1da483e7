"""A Kubernetes cluster to talk to when there is none: the real API's rules over real HTTP, in one asyncio process.

    async with ClusterStandIn(speed=10, seed=demo_shop) as cluster:
        cluster.write_kubeconfig(path)

Or from a shell: `python -m sandbox.cluster --kubeconfig FILE`.
"""

from sandbox.cluster.access import Rule, User
from sandbox.cluster.clock import Clock
from sandbox.cluster.crowds import crowd
from sandbox.cluster.failures import Failure
from sandbox.cluster.faults import Call
from sandbox.cluster.standin import ClusterStandIn
from sandbox.cluster.worlds import demo_shop

__all__ = ["Call", "Clock", "ClusterStandIn", "Failure", "Rule", "User", "crowd", "demo_shop"]
