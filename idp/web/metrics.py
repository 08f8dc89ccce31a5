"""Counters for the operator, on the management port only (Prometheus text format)."""

import os
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

_COLLECTED = CollectorRegistry()
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

REQUESTS = Counter(
    "gerbang_requests_total",
    "Requests by route, method and status.",
    ["route", "method", "status"],
    registry=_COLLECTED,
)
SECONDS = Histogram(
    "gerbang_request_seconds", "Time to answer by route.", ["route"], buckets=_BUCKETS, registry=_COLLECTED
)
TOKENS = Counter(
    "gerbang_tokens_total", "Token requests by grant type and outcome.", ["grant_type", "outcome"], registry=_COLLECTED
)
SIGN_INS = Counter(
    "gerbang_sign_ins_total", "Sign-in attempts by factor and outcome.", ["factor", "outcome"], registry=_COLLECTED
)
EMBEDDED = Counter(
    "gerbang_embedded_browsers_total",
    "Sign-in pages asked for from within another application, by what was answered.",
    ["answer"],
    registry=_COLLECTED,
)
# Levels are read by the process that is asked, so of several the newest reading is told.
HASHING = Gauge(
    "gerbang_password_checks_waiting",
    "Password checks under way or queued.",
    registry=_COLLECTED,
    multiprocess_mode="mostrecent",
)
OUTBOX = Gauge(
    "gerbang_outbox_items",
    "Undelivered outbox items by kind and state.",
    ["kind", "state"],
    registry=_COLLECTED,
    multiprocess_mode="mostrecent",
)

REDIS_AWAY = Gauge(
    "gerbang_redis_away",
    "1 while Redis does not answer and limits are stricter for it; always 0 without Redis.",
    registry=_COLLECTED,
    multiprocess_mode="mostrecent",
)

PRIVACY = Gauge(
    "gerbang_privacy_requests",
    "Requests about personal data by state: open, and overdue among them.",
    ["state"],
    registry=_COLLECTED,
    multiprocess_mode="mostrecent",
)

SPENDING = Gauge(
    "gerbang_sms_spending_share",
    "Share of what messages to telephones may cost today that is used up, by prefix; `all` is the whole day's.",
    ["prefix"],
    registry=_COLLECTED,
    multiprocess_mode="mostrecent",
)

_tokens: dict[tuple[str, str], Counter] = {}
_seen: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def observe(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request. Label lookups are remembered: they would cost more than the counting."""
    key = (route, method if method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") else "other", status)
    pair = _seen.get(key)
    if pair is None:
        pair = _seen[key] = (REQUESTS.labels(key[0], key[1], str(status)), SECONDS.labels(route))
    pair[0].inc()
    pair[1].observe(seconds)


def document(route: str) -> Callable[[], None]:
    """What counts one answer of a document that is always ready; how long it took is not worth measuring."""
    return REQUESTS.labels(route, "GET", "200").inc


def count_token(grant_type: str, outcome: str) -> None:
    """Count one token request."""
    child = _tokens.get((grant_type, outcome))
    if child is None:
        child = _tokens[grant_type, outcome] = TOKENS.labels(grant_type, outcome)
    child.inc()


def text() -> bytes:
    """Everything, as Prometheus reads it: of this process, or of all that share a folder of numbers (`serve` with several)."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(_COLLECTED)
    gathered = CollectorRegistry()
    multiprocess.MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]  # the library has no types
    return generate_latest(gathered)
