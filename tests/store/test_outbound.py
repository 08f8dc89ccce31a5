"""T37: calls to relying parties reach the open internet, or nothing."""

from collections.abc import AsyncIterator, Iterator

import pytest

from idp.base.settings import Outbound
from idp.clients.outbound import Caller, OutboundFault, public_address
from tests.jobs.http_server import HttpServer, http_server

pytestmark = pytest.mark.anyio


@pytest.fixture
def web() -> Iterator[HttpServer]:
    with http_server() as server:
        yield server


class Names:
    """A resolver that we write: what each name resolves to, one answer per question."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    made = Caller(Outbound(timeout=60), allow_private=False)
    yield made
    await made.close()


FORBIDDEN = [
    "169.254.169.254", "127.0.0.1", "0.0.0.0", "10.0.0.7", "172.16.1.1", "192.168.1.1", "100.64.0.1", "224.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_of_no_open_network_are_told(address: str) -> None:
    assert not public_address(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_addresses_of_the_open_network_are_told(address: str) -> None:
    assert public_address(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data/", "https://[::1]/", "https://10.1.2.3/", "https://[::ffff:10.1.2.3]/",
        "https://127.0.0.1/", "https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://localhost/",
    ],
)  # fmt: skip
async def test_literal_addresses_are_refused_in_any_spelling(caller: Caller, url: str) -> None:
    with pytest.raises(OutboundFault, match=r"address not allowed|gaierror"):
        await caller.get(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user@example.com/",
        "https:///x",
        "nonsense",
    ],
)
async def test_only_plain_https_addresses_are_called(caller: Caller, url: str) -> None:
    with pytest.raises(OutboundFault):
        await caller.get(url)


@pytest.mark.parametrize("answer", [["10.0.0.7"], ["93.184.216.34", "169.254.169.254"], ["::1"], []])
async def test_a_name_counts_as_its_worst_address(answer: list[str]) -> None:
    caller = Caller(Outbound(timeout=60), allow_private=False, resolver=Names(answer))
    with pytest.raises(OutboundFault):
        await caller.get("https://rp.example/")
    await caller.close()


async def test_a_name_is_resolved_once_and_the_checked_address_is_called(web: HttpServer) -> None:
    """DNS rebinding: a second question, whose answer nobody checks, is never asked."""
    names = Names(["127.0.0.1"], ["192.0.2.1"])
    caller = Caller(Outbound(timeout=60, allow_private_hosts=True), allow_private=False, resolver=names)
    answer = await caller.get(f"http://rp.example:{web.port}/jwks")
    assert answer.status == 200
    assert names.asked == ["rp.example"]
    assert web.received[0].headers["host"] == f"rp.example:{web.port}"
    await caller.close()


@pytest.mark.parametrize("first", [["::1"], ["127.0.0.2"], ["::1", "127.0.0.2"]])
async def test_of_several_addresses_one_that_answers_is_called(web: HttpServer, first: list[str]) -> None:
    """Most machines resolve `localhost` to ::1 before 127.0.0.1, and many hosts have an IPv6 address that leads nowhere."""
    caller = Caller(Outbound(timeout=60), allow_private=True, resolver=Names([*first, "127.0.0.1"], first))
    url = f"http://localhost:{web.port}/keluar"
    assert (await caller.post(url, b"x", {})).status == 200
    with pytest.raises(OutboundFault):
        await caller.post(url, b"y", {})
    assert [request.body for request in web.received] == [b"x"]
    await caller.close()


async def test_redirects_are_not_followed(web: HttpServer) -> None:
    caller = Caller(Outbound(timeout=60), allow_private=True)
    web.answers = [302]
    answer = await caller.post(f"{web.url}/keluar", b"", {})
    assert answer.status == 302
    assert [request.path for request in web.received] == ["/keluar"]
    await caller.close()
