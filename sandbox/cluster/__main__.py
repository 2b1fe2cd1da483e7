"""`python -m sandbox.cluster --kubeconfig FILE`: serve until SIGTERM or SIGINT."""

import argparse
import asyncio
import signal
from pathlib import Path

from sandbox.cluster.crowds import crowd
from sandbox.cluster.standin import ClusterStandIn
from sandbox.cluster.worlds import demo_shop

SEEDS = {"shop": demo_shop, "empty": None}


async def serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def seed(cluster: ClusterStandIn) -> None:
        if world := SEEDS[arguments.seed]:
            world(cluster)
        if arguments.crowd:
            crowd(cluster, arguments.crowd)

    async with ClusterStandIn(speed=arguments.speed, seed=seed, nodes=arguments.nodes, port=arguments.port) as cluster:
        config = arguments.kubeconfig
        for user in ("viewer", "nobody"):
            cluster.write_kubeconfig(config.with_name(f"{config.name}.{user}"), user)
        # Complete before it has its name: who waits for the file may read it at once.
        part = config.with_name(f"{config.name}.part")
        cluster.write_kubeconfig(part).rename(config)
        print(cluster.server, flush=True)
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.cluster", description=__doc__)
    parser.add_argument(
        "--kubeconfig",
        type=Path,
        required=True,
        help="written once the cluster serves; beside it FILE.viewer, FILE.nobody",
    )
    parser.add_argument("--seed", default="shop", choices=sorted(SEEDS))
    parser.add_argument("--speed", type=float, default=1.0, help="divides every wait of controllers and kubelet")
    parser.add_argument("--crowd", type=int, default=0, help="a further deployment with so many running pods")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
