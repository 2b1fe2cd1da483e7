"""What secrets look like by themselves, wherever they stand."""

import re

from executor.redact.keys import KEY, MASK
from executor.redact.shape import Shape, looks_made_up, looks_random, no_plain_word
from executor.redact.shape import shape as _shape

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
    r"SEC[a-f0-9]{64}",
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
        judge=looks_random,
    ),
    _shape(
        "bearer",
        "bearer",
        r"(?<![a-z0-9_-])bearer[ \t:]{1,3}(?P<secret>[a-z0-9._~+/=-]{8,8192}+)",
        flags=re.IGNORECASE,
        judge=looks_random,
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
        "age-secret ltai akid aklt sec dckr_pat glsa_ glc_ hf_ dop_v1 shp",
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
    _shape(
        "hash",
        "$",
        r"\$(?:2[abxy]\$\d\d|apr1|[156y]|argon2(?:id|i|d))\$(?P<secret>[./A-Za-z0-9$,=+]{16,512}+)",
    ),
    _shape(
        "session",
        "sess connect.sid",
        r"(?<![\w.-])(?:jsessionid|phpsessid|sessionid|connect\.sid)=(?P<secret>[^\s;,&\"']{8,1024}+)",
        flags=re.IGNORECASE,
    ),
    _shape(
        "short-name",
        "pass pw sk salt auth",
        r"(?<![\w.-])(?:[\w.-]{0,60}?[_.-])?(?:user|db|root|my)?(?:pass|pw|sk|salt|auth|requirepass|masterauth)[\"']?=[\"']?"
        r"(?P<secret>[^\s,;&\"'(){}\[\]<>]{6,1024}+)",
        flags=re.IGNORECASE,
        judge=looks_made_up,
    ),
    _shape(
        "short-variable",
        "_pass _pw _pswd",
        r"(?<![\w.-])[A-Za-z][\w.-]{0,60}?_(?:PASS|PW|PSWD|pass|pw)\\{0,15}[\"']?[ \t]{0,3}[:=][ \t]{0,3}\\{0,15}[\"']?"
        r"(?!\w{1,10}://)(?P<secret>[^\s,;&\"'\\(){}\[\]<>$]{3,1024}+)",
        judge=no_plain_word,
    ),
    _shape(
        "short-field",
        'pass"',
        r"(?<![\w.-])\\{0,15}[\"'](?:pass|pw|[a-z]{1,20}Pass)\\{0,15}[\"']\s{0,8}:\s{0,8}\\{0,15}[\"'](?P<secret>[^\"'\\\r\n]{3,1024}+)",
        judge=no_plain_word,
    ),
    _shape(
        "escaped-chinese",
        "\\u5bc6 \\u53e3\\u4ee4 \\u79d8\\u94a5 \\u4ee4\\u724c",
        r"\\u(?:5bc6\\u7801|53e3\\u4ee4|5bc6\\u94a5|79d8\\u94a5|4ee4\\u724c)\\{0,15}[\"']?\s{0,3}(?:[:=]|\\uff1a)\s{0,3}\\{0,15}[\"']?"
        r"(?P<secret>[^\s\"'\\,}]{4,1024}+)",
        flags=re.IGNORECASE,
        judge=no_plain_word,
    ),
    _shape(
        "ak-sk",
        "sk",
        r"(?<![\w.-])ak[ \t]{0,2}[:：=][ \t]{0,2}[A-Za-z0-9+/_-]{6,128}+"
        r"[\s,;/，；]{1,4}sk[ \t]{0,2}[:：=][ \t]{0,2}(?P<secret>[A-Za-z0-9+/_-]{6,128}+)",
        flags=re.IGNORECASE,
    ),
    _shape(
        "xml-pair",
        "value",
        rf"(?:name|key)=[\"'](?P<key>{KEY})[\"']\s{{1,8}}value=[\"'](?P<secret>[^\"'<>]{{1,512}}+)",
        flags=re.IGNORECASE,
        judge=no_plain_word,
    ),
    _shape(
        "xml-entry",
        "</",
        rf"(?:name|key)=[\"'](?P<key>{KEY})[\"']>(?P<secret>[^<>]{{1,512}}+)</",
        flags=re.IGNORECASE,
        judge=no_plain_word,
    ),
    _shape("xml", "</", rf"<(?:[\w.-]{{1,40}}:)?(?:{KEY})>(?P<secret>[^<>]{{1,512}}+)</", flags=re.IGNORECASE),
)
