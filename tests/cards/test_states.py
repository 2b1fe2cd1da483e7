"""Which colour a state has: by the cluster's own words, and none where nothing is known."""

import pytest

from cards.states import Mood, mood, signed


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("Running", "good"),
        ("Completed", "good"),
        ("Bound", "good"),
        ("Ready=True", "good"),
        ("SUCCESS", "good"),
        ("Pending", "moving"),
        ("Init:0/1", "moving"),
        ("PodInitializing", "moving"),
        ("Ready,SchedulingDisabled", "moving"),
        ("CrashLoopBackOff", "bad"),
        ("Init:ImagePullBackOff", "bad"),
        ("CreateContainerConfigError", "bad"),
        ("NotReady", "bad"),
        ("Available=False", "bad"),
        ("REFUSED", "bad"),
        ("Stopped", "over"),
        ("DENIED", "over"),
        ("ClusterIP", "unknown"),
        ("Running away from errors", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_state_by_its_word(cell: str, told: Mood) -> None:
    assert mood(cell, "state") == told


@pytest.mark.parametrize(
    ("cell", "told"), [("3/3", "good"), ("1/3", "moving"), ("0/3", "bad"), ("0/0", "over"), ("x/3", "unknown")]
)
def test_what_is_ready_by_its_share(cell: str, told: Mood) -> None:
    assert mood(cell, "ready") == told


def test_no_other_column_is_looked_at() -> None:
    assert {mood("CrashLoopBackOff", role) for role in ("name", "detail", "text")} == {"unknown"}


def test_a_dot_where_cells_have_no_colour() -> None:
    assert signed("Running", "state") == "🟢 Running"
    assert signed("0/1", "ready") == "🔴 0/1"
    assert signed("1/1", "ready") == "1/1", "the rule needs no mark"
    assert signed("web-0", "name") == "web-0"
