"""An authenticator app is added: a secret that the page carries sealed, and the code that proves it arrived."""

from dataclasses import dataclass

from idp.accounts import removal, totp
from idp.base.errors import PageFault
from idp.base.opaque import Handle
from idp.flows import messages, owner
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, levels, session
from idp.sessions.visitor import Visitor

# How long one may take to set up the app on the telephone, in seconds.
LIFETIME = 900
_SECRET = "totp-enrolment"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An app that is not enrolled yet. `slip` carries the secret, sealed, to the moment when a code proves it."""

    secret: bytes
    slip: str


def begin(provider: Provider, stands: Standing) -> Enrolment:
    """A new secret. It is made here and comes back sealed, for this session alone: a page cannot choose one."""
    return _enrolment(provider, stands, totp.new_secret(provider.entropy))


def go_on(provider: Provider, stands: Standing, carried: str) -> Enrolment | None:
    """The enrolment that a form carries; None if it took too long, or is another session's."""
    secret = provider.slips.read(_SECRET, stands.session.id.bytes, carried, provider.clock.now())
    return Enrolment(bytes.fromhex(secret), carried) if isinstance(secret, str) else None


async def finish(
    provider: Provider, visitor: Visitor, stands: Standing, enrolment: Enrolment, code: str
) -> Handle | None:
    """Enrol the app that shows this code, and raise the session with it; its new cookie, or None if the code is wrong.

    PageFault 409 when the session was renewed or ended, or an app was enrolled, meanwhile.
    """
    now = provider.clock.now()
    step = totp.step_of(enrolment.secret, code, now)
    if step is None:
        return None
    handle = Handle(stands.session.id, provider.new_handle().secret)
    assert visitor.session is not None
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        raised = await session.raise_to(tx, visitor.session, handle, {**stands.session.factors, levels.TOTP: now}, now)
        if not raised or await totp.read(tx, provider.sealer, person.id):
            raise PageFault("kesalahan.formulir", "enrolled meanwhile", 409)
        app = totp.Totp(provider.new_id(), enrolment.secret, last_step=step, created_at=now)
        await totp.insert(tx, provider.sealer, person.id, app)
        await device.ask_all(tx, person.id)
        await messages.tell_everywhere(provider, tx, person, "totp_dipasang")
        await removal.call_off(tx, person.id, levels.TOTP)
        await provider.audit.append(tx, owner.did("factor.added", visitor, stands, factor=levels.TOTP, id=str(app.id)))
    return handle


def _enrolment(provider: Provider, stands: Standing, secret: bytes) -> Enrolment:
    expires = provider.clock.now() + LIFETIME
    carried = provider.slips.write(_SECRET, stands.session.id.bytes, secret.hex(), expires)
    return Enrolment(secret, carried)
