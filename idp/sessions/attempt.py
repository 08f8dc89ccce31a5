"""An attempt to sign in with a password, in two statements: one before the hash is checked, one after.

Before: find the account, count the attempt (it is reserved, so that parallel guesses cannot outrun the count), and say
whether its password may be looked at. After: begin the session, forget the failures, remember the device, tell the
audit trail. Each is one round trip on PostgreSQL; between them lies nothing but Argon2id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from idp.accounts.throttle import ANYWHERE_LIMIT, Places, counted
from idp.base.settings import Lifetimes, Limits
from idp.sessions import beginning, enrolled, place
from idp.sessions.beginning import (
    ACCOUNT_FIRST,
    LATEST,
    PRESENT,
    REMEMBERED_COUNTRIES,
    RENEW_SESSION,
    Beginning,
    Known,
)
from idp.sessions.device import REMEMBER_AGAIN, REMEMBERED
from idp.sessions.visitor import Visitor
from idp.store.database import Database, Statement
from idp.store.tables import as_id

# What was typed may be read in two ways; the likelier one is asked first. A number counts once it was verified, and a
# contact that was changed not at all: who took the account over must not keep an entrance that its owner has closed.
_FOUND = """
    SELECT i.account_id FROM identifiers i JOIN accounts owner ON owner.id = i.account_id
    WHERE i.lookup IN ($1::bytea, $14::bytea) AND (
        i.kind IN ('email', 'phone') OR i.kind IN ('kpj', 'nik') AND owner.identity_level > 0
    )
    ORDER BY i.lookup = $1::bytea DESC LIMIT 1
"""
_WHO = f"""
    SELECT a.id, a.status, a.password_hash, a.not_before, a.created_at, a.reset_required_at, EXISTS (
        SELECT 1 FROM known_devices d WHERE d.account_id = a.id AND d.device = $2::bytea AND d.used_at > $12::bigint
    ) AS known
    FROM accounts a WHERE a.id = ({_FOUND})
"""
_WAITING = """
    SELECT id, password_hash FROM sign_ups
    WHERE email_lookup = $1::bytea AND activated_at IS NULL AND expires_at > $3::bigint
    ORDER BY id DESC LIMIT 1
"""
_COLUMNS = "subject, place, failures, blocked_until, attempt, updated_at"
_COUNT = {
    least: counted(least, now="$3::bigint", limits=("$8::bigint", "$9::bigint", "$10::bigint"))
    for least in ("LEAST", "min")
}
_COUNT_ANYWHERE = """
    failures = throttles.failures + 1, attempt = excluded.attempt, updated_at = excluded.updated_at
    WHERE throttles.failures < $11::bigint
"""
_PERSON = ("id", "status", "password_hash", "not_before", "created_at", "reset_required_at", "known")
_BEFORE = {
    "devices": ("remembered", "devices"),
    "countries": ("remembered", "countries"),
    "last_network": ("latest", "network"),
    "last_seen": ("latest", "seen_at"),
}

_ACCOUNT = f"({_FOUND})"
_SQLITE_BEFORE = {
    "latest": LATEST.format(account=_ACCOUNT),
    "remembered": REMEMBERED_COUNTRIES.format(since="$12", account=_ACCOUNT, join="group_concat(DISTINCT d.country)"),
}

_RESERVE = Statement(
    f"""
    WITH who AS ({_WHO}), subject AS (
        SELECT COALESCE(uuid_send(who.id), $1::bytea) AS key, COALESCE(who.known, false) AS known
        FROM (SELECT 1) one LEFT JOIN who ON true
    ), here AS (
        INSERT INTO throttles ({_COLUMNS})
        SELECT key, CASE WHEN known THEN $5::bytea ELSE $4::bytea END, 1, 0, $7::uuid, $3::bigint FROM subject
        ON CONFLICT (subject, place) DO UPDATE SET {_COUNT["LEAST"]}
        RETURNING failures, blocked_until, attempt = $7::uuid AS admitted
    ), anywhere AS (
        INSERT INTO throttles ({_COLUMNS})
        SELECT key, $6::bytea, 1, 0, $7::uuid, $3::bigint FROM subject, here WHERE here.admitted AND NOT subject.known
        ON CONFLICT (subject, place) DO UPDATE SET {_COUNT_ANYWHERE}
        RETURNING failures
    )
    SELECT here.failures, here.blocked_until, here.admitted,
           NOT subject.known AND NOT EXISTS (SELECT 1 FROM anywhere) AS refused,
           {", ".join(f"who.{name} AS who_{name}" for name in _PERSON)},
           waiting.id AS waiting_id, waiting.password_hash AS waiting_hash,
           {", ".join(f"s.{name} AS session_{name}" for name in PRESENT)},
           {", ".join(f"{table}.{column} AS {name}" for name, (table, column) in _BEFORE.items())},
           (SELECT t.failures FROM throttles t WHERE t.subject = subject.key AND t.place = $6::bytea) AS elsewhere,
           (SELECT failures FROM anywhere) AS in_a_row
    FROM here CROSS JOIN subject LEFT JOIN who ON true LEFT JOIN ({_WAITING}) waiting ON true
         LEFT JOIN sessions s ON s.id = $13::uuid
         LEFT JOIN LATERAL ({LATEST.format(account="who.id")}) latest ON true
         LEFT JOIN LATERAL (
             {REMEMBERED_COUNTRIES.format(since="$12", account="who.id", join="string_agg(DISTINCT d.country, ',')")}
         ) remembered ON true
    """,
    (
        f"""
        INSERT INTO throttles ({_COLUMNS})
        SELECT COALESCE(who.id, $1), CASE WHEN who.known THEN $5 ELSE $4 END, 1, 0, $7, $3
        FROM (SELECT 1) LEFT JOIN ({_WHO}) who ON true WHERE true
        ON CONFLICT (subject, place) DO UPDATE SET {_COUNT["min"].replace("::int", "")}
        RETURNING failures, blocked_until, attempt = $7 AS admitted, place = $4 AND EXISTS (
                SELECT 1 FROM throttles t WHERE t.subject = throttles.subject AND t.place = $6 AND t.failures >= $11
            ) AS refused,
            {", ".join(f"(SELECT {name} FROM ({_WHO})) AS who_{name}" for name in _PERSON)},
            {", ".join(f"(SELECT {name} FROM ({_WAITING})) AS waiting_{alias}" for name, alias in (("id", "id"), ("password_hash", "hash")))},
            {", ".join(f"(SELECT s.{name} FROM sessions s WHERE s.id = $13) AS session_{name}" for name in PRESENT)},
            {", ".join(f"(SELECT {column} FROM ({_SQLITE_BEFORE[table]})) AS {name}" for name, (table, column) in _BEFORE.items())},
            (SELECT t.failures FROM throttles t WHERE t.subject = throttles.subject AND t.place = $6) AS elsewhere,
            1 + COALESCE((SELECT t.failures FROM throttles t WHERE t.subject = throttles.subject AND t.place = $6), 0) AS in_a_row
        """,
        f"""
        INSERT INTO throttles ({_COLUMNS})
        SELECT t.subject, $6, 1, 0, $7, $3 FROM throttles t
        WHERE t.subject = COALESCE(({_FOUND}), $1) AND t.place = $4 AND t.attempt = $7
        ON CONFLICT (subject, place) DO UPDATE SET {_COUNT_ANYWHERE}
        """,
    ),
)

# Whoever wants a second factor each time is excused on a device that they named, unless others use it now.
_WANTS_FACTOR = """(accounts.asks_factor_since IS NOT NULL AND NOT ($13::boolean AND EXISTS (
            SELECT 1 FROM known_devices d
            WHERE d.account_id = accounts.id AND d.device = $8::bytea AND d.factor_until > $3::bigint
        )))"""
_INSERT_SESSION = f"""
    INSERT INTO sessions (id, secret_hash, account_id, factors, chosen_at, created_at, seen_at, expires_at, device, network, user_agent,
        risk, alert_at, held_at, public_device)
    SELECT $4::uuid, $5::bytea, id, $6::text, $3::bigint, $3::bigint, $3::bigint, $7::bigint, $8::bytea, $9::text, $10::text,
        $18::text, $19::bigint,
        CASE WHEN ($20::boolean OR {_WANTS_FACTOR}) AND {enrolled.anything("accounts")} THEN $3::bigint END, NOT $13::boolean
    FROM accounts
    WHERE id = $1::uuid AND status IN ('active', 'restricted') AND password_hash = $2::text AND reset_required_at IS NULL {{lock}}
    ON CONFLICT (id) DO UPDATE SET {RENEW_SESSION}, held_at = COALESCE(excluded.held_at, sessions.held_at)
    WHERE sessions.secret_hash = $14::bytea AND sessions.account_id = excluded.account_id AND sessions.ended_at IS NULL
    RETURNING id, held_at
"""
# Neither what a device nor what a count tells is settled by a session that still waits for its second factor.
_FREE = "EXISTS (SELECT 1 FROM sessions s WHERE s.id = $4 AND s.held_at IS NULL)"
_REMEMBER = (
    """
    INSERT INTO known_devices (account_id, device, created_at, used_at, user_agent, network, country)
    SELECT $1::uuid, $8::bytea, $3::bigint, $3::bigint, $10::text, $9::text, $21::text {started} WHERE $13::boolean AND {free}
"""
    + REMEMBER_AGAIN
)
# Whoever says that others use this device does not want it to be known from before either.
_FORGET = "DELETE FROM known_devices {using} WHERE known_devices.account_id = $1::uuid AND device = $8::bytea AND NOT $13::boolean"
_TELL = """
    INSERT INTO audit (id, at, event, actor, account_id, session_id, network, detail)
    SELECT $15::uuid, $3::bigint, 'session.started', $16::text, $1::uuid, $4::uuid, $9::text, $17::text {started}
"""
_BEGIN = Statement(
    # The rows are deleted in the order in which attempts lock them, or two sign-ins could wait for each other.
    f"""
    WITH started AS ({_INSERT_SESSION.format(lock=ACCOUNT_FIRST)}), here AS (
        DELETE FROM throttles USING started
        WHERE started.held_at IS NULL AND subject = uuid_send($1::uuid) AND place = $11::bytea RETURNING 1
    ), anywhere AS (
        DELETE FROM throttles USING started
        WHERE started.held_at IS NULL AND subject = uuid_send($1::uuid) AND place = $12::bytea AND (SELECT count(*) FROM here) >= 0
    ), remembered AS ({_REMEMBER.format(started="FROM started", free="started.held_at IS NULL")}), forgotten AS ({_FORGET.format(using="USING started")}), told AS ({_TELL.format(started="FROM started")})
    SELECT id, held_at FROM started
    """,
    (
        _INSERT_SESSION.format(lock=""),
        f"DELETE FROM throttles WHERE subject = $1 AND place IN ($11, $12) AND {_FREE}",
        _REMEMBER.format(started="", free=_FREE),
        _FORGET.format(using=""),
        _TELL.format(started=""),
    ),
)


@dataclass(frozen=True, slots=True)
class Begun:
    """The session stands; `held` when it may do nothing before a second factor was shown."""

    held: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known before the password is looked at. `known` is None for an identifier that nobody has.

    `stored` is the account's hash. `waiting` is that of the newest registration of this address that waits for its
    activation (`sign_up_id`): there may be one beside an account, since anybody may register any address, and how it is
    treated must not tell whether there is (T33). `blocked_until` is set when this attempt came too soon; `refused` when a
    hundred failures in a row, from all unknown devices or from this known one, have used up the password. `must_reset` when
    the password may be somebody else's and opens nothing until it is another one. `in_a_row` counts this attempt among the
    failures of all unknown devices, or of this known one: no two attempts of a series have the same. `failures` counts those
    of this place, this one too; `guesses` the wrong passwords right before it, wherever they count.
    """

    known: Known | None
    failures: int
    guesses: int
    in_a_row: int
    blocked_until: int | None
    refused: bool
    stored: str | None
    waiting: str | None
    sign_up_id: UUID | None
    must_reset: bool

    @property
    def account_id(self) -> UUID | None:
        """Whose password is tried."""
        return self.known.account_id if self.known is not None else None

    @property
    def active(self) -> bool:
        """Whether there is an account that may be signed in to."""
        return self.known is not None and self.known.active

    @property
    def known_device(self) -> bool:
        """Whether this account has been signed in to on this device."""
        return self.known is not None and self.known.known_device


async def reserve(
    database: Database,
    keys: Sequence[bytes],
    visitor: Visitor,
    where: Places,
    attempt: UUID,
    limits: Limits,
    lifetimes: Lifetimes,
    now: int,
) -> Attempt:
    """Count an attempt for an identifier, and find out everything that decides about it.

    `keys` are the lookups of its readings, one or two, the likeliest first.
    """
    row = await database.hot(
        _RESERVE,
        keys[0],
        visitor.device,
        now,
        where.network,
        where.device,
        where.anywhere,
        attempt,
        limits.sign_in_free_failures,
        limits.sign_in_first_delay,
        limits.sign_in_max_delay,
        ANYWHERE_LIMIT,
        now - REMEMBERED,
        visitor.session.id if visitor.session else None,
        keys[-1],
    )
    assert row is not None
    elsewhere = 0 if row["who_known"] else row["elsewhere"] or 0
    return Attempt(
        known=beginning.read(row, visitor, lifetimes, now),
        failures=row["failures"],
        guesses=max(row["failures"] - 1, elsewhere),
        in_a_row=row["failures"] if row["who_known"] else row["in_a_row"] or 0,
        blocked_until=None if row["admitted"] else row["blocked_until"],
        refused=bool(row["refused"]) or row["failures"] > ANYWHERE_LIMIT,
        stored=row["who_password_hash"],
        waiting=row["waiting_hash"],
        sign_up_id=as_id(row["waiting_id"]) if row["waiting_id"] is not None else None,
        must_reset=row["who_reset_required_at"] is not None,
    )


async def begin(
    database: Database, known: Known, stored: str | None, visitor: Visitor, where: Places, begins: Beginning
) -> Begun | None:
    """Begin or renew the session after the password was right.

    None when the account was disabled or its password is no longer `stored`, or the present session ended or was renewed
    elsewhere. The session waits for a second factor if the verdict, or its owner, requires one and the account has one.
    """
    here = where.device if known.known_device else where.network
    row = await database.hot(
        _BEGIN,
        known.account_id,
        stored,
        begins.now,
        begins.handle.id,
        begins.handle.secret_hash,
        begins.factors_told,
        begins.expires_at,
        visitor.device,
        visitor.network,
        visitor.user_agent,
        here,
        here if known.known_device else where.anywhere,
        begins.remember,
        known.present.secret_hash if known.present else None,
        begins.event,
        str(known.account_id),
        begins.detail_told,
        begins.risk_told,
        begins.alert_at,
        begins.verdict.require,
        place.country(visitor.network),
    )
    return Begun(held=row["held_at"] is not None) if row is not None else None
