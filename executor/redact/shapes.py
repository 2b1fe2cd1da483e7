"""What secrets look like, wherever they stand.

Every pattern is linear: bounded quantifiers, and a look-behind that lets a run of characters be tried only from its start.
`anchors` are lower-case pieces without which the pattern cannot match, so that ordinary text costs a substring search.
"""

import re
from dataclasses import dataclass

from executor.redact.keys import KEY, MASK


@dataclass(frozen=True, slots=True)
class Shape:
    """The group called `secret` (or the whole match) is hidden. `judged`: only where the value looks random."""

    name: str
    anchors: tuple[str, ...]
    pattern: re.Pattern[str]
    judged: bool = False


def _shape(name: str, anchors: str, pattern: str, *, flags: int = 0, judged: bool = False) -> Shape:
    return Shape(name, tuple(anchors.split()), re.compile(pattern, flags), judged)


_START = r"(?<![A-Za-z0-9_-])"

_PREFIXED = (
    r"(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}",
    r"gh[pousr]_[A-Za-z0-9]{20,255}",
    r"github_pat_[A-Za-z0-9_]{20,255}",
    r"glpat-[A-Za-z0-9_-]{16,128}",
    r"(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,256}",
    r"sk-(?:[a-z0-9]{2,10}-){0,3}[A-Za-z0-9_]{16,256}[A-Za-z0-9_-]{0,256}",
    r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,128}",
    r"whsec_[A-Za-z0-9+/=]{16,128}",
    r"AIza[A-Za-z0-9_-]{30,64}",
    r"ya29\.[A-Za-z0-9_.-]{20,512}",
    r"GOCSPX-[A-Za-z0-9_-]{20,64}",
    r"npm_[A-Za-z0-9]{30,64}",
    r"pypi-[A-Za-z0-9_-]{32,512}",
    r"hv[sb]\.[A-Za-z0-9_-]{20,512}",
    r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}",
    r"AGE-SECRET-KEY-1[A-Z0-9]{30,80}",
    r"LTAI[A-Za-z0-9]{12,32}",
    r"AKID[A-Za-z0-9]{12,60}",
    r"AKLT[A-Za-z0-9]{12,60}",
    r"dckr_pat_[A-Za-z0-9_-]{16,64}",
    r"gl(?:sa|c)_[A-Za-z0-9_=+/]{16,256}",
    r"hf_[A-Za-z0-9]{30,64}",
    r"dop_v1_[a-f0-9]{32,128}",
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
)

SHAPES: tuple[Shape, ...] = (
    _shape(
        "jwt", "eyj", rf"{_START}eyJ[A-Za-z0-9_-]{{5,8192}}+\.[A-Za-z0-9_-]{{5,16384}}+(?:\.[A-Za-z0-9_-]{{0,4096}}+)?"
    ),
    _shape(
        "from-literal",
        "--from-literal",
        rf"--from-literal(?:=|[ \t]{{1,3}})[\"']?[\w.-]{{1,253}}=(?P<secret>(?!{re.escape(MASK)})[^\s\"']{{1,2048}}+)",
        flags=re.IGNORECASE,
    ),
    _shape("base64-jwt", "zxlk", rf"{_START}ZXlK[A-Za-z0-9+/]{{20,16384}}+={{0,2}}"),
    _shape("docker-config", "eyjhdxroc", rf"{_START}eyJhdXRoc[A-Za-z0-9+/]{{8,65536}}+={{0,2}}"),
    _shape(
        "authorization",
        "authorization",
        r"authorization[\"'\\]{0,3}\s{0,3}[:=]\s{0,3}[\"'\\\[]{0,3}"
        r"(?:(?:basic|bearer|token|apikey|negotiate|ntlm)\s{1,3}(?P<secret>[^\s\"'\\,\]}]{1,8192}+)"
        r"|(?:digest|aws4-hmac-sha256|acs3-hmac-sha256|tc3-hmac-sha256|hmac)\s{1,3}(?P<rest>[^\r\n]{1,8192}+))",
        flags=re.IGNORECASE,
    ),
    _shape(
        "authorization-bare",
        "authorization",
        r"authorization[\"'\\]{0,3}\s{0,3}[:=]\s{0,3}[\"'\\\[]{0,3}(?P<secret>[^\s\"'\\,\]}]{8,8192}+)(?![ \t][^\s\"'\\])",
        flags=re.IGNORECASE,
        judged=True,
    ),
    _shape(
        "bearer",
        "bearer",
        r"(?<![a-z0-9_-])bearer[ \t:]{1,3}(?P<secret>[a-z0-9._~+/=-]{8,8192}+)",
        flags=re.IGNORECASE,
        judged=True,
    ),
    _shape(
        "url-password",
        "://",
        r"://[^\s/:@\"'<>]{0,256}+:(?!\d{1,5}(?:[/?#]|\s|$))(?P<secret>[^\s\"'<>@/]{1,256}+|[^\s\"'<>]{1,256})@",
    ),
    _shape("url-token", "://", r"://(?P<secret>[A-Za-z0-9_-]{20,256}+)@"),
    _shape(
        "go-dsn", "@tcp( @unix(", r"(?<![^\s\"'=])[^\s:@/\"'=]{1,64}+:(?P<secret>[^\s\"'@]{1,256}+)@(?=tcp\(|unix\()"
    ),
    _shape(
        "query-token",
        "=",
        r"[?&](?:access_?token|auth_?token|token|id_token|refresh_token|sig|sign|signature|x-amz-signature|x-amz-security-token|"
        r"x-amz-credential|x-goog-signature|x-oss-signature|ossaccesskeyid|api_?key|apikey|secret|client_secret|password|passwd|"
        r"session|ticket|auth)=(?P<secret>[^&\s\"'#<>\\]{1,4096}+)",
        flags=re.IGNORECASE,
    ),
    _shape(
        "webhook",
        "hook cgi-bin",
        r"(?:open\.(?:feishu\.cn|larksuite\.com|larkoffice\.com)/open-apis/bot/(?:v2/)?hook/|hooks\.slack\.com/(?:services|workflows|triggers)/|"
        r"discord(?:app)?\.com/api/webhooks/\d{1,24}/|\.webhook\.office\.com/webhookb2/|"
        r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=)(?P<secret>[^\s\"'<>\\]{4,512}+)",
        flags=re.IGNORECASE,
    ),
    _shape("telegram", "api.telegram", r"api\.telegram\.org/bot(?P<secret>\d{5,12}:[A-Za-z0-9_-]{20,64})"),
    _shape(
        "prefixed",
        "akia asia aroa aida gh github_pat glpat xox xapp sk- k_live k_test whsec_ aiza ya29 gocspx npm_ pypi- hvs. hvb. sg. "
        "age-secret ltai akid aklt dckr_pat glsa_ glc_ hf_ dop_v1 shp",
        rf"{_START}(?:{'|'.join(_PREFIXED)})(?![A-Za-z0-9])",
    ),
    _shape(
        "docker-auth",
        "auth",
        r"[\"']auth\\?[\"']\s{0,3}:\s{0,3}\\?[\"'](?P<secret>[A-Za-z0-9+/]{6,4096}+={0,2})",
    ),
    _shape(
        "cookie",
        "cookie",
        r"(?<![A-Za-z])(?:set-)?cookie[\"']?\s{0,3}:\s{0,3}[\"'\[]?(?P<secret>[^\s=;\"']{1,128}+=[^\r\n\"'\]]{1,8192}+)",
        flags=re.IGNORECASE,
    ),
    _shape("xml", "</", rf"<(?:[\w.-]{{1,40}}:)?(?:{KEY})>(?P<secret>[^<>]{{1,512}}+)</", flags=re.IGNORECASE),
    _shape(
        "mysql", "mysql", r"(?<![\w])mysql(?:dump|admin)?\s[^\r\n|]{0,200}?\s?-p(?P<secret>[^\s\"'|-][^\s|]{0,256}+)"
    ),
    _shape("redis-cli", "redis-cli", r"redis-cli\s[^\r\n|]{0,200}?\s?-a\s{1,3}(?P<secret>[^\s|]{1,256}+)"),
    _shape(
        "curl",
        "curl",
        r"(?<![\w])curl\s[^\r\n|]{0,160}?\s?(?:-u|--user)[ =]{0,2}[\"']?[^\s:\"']{1,64}+:(?P<secret>[^\s\"']{1,256}+)",
    ),
)

_RANDOM = re.compile(r"[0-9]|[a-z][A-Z]|[/+=_~]")


def looks_random(value: str) -> bool:
    """Against prose: `Bearer authentication` is none. A digit or mixed case within 8 characters, or a very long word."""
    return value != MASK and (len(value) >= 24 or _RANDOM.search(value) is not None)
