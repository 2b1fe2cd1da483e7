"""Secrets are masked, ordinary text is not, and masking twice is masking once (I9)."""

from executor.redact import mask, mask_lines, mask_object


def test_a_password_in_a_log_line_is_hidden_and_counted() -> None:
    masked = mask("login user=bob password=hunter2 from 10.0.0.1")
    assert masked.text == "login user=bob password=*** from 10.0.0.1"
    assert masked.count == 1


def test_masked_text_is_not_masked_again() -> None:
    once = mask('{"password":"a b c"} Authorization: Bearer abc.def.123')
    assert mask(once.text).text == once.text
    assert mask(once.text).count == 0


def test_a_key_over_several_lines_becomes_one_line() -> None:
    lines = ["start", "-----BEGIN PRIVATE KEY-----", "M" * 64, "abc=", "-----END PRIVATE KEY-----", "end"]
    assert mask_lines(lines) == ("start", "-----BEGIN PRIVATE KEY----- *** -----END PRIVATE KEY-----", "end")


def test_an_object_loses_its_secrets_and_what_repeats_them() -> None:
    raw = {
        "kind": "Secret",
        "metadata": {
            "name": "db",
            "managedFields": [{}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "shop"},
        },
        "data": {"any": "aHVudGVyMg=="},
    }
    assert mask_object(raw) == {
        "kind": "Secret",
        "metadata": {"name": "db", "annotations": {"team": "shop"}},
        "data": {"any": "***"},
    }
