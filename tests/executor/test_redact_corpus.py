"""Recall on the shapes that secrets have, and no false alarm on ordinary output; figures are for the bench to print."""

import pytest

from executor.redact import MASK, mask, mask_lines
from tests.corpus.secrets import ORDINARY, PLANTED, WAYS, false_alarms, leaks, planted


@pytest.mark.parametrize("line", PLANTED)
def test_a_planted_secret_does_not_come_out(line: str) -> None:
    for seed in range(5):
        text, secrets = planted(line, seed)
        masked = mask(text)
        assert [secret for secret in secrets if secret in masked.text] == []
        assert masked.count >= 1
        assert MASK in masked.text


@pytest.mark.parametrize("line", PLANTED)
def test_a_secret_does_not_come_out_between_other_lines(line: str) -> None:
    text, secrets = planted(line, 9)
    shown = "\n".join(mask_lines([ORDINARY[0], *text.split("\n"), ORDINARY[1]]))
    assert [secret for secret in secrets if secret in shown] == []
    assert shown.startswith(ORDINARY[0])
    assert shown.endswith(ORDINARY[1])


@pytest.mark.parametrize("line", PLANTED)
def test_masked_text_is_left_alone(line: str) -> None:
    once = mask(planted(line, 3)[0]).text
    assert mask(once) == mask(once).model_copy(update={"text": once, "count": 0})


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_output_is_not_touched(line: str) -> None:
    assert mask(line).text == line
    assert mask(line).count == 0


def test_ordinary_output_is_not_touched_as_a_whole() -> None:
    assert mask_lines(ORDINARY) == ORDINARY


def test_everything_at_once_still_hides_everything() -> None:
    filled = [planted(line, 5) for line in PLANTED]
    shown = mask("\n\n".join(text for text, _ in filled)).text
    assert [secret for _, secrets in filled for secret in secrets if secret in shown] == []


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_does_not_come_out_by_any_way_that_cluster_text_takes(way: str) -> None:
    assert [line for line in PLANTED for seed in range(2) if leaks(line, way, seed)] == []


def test_ordinary_output_is_not_touched_on_any_way() -> None:
    assert not any(false_alarms().values())


def test_a_manifest_in_a_diff_hides_the_data_that_changed() -> None:
    head = "@@ -1,5 +1,5 @@\n kind: Secret\n metadata:\n   name: db\n data:"
    diff = f"{head}\n-  any: b2xkdmFsdWU=\n+  any: bmV3dmFsdWU=\n   keep: c2FtZQ=="
    shown = mask(diff).text
    assert "b2xkdmFsdWU" not in shown
    assert "bmV3dmFsdWU" not in shown
    assert "-  any: ***\n+  any: ***" in shown


def test_a_diff_without_secrets_is_left_alone() -> None:
    diff = "--- a/web.yaml\n+++ b/web.yaml\n@@ -1,3 +1,3 @@\n spec:\n-  replicas: 3\n+  replicas: 5\n   paused: false"
    assert mask(diff).text == diff
