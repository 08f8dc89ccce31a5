"""What is still missing before a code may be issued? A list read from top to bottom; the first that applies is asked. Pure.

The answer follows from the request, the standing and the clock alone. The ticket adds what the person did for this
very request, so that `prompt=login` asks once and not for ever.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from idp.flows.authorization_request import AuthorizationRequest
from idp.grants.claims import essential
from idp.grants.standing import Standing
from idp.sessions import levels
from idp.sessions.ticket import Ticket

CREATE, LOGIN, SELECT_ACCOUNT, SECOND_FACTOR, CONSENT = "create", "login", "select_account", "second_factor", "consent"
NEW_PASSWORD = "new_password"
ENROL, IDENTITY = "enrol", "identity"
ALONE = "alone"
"""Marks in a ticket that the person goes on without the second factor that a service would like."""
LIFT = "lift"


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that the answer depends on. `hinted` tells whether the request names this very person; `password_spent`
    that a policy wants another password first."""

    request: AuthorizationRequest
    standing: Standing | None
    ticket: Ticket
    hinted: bool | None
    now: int
    password_spent: bool = False

    def did(self, step: str) -> bool:
        """Whether a step was done for this request, in this session."""
        return self.standing is not None and self.ticket.has(step, self.standing.session.id, self.now)

    def did_one(self, steps: Collection[str]) -> bool:
        """Whether one of several steps was done for this request, in this session."""
        return any(self.did(step) for step in steps)

    @property
    def signed_in_anew(self) -> bool:
        """Whether the person signed in for this very request, with whatever one signs in with."""
        return any(self.did(factor) for factor in levels.PRIMARY)

    @property
    def stale(self) -> bool:
        """Whether the factors that make the wanted level were last shown longer ago than the request allows.

        For loa1 that is any factor. Above it only those count that complete the level: an app's code a minute ago makes
        no passkey of this morning fresh (T28). An age of 0 lets nothing from before the request count, not even what was
        shown within this second (OpenID Connect Core section 3.1.2.1).
        """
        if self.request.max_age is None or self.standing is None:
            return False
        if self.request.max_age == 0:
            return True
        shown = self.standing.session.factors
        counted = _completing(self.request, self.standing, shown.keys()) or shown.keys()
        return self.now - max(shown[factor] for factor in counted) > self.request.max_age


def wanted_level(request: AuthorizationRequest, standing: Standing) -> str | None:
    """The level to reach: the first asked for that this account can reach, else the highest it can; None if none was asked."""
    for level in request.wanted:
        if levels.reaches(standing.reachable, level):
            return level
    return standing.reachable if request.wanted else None


def unreached(request: AuthorizationRequest, standing: Standing) -> bool:
    """Whether levels are asked for and this account, as it is, can reach none of them."""
    return bool(request.wanted) and not any(levels.reaches(standing.reachable, level) for level in request.wanted)


def unmet(request: AuthorizationRequest, standing: Standing) -> bool:
    """Whether an essential acr is asked for that this account cannot reach."""
    return request.acr_essential and unreached(request, standing)


def addable(request: AuthorizationRequest, standing: Standing) -> frozenset[str]:
    """The factors that this account lacks and of which any one, once added, reaches a level that is asked for.

    Where no level can be reached without an identity check, those that make two factors of one.
    """
    missing = set(levels.ENROLLABLE) - standing.enrolled - request.client.excluded_factors
    identity = standing.person.identity_level
    wanted = request.wanted if within(request, identity) else ("loa2",)
    return frozenset(
        factor
        for factor in missing
        if any(levels.reaches(levels.level({*standing.enrolled, factor}, identity), level) for level in wanted)
    )


def within(request: AuthorizationRequest, identity_level: int) -> bool:
    """Whether an account of this identity level can reach a wanted level by adding factors."""
    highest = levels.attainable(identity_level, request.client.excluded_factors)
    return any(levels.reaches(highest, level) for level in request.wanted)


def enrolling_helps(request: AuthorizationRequest, standing: Standing) -> bool:
    """Whether one more factor brings this account to a level that is asked for.

    Where the service takes less than it asks for, from one factor to two is worth a page as well: the identity check that
    would be missing then takes days, and a second factor is added now.
    """
    if not unreached(request, standing):
        return False
    if within(request, standing.person.identity_level):
        return True
    return not request.acr_essential and standing.reachable == "loa1" and bool(addable(request, standing))


def second_factors(request: AuthorizationRequest, standing: Standing) -> frozenset[str]:
    """The enrolled factors of which any one, shown now, completes the level to reach; none when that needs no second."""
    return _completing(request, standing, standing.enrolled)


def _completing(request: AuthorizationRequest, standing: Standing, among: Collection[str]) -> frozenset[str]:
    level = wanted_level(request, standing)
    if level is None or level == "loa1":
        return frozenset()
    return levels.completing(standing.session.factors, among, level, standing.person.identity_level)


def _wants_two(question: Question) -> bool:
    if question.standing is None:
        return False
    level = wanted_level(question.request, question.standing)
    return level is not None and level != "loa1"


def _may_show(question: Question) -> bool:
    return "none" not in question.request.prompt


def _create(question: Question) -> bool:
    return "create" in question.request.prompt and not question.signed_in_anew


def _login(question: Question) -> bool:
    if question.standing is None:
        return True
    if question.signed_in_anew:
        return False
    if "login" in question.request.prompt or question.hinted is False:
        return True
    # Stale, and no second factor will be asked that would be a real re-authentication by itself.
    return question.stale and not second_factors(question.request, question.standing)


def _select_account(question: Question) -> bool:
    if question.standing is None or question.did("select") or question.signed_in_anew:
        return False
    return "select_account" in question.request.prompt


def _lift(question: Question) -> bool:
    return question.standing is not None and question.standing.restricted


def _held(question: Question) -> bool:
    """An unusual sign-in shows its second factor before anything else, whatever the service asks."""
    return question.standing is not None and question.standing.held


def _second_factor(question: Question) -> bool:
    if question.standing is None or not _wants_two(question):
        return False
    level = wanted_level(question.request, question.standing)
    assert level is not None
    if not levels.reaches(question.standing.level, level):
        return True
    again = "login" in question.request.prompt or question.stale
    return again and not question.did_one(second_factors(question.request, question.standing))


def _enrol(question: Question) -> bool:
    """A second factor would do, and there is none: it can be added right here."""
    standing = question.standing
    if standing is None or not _may_show(question):
        return False
    if question.did(ALONE) and not question.request.acr_essential:
        return False
    return enrolling_helps(question.request, standing)


def _identity(question: Question) -> bool:
    """Only a proven identity would do: said before the service hears that it is out of reach."""
    standing = question.standing
    if standing is None or not unmet(question.request, standing) or not _may_show(question):
        return False
    return not within(question.request, standing.person.identity_level) and within(question.request, 2)


def _new_password(question: Question) -> bool:
    return question.password_spent


def _consent(question: Question) -> bool:
    request, standing, asked = question.request, question.standing, question.did("consent")
    if standing is None:
        return False
    if "consent" in request.prompt and not asked:
        return True
    if request.client.pre_authorised:
        return False
    # What was just allowed may have been withdrawn since, in another tab.
    if (request.client.always_ask and not asked) or standing.consent is None:
        return True
    return not standing.consent.covers(
        request.scope,
        request.asked_claims,
        request.foreign,
        essential(request.scope, request.claims),
        request.client.purpose_version,
    )


PROMPTS: tuple[tuple[str, Callable[[Question], bool]], ...] = (
    (CREATE, _create),
    (SELECT_ACCOUNT, _select_account),
    (LOGIN, _login),
    (SECOND_FACTOR, _held),
    (LIFT, _lift),
    (ENROL, _enrol),
    (IDENTITY, _identity),
    (SECOND_FACTOR, _second_factor),
    (NEW_PASSWORD, _new_password),
    (CONSENT, _consent),
)


def missing(question: Question) -> str | None:
    """The first thing that the person still has to do, or None."""
    return next((name for name, applies in PROMPTS if applies(question)), None)
