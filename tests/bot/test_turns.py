"""The pace of executions."""

from bot.turns import Turns


async def test_a_burst_goes_at_once_and_the_rest_waits_longer_and_longer() -> None:
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    turns = Turns(per_second=0.001, burst=3, sleep=sleep)
    for _ in range(3):
        await turns.take()
    assert asked == []
    for _ in range(3):
        await turns.take()
    assert len(asked) == 3
    assert asked == sorted(asked)
    assert asked[0] > 900
    assert asked[2] > 2900
