"""Addresses of providers: whether they are valid, encrypted, or on this machine."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


def host_of(url: str | None) -> str:
    """Return the host of an address in lower case, empty when there is none."""
    try:
        return (urlsplit(url or "").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_loopback(url: str | None) -> bool:
    """Return whether what is sent to the address stays on this machine."""
    host = host_of(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def is_unencrypted(url: str | None) -> bool:
    """Return whether a key sent to the address can be read on its way."""
    return (url or "").lower().startswith("http:") and not is_loopback(url)


def without_credentials(url: str) -> str:
    """Return the address as it may be shown: without a name, a password or a query."""
    start, mark, rest = url.partition("://")
    if not mark:
        start, rest = "", url
    authority, slash, path = rest.partition("/")
    path = path.partition("?")[0].partition("#")[0]
    return f"{start}{mark}{authority.rpartition('@')[2].partition('?')[0]}{slash}{path}"


def address_problem(url: str) -> str | None:
    """Return why no request can be sent to `url`, None when one can; completes "it …"."""
    if any(char.isspace() or not char.isprintable() for char in url):
        return "holds a space, a line break or an invisible character"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"is not valid ({error})"  # of the address, its words quote the port at most
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "is no http:// or https:// address"
    return _extra_problem(parts, port) or _host_problem(parts.hostname)


def _extra_problem(parts: SplitResult, port: int | None) -> str | None:
    if "@" in parts.netloc:
        return "holds a user name or password: a key belongs in api_key_env or api_key"
    if port == 0:
        return "is not valid (there is no port 0)"
    if parts.query or parts.fragment or parts.geturl() != parts.geturl().rstrip("?#"):
        return "goes on after a ? or #: a base_url is a path others are added to"
    return None


def _host_problem(host: str) -> str | None:
    if ":" in host:
        try:
            ip_address(host)
        except ValueError:
            return "has a host that is no IPv6 address"
        return None
    try:
        host.encode("idna")
    except UnicodeError:
        return "has a host name that cannot be"
    return None
