"""Signing keys: look at them, rotate them. Private parts never leave the vault."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from idp.flows import officers, rotate_keys
from idp.web.admin.gate import AtDesk, GuardedRoute, needs
from idp.web.admin.lists import Body

router = APIRouter(prefix="/keys", tags=["Keys"], route_class=GuardedRoute)


class Key(BaseModel):
    """A signing key. Times are UNIX seconds."""

    kid: str
    algorithm: str
    state: Literal["next", "active", "retired"]
    created_at: int
    signs_from: int = Field(description="From when every cached JWKS holds it.")
    activated_at: int | None
    retired_at: int | None
    removed_at: int | None = Field(description="When it leaves the JWKS.")


class Keys(BaseModel):
    """All keys, oldest first."""

    items: list[Key]


class RotationWanted(Body):
    """What to rotate."""

    algorithm: Literal["ES256", "RS256", "PS256", "EdDSA"] | None = Field(
        None, description="One algorithm; all when left out."
    )
    force: bool = Field(
        False,
        description="Take a successor that some cached JWKS may lack. For a private key that others know: tokens may fail for up to a cache life.",
    )


class Rotation(BaseModel):
    """What became of one algorithm."""

    algorithm: str
    retired: str | None
    active: str | None
    next: str | None
    refused: str = Field(description="Why nothing changed; empty when something did.")


class Rotations(BaseModel):
    """One entry per algorithm."""

    items: list[Rotation]


@router.get("", summary="List signing keys", **needs("keys:read"))
async def list_signing_keys(desk: AtDesk) -> Keys:
    """Every key that is not deleted yet."""
    return Keys(items=[Key.model_validate(key, from_attributes=True) for key in await officers.keys(desk.provider)])


@router.post("/rotate", summary="Rotate signing keys", **needs("keys:write"))
async def rotate_signing_keys(desk: AtDesk, wanted: RotationWanted | None = None) -> Rotations:
    """Let the next key sign, retire the active one, publish a new next one. A successor that is too young is refused.

    Without a body: all algorithms.
    """
    wanted = wanted or RotationWanted()
    rotations = await rotate_keys.rotate(
        desk.provider, algorithm=wanted.algorithm, force=wanted.force, actor=desk.officer.actor
    )
    return Rotations(items=[Rotation.model_validate(rotation, from_attributes=True) for rotation in rotations])
