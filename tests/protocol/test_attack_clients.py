"""A malicious relying party, and callers who pretend to be many or somebody else."""

import base64
import contextlib
import dataclasses
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from idp.base.errors import InvalidClient, InvalidClientMetadata, InvalidRedirectUri
from idp.base.jose import generate
from idp.base.opaque import SystemEntropy
from idp.base.settings import Outbound
from idp.clients import metadata, policy
from idp.clients.authenticate import Attempt
from idp.clients.client import FIRST_PARTY_SECTOR, Client
from idp.clients.outbound import MAX_ANSWER, Caller, OutboundFault, public_address
from idp.web.shell import Shell
from tests.jobs.http_server import HttpServer, http_server
from tests.protocol.assertions import assertion, by_assertion
from tests.protocol.stage import CALLBACK, Party, Stage

pytestmark = pytest.mark.anyio


@pytest.fixture
def web() -> Iterator[HttpServer]:
    with http_server() as server:
        yield server


def sector(*redirect_uris: str, **members: Any) -> str:
    return Client("klien", metadata.validate({"redirect_uris": list(redirect_uris), **members})).sector


@pytest.mark.parametrize(
    "uri", ["com.jahat.app://first-party/cb", "com.jahat.app://korban.example/cb", "https://first-party/cb", "http://127.0.0.1/cb"]
)  # fmt: skip
def test_a_sector_is_not_taken_by_naming_it(uri: str) -> None:
    """A pairwise subject is for a host that the client receives codes at; the name in a private scheme is anybody's."""
    assert sector(uri) == "klien"
    assert sector(uri) != FIRST_PARTY_SECTOR


def test_a_host_that_receives_the_codes_is_a_sector() -> None:
    assert sector("https://rp.example/a", "https://rp.example/b") == "rp.example"
    assert sector("https://rp.example/a", "com.jahat.app://rp.example/b") == "klien"


@pytest.mark.parametrize(
    "uri", ["https://a;sandbox/logo.png", "https://a'b/", "https://a,b/", "https://*/", "https://a@b/", "https://a:x/"]
)
def test_a_logo_writes_nothing_into_the_content_security_policy(uri: str) -> None:
    with pytest.raises(InvalidClientMetadata):
        metadata.validate({"redirect_uris": ["https://rp.example/cb"], "logo_uri": uri})


@pytest.mark.parametrize(
    "uri", ["https://rp.example/logo.png", "https://[2001:db8::1]:8443/x", "http://127.0.0.1:81/x"]
)
def test_a_plain_logo_is_taken(uri: str) -> None:
    assert metadata.validate({"redirect_uris": ["https://rp.example/cb"], "logo_uri": uri})["logo_uri"] == uri


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=9)
    | st.sampled_from(["https://[", "urn:x", "nik", "id"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "en", "keys"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(sorted(policy.MEMBERS)), ODD),
    st.dictionaries(st.sampled_from(sorted(metadata.MEMBERS)), ODD),
)
@example({"holds": [{}]}, {})
@example({"resource_uris": [{}]}, {})
def test_whatever_a_client_says_is_taken_or_refused(decided: dict[str, Any], said: dict[str, Any]) -> None:
    """Nothing that a file or a stranger may write is a fault of ours."""
    for validate, wanted in ((policy.validate, decided), (metadata.validate, said)):
        with contextlib.suppress(InvalidClientMetadata, InvalidRedirectUri):
            assert validate(wanted).keys() >= {name for name, value in wanted.items() if value is not None}


@pytest.mark.parametrize("address", ["::7f00:1", "::a9fe:a9fe", "fec0::1", "64:ff9b:1::7f00:1"])
def test_retired_forms_of_addresses_are_not_called(address: str) -> None:
    """T37."""
    assert not public_address(address)


@pytest.fixture
def bomb() -> Iterator[str]:
    """A JWKS that unpacks to sixteen megabytes."""
    packed = gzip.compress(b" " * (16 << 20), 9)
    assert len(packed) < MAX_ANSWER

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(packed)))
            self.end_headers()
            self.wfile.write(packed)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/jwks"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_packed_answer_is_never_unpacked(bomb: str) -> None:
    """T16: memory is bounded by what is received, whatever its sender says that it would become."""
    caller = Caller(Outbound(timeout=60), allow_private=True)
    try:
        answer = await caller.get(bomb)
    except OutboundFault as fault:
        pytest.fail(f"unpacked and found too large: {fault}")
    finally:
        await caller.close()
    assert len(answer.body) <= MAX_ANSWER


async def test_invented_client_ids_are_remembered_in_short_and_not_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T20: ids that differ behind the part that is counted would each leave eight kilobytes behind."""
    from idp.clients import authenticate

    monkeypatch.setattr(authenticate, "_MAX_TURNED_AWAY", 3)
    authenticator = stage.provider.authenticator

    async def fail(client_id: str) -> None:
        pair = base64.b64encode(f"{client_id}:rahasia".encode()).decode()
        with pytest.raises(InvalidClient):
            await authenticator.authenticate(Attempt(f"Basic {pair}", {}, "203.0.113.9"))

    await fail("x" * 8000)
    limit = stage.provider.settings.limits.client_auth_per_network
    for name in "abcde":
        for _ in range(limit + 2):
            await fail(name * 200)
    assert len(authenticator._turned_away) <= 3
    assert max(len(client_id) for client_id, _ in authenticator._turned_away) <= 128
    # Whoever comes last is still turned away.
    assert ("e" * 128, "203.0.113.9") in authenticator._turned_away


async def test_a_client_that_moves_its_keys_leaves_no_trail(stage: Stage, web: HttpServer) -> None:
    """T20: RFC 7592 lets it name another address as often as it likes, and each would stay in memory with its keys.

    Of as many clients as there are each keeps its own, and is not fetched for again.
    """
    authenticator, key = stage.provider.authenticator, generate("ES256", 2048)
    members: dict[str, Any] = {"token_endpoint_auth_method": "private_key_jwt", "redirect_uris": [CALLBACK]}
    parties = [await stage.party(**members, jwks_uri=f"{web.url}/{number}.json") for number in range(4)]

    async def present(party: Party) -> None:
        form = by_assertion(assertion(stage, party.client_id, key))
        with pytest.raises(InvalidClient):
            await authenticator.authenticate(Attempt(None, form, "203.0.113.9"))

    for _ in range(2):
        for party in parties:
            await present(party)
    assert len(web.received) == len(parties)
    for number in range(4, 8):
        moved = metadata.validate({**members, "jwks_uri": f"{web.url}/{number}.json"})
        await stage.change(parties[0], metadata=moved)
        await present(parties[0])
    assert len(web.received) == len(parties) + 4
    assert sorted(authenticator._published) == sorted(party.client_id for party in parties)


def network(stage: Stage, client: str, *forwarded: str, trusted: tuple[str, ...] = ()) -> str:
    settings = stage.provider.settings.model_copy(update={"trusted_proxies": list(trusted)})

    async def nothing(*_: Any) -> None:
        return None

    shell = Shell(settings, SystemEntropy(), {}, {}, nothing)
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return shell._network({"client": (client, 1), "headers": headers})


async def test_ipv4_on_a_socket_for_both_families_is_not_one_caller(stage: Stage) -> None:
    """T35: by /64, `::ffff:a.b.c.d` would put all of IPv4 under one counter, and no trusted proxy would be known."""
    assert network(stage, "::ffff:198.51.100.7") == "198.51.100.7"
    assert network(stage, "::ffff:203.0.113.1") != network(stage, "::ffff:198.51.100.7")
    trusted = ("10.0.0.0/8",)
    assert network(stage, "::ffff:10.0.0.1", "203.0.113.5, ::ffff:198.51.100.7", trusted=trusted) == "198.51.100.7"
    assert network(stage, "2001:db8::1") == network(stage, "2001:db8::2") == "2001:db8::/64"


async def test_whoever_registers_itself_gets_no_token_for_anothers_service(stage: Stage) -> None:
    """Its subject would be the one by which that service knows the person: two strangers could compare."""
    api = "https://milik-orang.example/api"
    await stage.party(resource_uris=[api])
    stranger = await stage.party(
        first_party=False,
        redirect_uris=["https://jahat.example/cb"],
        grant_types=["authorization_code", "refresh_token", "client_credentials"],
    )
    known = stage.provider.clients.known(stranger.client_id)
    assert known is not None
    stage.provider.clients.put(dataclasses.replace(known, source="dynamic"))
    person = await stage.person()
    await stage.consent(person, stranger)
    browser = await stage.browser(person)
    assert (await stranger.answered(browser, resource=api))["error"] == "invalid_target"
    request, code = await stranger.code(browser, "openid offline_access", prompt=None)
    assert (await stranger.post_code(request, code, resource=api)).json()["error"] == "invalid_target"
    assert (await stranger.token(grant_type="client_credentials", resource=api)).json()["error"] == "invalid_target"
    tokens = await stranger.redeem(request, code)  # the refusal spent nothing
    assert tokens.claims["sub"]
