"""What is still missing before a code may be issued? A list read from top to bottom; the first that applies is asked. Pure.

The answer follows from the request, the standing and the clock alone. The ticket adds what the person did for this
very request, so that `prompt=login` asks once and not for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass

from idp.flows.authorization_request import AuthorizationRequest
from idp.grants.claims import essential
from idp.grants.standing import Standing
from idp.sessions import levels
from idp.sessions.ticket import Ticket

CREATE, LOGIN, SELECT_ACCOUNT, SECOND_FACTOR, CONSENT = "create", "login", "select_account", "second_factor", "consent"
NEW_PASSWORD = "new_password"
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

    @property
    def signed_in_anew(self) -> bool:
        """Whether the person signed in for this very request, with whatever one signs in with."""
        return any(self.did(factor) for factor in levels.PRIMARY)

    @property
    def stale(self) -> bool:
        """Whether the last active authentication is older than the request allows."""
        if self.request.max_age is None or self.standing is None:
            return False
        return self.now - self.standing.session.auth_time > self.request.max_age


def wanted_level(request: AuthorizationRequest, standing: Standing) -> str | None:
    """The level to reach: the first asked for that this account can reach, else the highest it can; None if none was asked."""
    for level in request.wanted:
        if levels.reaches(standing.reachable, level):
            return level
    return standing.reachable if request.wanted else None


def unmet(request: AuthorizationRequest, standing: Standing) -> bool:
    """Whether an essential acr is asked for that this account cannot reach."""
    return (
        request.acr_essential
        and bool(request.wanted)
        and not any(levels.reaches(standing.reachable, level) for level in request.wanted)
    )


def _wants_two(question: Question) -> bool:
    if question.standing is None:
        return False
    level = wanted_level(question.request, question.standing)
    return level is not None and level != "loa1"


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
    return question.stale and not _wants_two(question)


def _select_account(question: Question) -> bool:
    if question.standing is None or question.did("select") or question.signed_in_anew:
        return False
    return "select_account" in question.request.prompt


def _lift(question: Question) -> bool:
    return question.standing is not None and question.standing.restricted


def _second_factor(question: Question) -> bool:
    if question.standing is not None and question.standing.held:
        return True
    if question.standing is None or not _wants_two(question):
        return False
    level = wanted_level(question.request, question.standing)
    assert level is not None
    if not levels.reaches(question.standing.level, level):
        return True
    completed = any(question.did(factor) for factor in levels.completing(level))
    return ("login" in question.request.prompt or question.stale) and not completed


def _new_password(question: Question) -> bool:
    return question.password_spent


def _consent(question: Question) -> bool:
    request, standing = question.request, question.standing
    if standing is None or question.did("consent"):
        return False
    if "consent" in request.prompt:
        return True
    if request.client.pre_authorised:
        return False
    if request.client.always_ask or standing.consent is None:
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
    (LIFT, _lift),
    (SECOND_FACTOR, _second_factor),
    (NEW_PASSWORD, _new_password),
    (CONSENT, _consent),
)


def missing(question: Question) -> str | None:
    """The first thing that the person still has to do, or None."""
    return next((name for name, applies in PROMPTS if applies(question)), None)
