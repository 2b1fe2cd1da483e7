"""Secrets are masked, in text and in objects, and masking twice is masking once (I9)."""

import asyncio
import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executor.redact import MASK, MAX_TEXT, mask, mask_lines, mask_log, mask_object, mask_value


def test_a_password_in_a_log_line_is_hidden_and_counted() -> None:
    masked = mask("login user=bob password=hunter2 token=abcdef12 from 10.0.0.1")
    assert masked.text == "login user=bob password=*** token=*** from 10.0.0.1"
    assert masked.count == 2


def test_what_stands_around_a_secret_stays_readable() -> None:
    text = '{"user":"bob","password":"a b c","ok":true} see postgres://bob:pw1@db:5432/shop?x=1'
    assert mask(text).text == '{"user":"bob","password":"***","ok":true} see postgres://bob:***@db:5432/shop?x=1'


def test_a_key_over_several_lines_becomes_one_line() -> None:
    lines = ["start", "-----BEGIN PRIVATE KEY-----", "M" * 64, "abc=", "-----END PRIVATE KEY-----", "end"]
    assert mask_lines(lines) == ("start", "-----BEGIN PRIVATE KEY----- *** -----END PRIVATE KEY-----", "end")
    assert mask_lines([]) == ()
    assert mask_lines(["a", "", "b", ""]) == ("a", "", "b", "")


async def test_a_log_is_masked_whole_however_long_it_is_and_the_loop_goes_on() -> None:
    assert await mask_log("") == ((), 0)
    assert await mask_log("a\r\ntoken=abcdef12\n") == (("a", "token=***"), 1)
    turns = 0
    masking = asyncio.create_task(mask_log("password=hunter2hunter2 for bob\n" * 4000))
    while not masking.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 3
    assert await masking == (("password=*** for bob",) * 4000, 4000)


def test_of_a_long_text_the_end_is_kept_and_masked() -> None:
    text = "".join(f"line {number} password=secret{number}\n" for number in range(20_000))
    masked = mask(text)
    assert len(masked.text) <= MAX_TEXT
    assert masked.text.startswith("…\n")
    assert masked.text.endswith("line 19999 password=***\n")
    assert "secret1" not in masked.text
    assert mask(masked.text).text == masked.text


_WORDS = (
    "password = : ' \" \\ *** hunter2 word token eyJabcdef.eyJabcdef.abc Bearer Authorization digest basic :// bob:pw@host "
    "?token= & { } , name value path /password 密码 是 kind:Secret data: -- sk-abcdefghij0123456789 ${x} "
    "< > [ ] ( ) </ => @ _ . - x 9 aB== api_key"
)
_PHRASES = (
    ": ",
    "\n",
    " ",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "kind: Secret\n",
    "data:\n",
    "  a: b\n",
)
_MORE = (
    '"data":{',
    "Cookie: a=b",
    "curl -u a:b ",
    "mysql -pabc ",
    "\x1b[0m",
    "M" * 44,
    "basic ",
    "'auth':'QWxhZGRpbjpvcGVu'",
    "\n  ",
    "passwords:\n- ",
    "password: |\n",
    "%3D",
    "%26password%3Dhunter2",
    "cGFzc3dvcmQ9aHVudGVyMg==",
    '"passwords": ["a1b2c3", "',
    " is ",
    "改成",
    "（",
    "Xy7Kq9Lm",
    '--password", "',
    "sshpass -p ",
)
PIECES = st.sampled_from([*_WORDS.split(" "), *_PHRASES, *_MORE])


@settings(max_examples=800)
@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=80))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text


SECRETS = st.from_regex(r"[A-Za-z0-9_+/!@%^*-]{6,30}[0-9][A-Za-z]", fullmatch=True).filter(
    lambda secret: "***" not in secret
)
AROUND = st.text(st.characters(codec="ascii", exclude_characters="\"'`\\"), max_size=20)


@settings(max_examples=300)
@given(
    AROUND,
    st.sampled_from(
        [
            "password=",
            "DB_PASSWORD=",
            "DB_PASS=",
            'api_key="',
            "client_secret: '",
            "密码：",
            "密码改成 ",
            "秘钥=",
            "--token ",
        ]
    ),
    SECRETS,
    AROUND,
)
def test_a_named_secret_never_survives_whatever_stands_around_it(
    before: str, name: str, secret: str, after: str
) -> None:
    quote = name[-1] if name[-1] in "\"'" else ""
    assert secret not in mask(f"{before}\n{name}{secret}{quote} {after}").text


@settings(max_examples=200)
@given(st.from_regex(r"[A-Za-z0-9]{8,30}[0-9][A-Za-z]", fullmatch=True), st.integers(1, 4))
def test_a_named_secret_does_not_survive_in_json_in_json(secret: str, depth: int) -> None:
    text = json.dumps({"user": "bob", "password": secret})
    for _ in range(depth - 1):
        text = json.dumps({"body": text})
    assert secret not in mask(text).text


@settings(max_examples=200)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40), st.text(max_size=40))
def test_base64_that_says_a_password_is_hidden_whole(before: str, after: str) -> None:
    coded = base64.b64encode(f"host=db\npassword=hunter2hunter2\n{before}".encode()).decode()
    kept = all(char.isprintable() or char in "\t\n\r" for char in before)
    assert not kept or coded not in mask(f"x: {coded} {after}").text


@pytest.mark.parametrize("secret", ["-000000A", "--000000A", "-a%aaaa0A", "--Zm9vYmFy0x"])
def test_a_flags_value_may_begin_with_a_dash(secret: str) -> None:
    assert secret not in mask(f"steward --token {secret} -n shop").text


@pytest.mark.parametrize(
    "text", ["login --token --verbose", "login --token -n shop", "login --password --namespace=shop"]
)
def test_a_flag_after_a_flag_is_no_value(text: str) -> None:
    assert mask(text).text == text


REPEATED = (
    *(
        "password: ",
        "password=a,",
        "password=a(b",
        "password=${",
        "_password",
        '\\"password\\":\\"',
        "name: password value",
        "x",
    ),
    *(
        "eyJ",
        "eyJa.",
        "a://",
        "a://b:c",
        "-----BEGIN PRIVATE KEY-----\n",
        "-----END PRIVATE KEY-----\n",
        "A" * 64 + "\n",
    ),
    *(
        "kind: Secret\ndata:\n  a: b\n",
        '"data":{"a":"b"} kind: Secret ',
        "cookie: a=",
        "authorization: digest ",
        "bearer ",
    ),
    *(
        "password ",
        "password is set to ",
        "password for a",
        "token tok_",
        "密码改",
        "密码（",
        "账号/密码：a/",
        "password\t|",
        "password(",
    ),
    *("password%3D", "%25", "%2525253D", "cGFzc3dvcmQ9aHVudGVyMg== ", "cGFz" * 30 + "-", "&quot;", "\\u5bc6\\u7801"),
    *(
        '"passwords":[',
        '"password":{',
        '"password":{"value":"a",',
        "password:\n  ",
        "password: |\n  a\n",
        "- --password\n",
        '"value":"x",',
    ),
    *(
        "docker login -p",
        "sshpass -",
        "keytool -storepass ",
        "a_pass",
        "pass=",
        "ak=abcdefgh sk",
        "$2b$12$",
        'name="token" value=',
    ),
    *("?token=", "<password>", "mysql -", "curl -u ", "path: /a/password value: ", "sk-aa-", "=", '"', "\\"),
)


@pytest.mark.parametrize("piece", REPEATED)
def test_no_text_makes_masking_take_for_ever(piece: str) -> None:
    """The suite's timeout is the judge: a pattern that backtracks would not come back from these."""
    assert len(mask(piece * (MAX_TEXT // 8 // len(piece))).text) <= MAX_TEXT


def test_a_secrets_data_is_hidden_whatever_it_is_called() -> None:
    raw = {
        "kind": "Secret",
        "metadata": {
            "name": "db",
            "managedFields": [{}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "shop"},
        },
        "data": {"any": "aHVudGVyMg=="},
        "stringData": {"other": "hunter2"},
    }
    assert mask_object(raw) == {
        "kind": "Secret",
        "metadata": {"name": "db", "annotations": {"team": "shop"}},
        "data": {"any": MASK},
        "stringData": {"other": MASK},
    }


def test_the_items_of_a_list_are_masked_as_what_they_are() -> None:
    listed = mask_object({"kind": "SecretList", "items": [{"metadata": {"name": "a"}, "data": {"x": "eA=="}}]})
    assert listed["items"] == [{"kind": "Secret", "metadata": {"name": "a"}, "data": {"x": MASK}}]
    mixed = mask_object({"kind": "List", "items": [{"kind": "Secret", "data": {"x": "eA=="}}]})
    assert mixed["items"] == [{"kind": "Secret", "data": {"x": MASK}}]


def test_environment_values_are_hidden_by_name_and_by_shape() -> None:
    container: dict[str, Any] = {
        "env": [
            {"name": "DB_PASSWORD", "value": "hunter"},
            {"name": "DB_URL", "value": "postgres://bob:pw1@db/shop"},
            {"name": "LOG_LEVEL", "value": "debug"},
            {"name": "X", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
        ],
        "args": ["--token", "abcdef", "--level", "debug", "--password=hunter2"],
    }
    shown = mask_object({"kind": "Pod", "spec": {"containers": [container]}})["spec"]["containers"][0]
    assert shown["env"] == [
        {"name": "DB_PASSWORD", "value": MASK},
        {"name": "DB_URL", "value": "postgres://bob:***@db/shop"},
        {"name": "LOG_LEVEL", "value": "debug"},
        {"name": "X", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
    ]
    assert shown["args"] == ["--token", MASK, "--level", "debug", "--password=***"]


def test_config_values_are_sizes_unless_asked_for_and_then_masked() -> None:
    raw = {"kind": "ConfigMap", "data": {"app.properties": "level=debug\ndb.password=hunter2", "api_token": "abcd1234"}}
    assert mask_object(raw)["data"] == {"app.properties": "<31 characters>", "api_token": "<8 characters>"}
    assert mask_object(raw, config_values=True)["data"] == {
        "app.properties": "level=debug\ndb.password=***",
        "api_token": MASK,
    }


def test_what_only_speaks_about_secrets_is_kept_and_nothing_is_changed_in_place() -> None:
    raw: dict[str, Any] = {
        "kind": "Pod",
        "spec": {
            "automountServiceAccountToken": True,
            "imagePullSecrets": [{"name": "regcred"}],
            "volumes": [{"name": "tls", "secret": {"secretName": "web-tls"}}],
            "tokenExpirationSeconds": 3607,
        },
    }
    assert mask_object(raw) == raw
    raw["spec"]["webhooks"] = [{"clientConfig": {"caBundle": "LS0t"}}]
    assert mask_object(raw)["spec"]["webhooks"] == [{"clientConfig": {"caBundle": MASK}}]
    assert raw["spec"]["webhooks"] == [{"clientConfig": {"caBundle": "LS0t"}}]


def test_a_step_of_a_json_patch_is_masked_by_the_field_it_sets() -> None:
    steps = [
        {"op": "add", "path": "/data/db.password", "value": "hunter"},
        {"op": "add", "path": "/data/level", "value": "info"},
    ]
    assert mask_value(steps) == [{**steps[0], "value": MASK}, steps[1]]


async def test_a_long_log_is_masked_to_its_last_line_and_from_its_first() -> None:
    lines = [f"2026-01-02T03:04:05Z INFO {number} password=s3cr3t-{number} {'x' * 200}" for number in range(3000)]
    masked, _ = await mask_log("\n".join(lines))
    assert len(masked) == len(lines)
    assert not any("s3cr3t" in line for line in masked)
    assert masked[0].startswith("2026-01-02T03:04:05Z INFO 0 password=***")


async def test_no_record_of_a_long_log_is_torn_apart() -> None:
    manifest = ["apiVersion: v1", "kind: Secret", "data:", *(f"  key{number}: czNjcjN0LXB3" for number in range(150))]
    record = ["2026-01-02T03:04:05Z DEBUG " + "x" * 1000, *manifest]
    masked, _ = await mask_log("\n".join(record * 80))
    assert not any("czNjcjN0" in line for line in masked)
    assert len(masked) > 80 * 100


async def test_a_long_log_without_records_keeps_its_newest_lines() -> None:
    lines = ["x" * 1000 + str(number) for number in range(600)]
    masked, _ = await mask_log("\n".join(lines))
    assert masked[-1] == lines[-1]
    assert len(masked) < len(lines)
