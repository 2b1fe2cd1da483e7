"""Which programs may run in a container. There is no shell, so the first word is the program and the others are its arguments."""

import posixpath
import re
from collections.abc import Iterator

from executor.risk.level import Mark, forbidden, high, severe

_KNOWN = (
    "ls cat head tail wc date uptime df du free ps id whoami hostname uname pwd stat file md5sum sha1sum sha256sum nslookup "
    "dig host getent ping ping6 traceroute tracepath ss netstat nginx echo printf true false sleep which readlink realpath "
    "basename dirname lsof nproc arch tty test"
)
_SHELLS = "sh bash dash ash zsh ksh mksh rbash rksh fish csh tcsh busybox toybox pwsh powershell cmd elvish nu xonsh"
_INTERPRETERS = (
    "python pypy perl ruby irb node nodejs deno bun php lua luajit tclsh wish expect java jshell groovy scala kotlin go gcc g++ cc "
    "clang tcc make cmake rustc cargo guile racket r rscript julia erl escript elixir iex ocaml ghc runghc dotnet awk gawk mawk "
    "nawk sed ed ex vi vim view nvim nano emacs less more man m4 bc dc jq yq gdb lldb strace ltrace"
)
_LOADERS = (
    "env xargs find timeout nohup nice ionice chrt taskset setsid stdbuf unbuffer time watch flock chroot unshare nsenter setpriv "
    "capsh su sudo doas gosu su-exec runuser tini dumb-init s6-svscan s6-setuidgid runsv runsvdir script screen tmux parallel entr "
    "start-stop-daemon supervisord pkexec exec eval source command builtin ld.so ld-linux ld-musl qemu linux32 linux64 setarch "
    "systemd-run daemonize fakeroot proot cpulimit prlimit choom run-parts"
)
_CARRIERS = (
    "tar cpio ar zip unzip gzip bzip2 xz zstd 7z rsync scp sftp ssh sshd nc ncat netcat socat telnet curl wget aria2c ftp tftp "
    "lftp openssl dd install mkfifo mknod base64 base32 xxd hexdump od uuencode"
)
_HOST = (
    "mount umount losetup insmod modprobe rmmod sysctl iptables ip6tables nft kubectl crictl ctr runc docker nerdctl podman "
    "buildah helm git pip pipx uv npm npx yarn pnpm gem bundle composer apt apt-get apk yum dnf microdnf dpkg rpm at batch "
    "crontab crond cron systemctl service init telinit reboot shutdown halt poweroff passwd chpasswd useradd usermod adduser "
    "visudo mkfs fdisk"
)
KNOWN = frozenset(_KNOWN.split())
_INTERPRETING = frozenset(f"{_SHELLS} {_INTERPRETERS}".split())
DENIED = _INTERPRETING | frozenset(f"{_LOADERS} {_CARRIERS} {_HOST}".split())
"""Shells, interpreters, editors and other programs that start further ones, carry files out or reach the node."""

_VERSION = re.compile(r"[-_]?[0-9][0-9.]*(?:-[a-z0-9_]+)*\Z")
_SECRET_PATH = re.compile(
    r"(?:/var)?/run/secrets(?:/|\Z)|/proc/[^/]+/(?:environ|root|fd|mem|cwd|cmdline)(?:/|\Z)|/etc/(?:g?shadow|sudoers)|/\.ssh(?:/|\Z)|"
    r"\.kube(?:/|\Z)|/\.(?:aws|docker|netrc|pgpass|git-credentials)(?:/|\Z)|(?:\A|/)id_(?:rsa|ed25519|ecdsa)(?:\Z|\.)|"
    r"/etc/kubernetes(?:/|\Z)|kubernetes\.io/serviceaccount|\.(?:pem|key|p12|pfx|jks|keystore)\Z|(?:\A|/)\.env(?:\.|\Z)",
    re.IGNORECASE,
)
_MAX_WORDS, _MAX_CHARACTERS = 64, 4096


def program_marks(argv: tuple[str, ...], known: frozenset[str], denied: frozenset[str]) -> Iterator[Mark]:
    if len(argv) > _MAX_WORDS or sum(map(len, argv)) > _MAX_CHARACTERS:
        yield forbidden("risk.exec_too_long")
        return
    if not all(word.isprintable() and word.isascii() for word in argv):
        yield forbidden("risk.exec_hidden_character")
        return
    names = _names(argv[0])
    if "" in names or argv[0].startswith(("/proc/", "/dev/", "-", "~")) or " " in argv[0]:
        yield forbidden("risk.exec_unclear_program", program=argv[0])
        return
    lifted = bool(names & known)
    if names & denied and not lifted:
        yield forbidden("risk.exec_interpreter", program=argv[0])
    if any(_SECRET_PATH.search(path) for word in argv[1:] for path in _paths(word)):
        yield forbidden("risk.exec_reads_secret")
    if not lifted:
        inner = next(
            (word for word in argv[1:] if _names(word) & _INTERPRETING & denied and not word.startswith("-")), None
        )
        if inner is not None:
            yield forbidden("risk.exec_interpreter", program=inner)
        yield severe("risk.exec_unknown_program", program=argv[0])
    yield high("risk.exec")


def _names(word: str) -> set[str]:
    """What a program may be known as: `/usr/bin/python3.11` is also `python`."""
    name = posixpath.basename(word).lower().removesuffix(".exe")
    short = _VERSION.sub("", name)
    return {name, short or name, name.partition(".")[0] if name.startswith("ld-") else name, _loader(name)}


def _loader(name: str) -> str:
    return next((loader for loader in ("ld-linux", "ld-musl", "qemu") if name.startswith(loader)), name)


def _paths(word: str) -> tuple[str, ...]:
    """An argument as a path, also behind `--file=`, with `..`, `.` and doubled slashes worked out."""
    _, _, behind = word.rpartition("=")
    return tuple(re.sub("^//", "/", posixpath.normpath(part)) for part in (word, behind, behind.lstrip("@")) if part)
