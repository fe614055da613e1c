"""Calling an address that somebody else chose, without being led into the own network.

The name is looked up here, every address that it has is checked, and the connection goes to a checked address: a name that
changes its mind between check and call gains nothing. Redirects are not followed, proxies of the environment not used.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterator

import httpx2

from service.version import VERSION

SECONDS = 10.0  # for all of a call, from the name to the answer
LARGEST_ANSWER = 1 << 16  # bytes that are read of an answer's body, so that the connection can be used again

# What IANA has given out for hosts of the whole net; the rest of IPv6 translates, loops back, or stays within a site.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


class Unreachable(Exception):
    """A call did not come about. `code` is one of `troubles`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def is_public(text: str) -> bool:
    """Whether an IP address is one of the open net."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            # 6to4 and Teredo carry an IPv4 address inside.
            plain = address.sixtofour is None and address.teredo is None
            return plain and address.is_global and address in _GLOBAL_UNICAST
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast and not address.is_reserved


async def checked(url: str, private_hosts: Collection[str]) -> list[str]:
    """The addresses that a URL may be called at. Raises Unreachable; gives up after SECONDS."""
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise Unreachable("bad-address") from None
    host = target.raw_host.decode()
    allowed = _bare(host) in map(_bare, private_hosts)
    if target.scheme != "https" and not allowed:
        raise Unreachable("insecure")
    port = target.port or (443 if target.scheme == "https" else 80)
    try:
        async with asyncio.timeout(SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise Unreachable("unresolved") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allowed and not all(map(is_public, addresses)):
        raise Unreachable("private-address")
    return addresses


def client(tls: ssl.SSLContext | None = None) -> httpx2.AsyncClient:
    """For the calls to one receiver, closed by the caller."""
    return httpx2.AsyncClient(
        verify=tls or ssl.create_default_context(),
        trust_env=False,
        timeout=SECONDS,
        headers={"User-Agent": f"directives/{VERSION}"},
    )


async def post(
    client: httpx2.AsyncClient, url: str, headers: dict[str, str], body: str, private_hosts: Collection[str]
) -> int:
    """Send a body; the status of the answer. Raises Unreachable."""
    status: int | None = None
    try:
        async with asyncio.timeout(SECONDS):
            addresses = await checked(url, private_hosts)
            response = await _first(client, httpx2.URL(url), addresses, headers, body)
            status = response.status_code
            await _finish(response)
    except TimeoutError:
        if status is None:
            raise Unreachable("timeout") from None
    except httpx2.TimeoutException:
        raise Unreachable("timeout") from None
    except httpx2.HTTPError as error:
        untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))
        raise Unreachable("certificate" if untrusted else "unreachable") from None
    assert status is not None
    return status


async def _first(
    client: httpx2.AsyncClient, target: httpx2.URL, addresses: list[str], headers: dict[str, str], body: str
) -> httpx2.Response:
    """The answer of the first address that can be connected to."""
    for place, address in enumerate(addresses):
        request = client.build_request(
            "POST",
            target.copy_with(host=address),
            headers=headers | {"Host": target.netloc.decode()},
            content=body.encode(),
            extensions={"sni_hostname": target.raw_host.decode()},  # which the certificate has to be for
        )
        try:
            return await client.send(request, stream=True, follow_redirects=False)
        except httpx2.ConnectError:
            if place == len(addresses) - 1:
                raise
    raise Unreachable("unresolved")


async def _finish(response: httpx2.Response) -> None:
    try:
        size = 0
        async for piece in response.aiter_raw():
            size += len(piece)
            if size > LARGEST_ANSWER:
                break
    except httpx2.HTTPError:
        pass  # the answer is known
    finally:
        await response.aclose()


def _bare(host: str) -> str:
    return host.lower().strip("[]").rstrip(".")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
