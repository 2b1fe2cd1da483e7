"""Which names announce a secret, and which values behind them are none."""

import re
from functools import lru_cache

MASK = "***"

_WORDS = (
    r"passw(?:or)?d|passphrase|passcode|pwd|secret|token|api[_.-]?key|access[_.-]?key|private[_.-]?key|secret[_.-]?key|"
    r"encryption[_.-]?key|signing[_.-]?key|master[_.-]?key|account[_.-]?key|auth[_.-]?key|app[_.-]?key|credential|dsn|cookie|"
    r"dockerconfigjson|dockercfg|client[_-]key[_-]data|webhook[_.-]?url|connection[_.-]?string|conn[_.-]?str|mnemonic|jwt|otp|密码|口令|密钥|私钥|令牌|凭证|凭据|秘钥|授权码|验证码"
)
KEY = rf"[\w.-]{{0,255}}?(?:{_WORDS})[\w.-]{{0,40}}"
"""A name that announces a secret: `DB_PASSWORD`, `aws.secretAccessKey`, `密码`. For use with IGNORECASE."""

ANCHORS = (
    "passw", "_pass", "passphrase", "passcode", "pwd", "secret", "token", "key", "credential", "dsn", "cookie", "docker", "webhook",
    "connection", "conn", "mnemonic", "jwt", "otp", "密码", "口令", "密钥", "私钥", "令牌", "凭证", "凭据",
    "秘钥", "授权码", "验证码",
)  # fmt: skip

_KEY = re.compile(KEY, re.IGNORECASE)
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\x00-\x7f]+")
_LAST_WORDS = (
    "name names ref refs reference count counts path paths file files filename dir directory mount mounts length len size type "
    "types policy expiry expires expired expiration expire seconds ttl age limit limits valid enabled required status error "
    "errors hash digest algorithm provider store class kind controller manager reviewer review reviews request requests "
    "rotation version usage used total max min remaining bucket index prefix suffix namespace domain endpoint issuer audience "
    "id ids at time timeout field column header format mode strength rule rules"
)
_ABOUT = frozenset(_LAST_WORDS.split())
"""Words that, coming last, make a name speak *about* a secret: `secretName`, `tokenCount`, `password_file`."""

_ABOUT_IN_CHINESE = re.compile(
    r"(?:长度|位数|个数|数量|次数|策略|规则|强度|复杂度|格式|类型|状态|时间|有效期|名|名称|文件|路径|目录|页面|接口|服务|管理|模块|中心|错误|失败)\Z"
)

_SECRET_IDS = frozenset({"access key id", "secret id"})
_PLAIN_VALUES = (
    "true false yes no on off null nil none undefined empty unset redacted masked hidden required optional missing invalid "
    "expired changed unchanged disabled enabled ok default unknown incorrect correct wrong failed denied rejected accepted "
    "unauthorized forbidden"
)
_ORDINARY = frozenset(_PLAIN_VALUES.split())
_PLACEHOLDER = re.compile(
    r"\*+|x{3,}|<[^<>]{0,64}>|\$\{[^{}]{0,128}\}|\$\([^()]{0,128}\)|\{\{[^{}]{0,128}\}\}|\[[A-Z]+\]|\.{3}|…"
)
_DIGEST = re.compile(r"(?:[^\s@]{1,256}@)?sha(?:256|512):[0-9a-f]{32,128}")


_ELSEWHERE = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}/[a-z][a-z0-9.-]{0,62}")
"""A Secret of another namespace: `shop/basic-auth`."""
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")


def words_of(name: str) -> list[str]:
    """`dbPasswordFile`, `DB_PASSWORD_FILE` and `db.password-file` are all `db password file`."""
    return [word.lower() for word in _SPLIT.findall(name)]


_MORE = re.compile(r"pass|[\w.-]{0,255}(?:_auth|_AUTH|(?<!proxy)(?<!cgi)(?<!grpc)_pass|_PASS|\.dockerconfigjson)")
"""`proxy_pass` passes on to somewhere, and `PASS` says that a test went well."""


@lru_cache(maxsize=4096)
def announces_secret(name: str) -> bool:
    """Whether a value under this name is one to hide."""
    if _KEY.fullmatch(name) is None and _MORE.fullmatch(name) is None:
        return False
    if _ABOUT_IN_CHINESE.search(name):
        return False
    words = words_of(name)
    if " ".join(words[-3:]) in _SECRET_IDS or " ".join(words[-2:]) in _SECRET_IDS:
        return True
    return not words or words[-1] not in _ABOUT


def harmless(name: str, value: str) -> bool:
    """Whether a value under a secret's name is none: a boolean, nothing, a count, a placeholder, an image digest."""
    if not value or value.lower() in _ORDINARY:
        return True
    if any(shape.fullmatch(value) for shape in (_PLACEHOLDER, _DIGEST, _CHINESE)):
        return True
    if _ELSEWHERE.fullmatch(value) and name.lower().endswith("secret"):
        return True
    if value.replace(".", "", 1).isdigit():
        return len(value) <= 3 or name.lower().endswith("s")
    return False
