"""The registry's one question: does this person exist as described, and what are they to us?

It answers only to who brings its secret, and says "tidak_cocok" without giving away what would be right.
"""

import secrets
from typing import Any

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

from examples.registry.people import BY_NIK, Entry, known_as


class Question(BaseModel):
    nik: str = Field(max_length=32)
    nama: str = Field(max_length=200)
    tanggal_lahir: str = Field(max_length=10)
    nomor_peserta: str = Field("", max_length=32)


def registry(secret: str, people: dict[str, Entry] = BY_NIK) -> FastAPI:
    app = FastAPI(title="registry", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/")
    async def front() -> dict[str, Any]:
        return {"service": "registry", "people": len(people)}

    @app.post("/v1/cocokkan")
    async def compare(question: Question, authorization: str = Header("")) -> dict[str, Any]:
        if not secrets.compare_digest(authorization.encode(), f"Bearer {secret}".encode()):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        entry = people.get(question.nik)
        if entry is None:
            return {"hasil": "tidak_dikenal"}
        if difference := differs(question, entry):
            return {"hasil": "tidak_cocok", "alasan": difference}
        answer: dict[str, Any] = {"hasil": "cocok", "meninggal": entry.deceased, "perusahaan": entry.companies}
        if entry.numbers or entry.companies:
            state = "aktif" if entry.active else "tidak aktif"
            answer["kepesertaan"] = {"nomor": entry.numbers, "kategori": entry.category, "status": state}
        return answer

    return app


def differs(question: Question, entry: Entry) -> str | None:
    if question.tanggal_lahir != entry.birthdate:
        return "tanggal_lahir"
    if known_as(question.nama) != known_as(entry.name):
        return "nama"
    # A number is asked only of who says to have one: most people cannot find their card.
    return "nomor_peserta" if question.nomor_peserta and question.nomor_peserta not in entry.numbers else None
