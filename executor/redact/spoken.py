"""Secrets in sentences: `the password is …`, `密码「…」`, `invalid password "…" for user bob`, and in the cells of tables."""

import re

from executor.redact.shape import Shape, looks_made_up, shape

_NAMES = r"(?<![A-Za-z0-9])(?:passw(?:or)?d|passphrase|passcode|token|(?:api|secret|access|private)[ _-]key)"
_CHINESE = r"密码|口令|密钥|秘钥|私钥|令牌|授权码|凭证"
_ANCHORS = "passw passphrase passcode token key 密码 口令 密钥 秘钥 私钥 令牌 授权码 凭证"
_VALUE = r"(?P<secret>[^\s\"'`,;，。；、“”‘’「」（）()\[\]【】<>{}|]{6,512}+)"
_OPENING = r"[\"'`“‘「『]?"

SPOKEN: tuple[Shape, ...] = (
    shape(
        "said",
        _ANCHORS,
        rf"{_NAMES}[ \t]{{1,3}}"
        r"(?:(?:is|was|has been|now|set|changed|reset|updated|rotated|to|as)[ \t]{1,3}){0,4}"
        rf"(?::[ \t]{{0,3}})?{_OPENING}{_VALUE}",
        flags=re.IGNORECASE,
        judge=looks_made_up,
    ),
    shape(
        "said-of-somebody",
        _ANCHORS,
        rf"{_NAMES}[ \t]{{1,3}}(?:for|of)[ \t]{{1,3}}(?:user[ \t]{{1,3}})?[\"']?[\w@.-]{{1,64}}+[\"']?"
        rf"[ \t]{{0,3}}(?:[:=]|is|was|to)[ \t]{{0,3}}{_OPENING}{_VALUE}",
        flags=re.IGNORECASE,
        judge=looks_made_up,
    ),
    shape(
        "said-in-chinese",
        _ANCHORS,
        rf"(?:{_CHINESE})(?:[ \t]{{1,3}}|[ \t]{{0,3}}[“‘「『（(【\[\"'][ \t]{{0,3}}){_VALUE}",
        judge=looks_made_up,
    ),
    shape(
        "account-and-password",
        "密码 口令",
        rf"(?:账号|帐号|用户名|用户)[/和及、 ]{{0,3}}(?:密码|口令)[ \t]{{0,3}}[:：是为]?[ \t]{{0,3}}"
        rf"[\w@.-]{{1,64}}+[ \t/:：]{{1,3}}{_VALUE}",
        judge=looks_made_up,
    ),
    shape(
        "call",
        _ANCHORS,
        rf"{_NAMES}\([\"']?{_VALUE}(?=[\"']?\))",
        flags=re.IGNORECASE,
        judge=looks_made_up,
    ),
    shape(
        "cell",
        _ANCHORS,
        rf"(?:{_NAMES}|(?<![A-Za-z0-9])secret)"
        rf"(?:[ \t]{{0,20}}\|[ \t]{{0,20}}|\t[ \t]{{0,20}}| [ \t]{{1,40}}){_VALUE}",
        flags=re.IGNORECASE,
        judge=looks_made_up,
    ),
)
