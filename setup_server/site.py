"""Where this server is for the world: its public address, its cookies' names, and whom to believe about where a request is from."""

import ipaddress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from aiohttp import web

Language = Literal["zh", "en"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    public_url: str
    """`https://aiops.example.com`, no slash at its end. Its scheme says what browsers see, whatever stands in between."""
    language: Language = "zh"
    """For those whose browser asks for neither of ours."""
    proxies: tuple[Network, ...] = ()
    """The only ones whose X-Forwarded-For is read."""

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """`__Host-` keeps a neighbouring subdomain from planting one; browsers take it under https only."""
        return f"__Host-{name}" if self.secure else name

    def set_cookie(self, response: web.StreamResponse, name: str, value: str, *, seconds: int | None = None) -> None:
        response.set_cookie(
            self.cookie(name), value, max_age=seconds, path="/", httponly=True, secure=self.secure, samesite="Lax"
        )

    def drop_cookie(self, response: web.StreamResponse, name: str) -> None:
        response.del_cookie(self.cookie(name), path="/", httponly=True, secure=self.secure, samesite="Lax")

    def hosts(self, host: str) -> bool:
        """Whether a Host header means us. A foreign name that was made to point here (DNS rebinding) does not; an address does,
        since nobody else can own it: probes and port forwarding use those."""
        name = _name(host)
        return name == _name(urlsplit(self.public_url).netloc) or name == "localhost" or _address(name) is not None

    def is_ours(self, origin: str, host: str) -> bool:
        """Whether an Origin header is this server, as it was called in the same request. Where the world comes in by https, the
        public name without it is somebody on the wire."""
        split = urlsplit(self.public_url)
        usual = ":443" if self.secure else ":80"  # browsers leave it away
        if origin == f"{split.scheme}://{split.netloc.lower().removesuffix(usual)}":
            return True
        plain = not self.secure or _name(host) != _name(split.netloc)
        return plain and self.hosts(host) and origin == f"http://{host}"

    def client_address(self, request: web.BaseRequest) -> str:
        """Where a request comes from. Of X-Forwarded-For the last address that is no proxy of ours: what stands before it was
        written by the client."""
        peer = request.remote or ""
        chain = [part.strip() for line in request.headers.getall("X-Forwarded-For", []) for part in line.split(",")]
        while chain and self._is_proxy(peer):
            believed = _address(chain.pop())
            if believed is None:
                break
            peer = str(believed)
        return peer

    def _is_proxy(self, peer: str) -> bool:
        address = _address(peer)
        return address is not None and any(address in network for network in self.proxies)


def neighbourhood(address: str) -> str:
    """What one client owns: an IPv4 address, or the /64 that every IPv6 customer gets whole."""
    parsed = _address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def _name(host: str) -> str:
    """Without the port, in lower case; an IPv6 address without its brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
