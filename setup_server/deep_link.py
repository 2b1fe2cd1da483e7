"""Where to go after signing in: back to the deep link, and never to another site."""

from urllib.parse import quote, unquote, urlsplit

LONGEST = 1024
HOME = "/"
DOORS = ("/login", "/logout", "/oidc/")
"""Coming back to a door would go round in a circle."""


def destination(wanted: str) -> str:
    """A path of ours, or the first page when it is anything else.

    Browsers read `\\` as `/`, drop tabs and newlines, and take `//host` as a host; proxies may decode once more than we do. So
    every form that the text can be decoded to has to be harmless.
    """
    if not wanted or len(wanted) > LONGEST:
        return HOME
    form = wanted
    for _ in range(4):
        if not _harmless(form):
            return HOME
        decoded = unquote(form)
        if decoded == form:
            break
        form = decoded
    else:
        return HOME
    return HOME if urlsplit(wanted).path.startswith(DOORS) else wanted


def _harmless(form: str) -> bool:
    if not form.startswith("/") or form[1:2] in ("/", "\\"):
        return False
    if "\\" in form or not form.isprintable() or any(part in (".", "..") for part in urlsplit(form).path.split("/")):
        return False
    split = urlsplit(form)
    return not split.scheme and not split.netloc and "//" not in split.path


def login_link(path: str) -> str:
    """The sign-in page that leads back to `path`."""
    wanted = destination(path)
    return "/login" if wanted == HOME else f"/login?next={quote(wanted, safe='/')}"
