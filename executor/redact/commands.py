"""Secrets on command lines, where a letter announces them, and in statements of databases."""

import re

from executor.redact.keys import KEY, MASK
from executor.redact.shape import Shape, looks_made_up, no_plain_word, shape

_WORD = r"(?P<quote>[\"']?)(?P<secret>[^\s|\"']{1,256}+)(?P=quote)"


def _of_program(name: str, flag: str, *, judge: bool = False) -> Shape:
    """The value of one flag of one program, on one line and before a pipe."""
    pattern = rf"(?<![\w-]){name}\s[^\r\n|]{{0,200}}?(?<=\s){flag}{_WORD}"
    return shape(name, re.sub(r"\W.*", "", name), pattern, judge=no_plain_word if judge else None)


COMMANDS: tuple[Shape, ...] = (
    shape(
        "mysql", "mysql", r"(?<![\w])mysql(?:dump|admin)?\s[^\r\n|]{0,200}?\s?-p(?P<secret>[^\s\"'|-][^\s|]{0,256}+)"
    ),
    shape(
        "mysql-list", "mysql", r"mysql(?:dump|admin)?[\"'][^\r\n\]]{0,200}?[\"']-p(?P<secret>[^\s\"'|-][^\"']{0,256}+)"
    ),
    shape("redis-cli", "redis-cli", r"redis-cli\s[^\r\n|]{0,200}?\s?(?:-a|--pass)\s{1,3}(?P<secret>[^\s|]{1,256}+)"),
    shape(
        "curl",
        "curl",
        r"(?<![\w])curl\s[^\r\n|]{0,160}?\s?(?:-u|--user)[ =]{0,2}[\"']?[^\s:\"']{1,64}+:(?P<secret>[^\s\"']{1,256}+)",
    ),
    _of_program("sshpass", r"-p ?"),
    _of_program("docker login", r"(?:-p |--password[ =])"),
    _of_program("mongo(?:dump|restore|sh|export|import)?", r"-p "),
    _of_program("ldap(?:search|modify|add|whoami)", r"-w "),
    _of_program("openssl", r"-pass(?:in|out)? pass:"),
    _of_program("keytool", r"-(?:store|key|src|dest)\w{0,10}pass ", judge=True),
    shape("keytool-second", "keypass", r"(?<=\s)-(?:dest)?keypass (?P<secret>[^\s|\"']{1,256}+)", judge=no_plain_word),
    shape(
        "redis-conf",
        "requirepass masterauth",
        r"(?<![\w.-])(?:requirepass|masterauth)[ \t]{1,8}[\"']?(?P<secret>[^\s\"']{1,256}+)",
        judge=looks_made_up,
    ),
    shape("netrc", "login", r"(?<![\w.-])login \S{1,64}+ password (?P<secret>\S{1,256}+)", judge=no_plain_word),
    shape(
        "sql",
        "identified password",
        r"(?:identified (?:with \S{1,64}+ )?(?:by|as)|(?:(?:encrypted|with|set) )password|password[ =]{0,3}\()"
        r" {0,3}[\"'](?P<secret>[^\"'\r\n]{1,256}+)",
        flags=re.IGNORECASE,
        judge=no_plain_word,
    ),
    shape(
        "list",
        "\"-- '--",
        rf"[\"']--?(?P<key>{KEY}|[\w-]{{0,60}}pass)\\{{0,15}}[\"'],\s{{0,8}}\\{{0,15}}[\"'](?P<secret>(?!--?[a-z])[^\"'\r\n\\]{{1,1024}}+)",
        flags=re.IGNORECASE,
        judge=no_plain_word,
    ),
    shape(
        "list-of-yaml",
        "--",
        rf"^[ \t]{{0,40}}- [\"']?--?(?P<key>{KEY}|[\w-]{{0,60}}pass)[\"']?[ \t]{{0,3}}\r?\n"
        r"[ \t]{0,40}- [\"']?(?P<secret>(?!--?[a-z])[^\"'\r\n]{1,1024}+)",
        flags=re.IGNORECASE | re.MULTILINE,
        judge=no_plain_word,
    ),
    shape(
        "flag-pass",
        "--pass",
        rf"(?<![\w-])--?pass[ =][\"']?(?P<secret>(?!{re.escape(MASK)})[^\s\"']{{4,256}}+)",
        judge=looks_made_up,
    ),
)
