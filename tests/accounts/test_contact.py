"""Contacts: one spelling for what means the same, refusal for what only looks the same."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.accounts import contact
from idp.accounts.contact import NotAContact

KPJ = r"\d{11}"


@pytest.mark.parametrize(
    "typed",
    [
        "budi@contoh.go.id",
        "Budi@Contoh.GO.ID",
        " budi@contoh.go.id ",
        "ｂｕｄｉ＠ｃｏｎｔｏｈ．go.id",
        "bu\u200bdi@contoh.go.id",
    ],
)
def test_one_mailbox_has_one_spelling(typed: str) -> None:
    assert contact.normalise_email(typed) == "budi@contoh.go.id"


@pytest.mark.parametrize(
    "typed",
    [
        "bud\u0131@contoh.go.id",  # dotless i
        "b\u0443di@contoh.go.id",  # Cyrillic u
        "\u0130di@contoh.go.id",  # dotted capital I
        "a@b@contoh.go.id",
        '"a b"@contoh.go.id',
        "budi@localhost",
        "budi",
        "",
        "a@contoh.go.id\r\nBcc: b@contoh.go.id",
        "x" * 250 + "@contoh.go.id",
        "x" * 100_000,
    ],
)
def test_what_could_pass_for_another_address_is_refused(typed: str) -> None:
    with pytest.raises(NotAContact) as refused:
        contact.normalise_email(typed)
    assert refused.value.key == "email"


def test_a_domain_has_its_dns_form() -> None:
    assert contact.normalise_email("budi@bücher.example.com") == "budi@xn--bcher-kva.example.com"


@given(st.text(max_size=60))
def test_a_spelling_is_spelled_like_itself(typed: str) -> None:
    for read in (contact.normalise_email, contact.normalise_phone, contact.normalise_name):
        try:
            spelled = read(typed)
        except NotAContact:
            continue
        assert read(spelled) == spelled


@given(st.emails())
def test_case_never_makes_another_address(typed: str) -> None:
    try:
        spelled = contact.normalise_email(typed)
    except NotAContact:
        return
    assert contact.normalise_email(typed.upper()) == spelled
    assert len(spelled) <= 254


@pytest.mark.parametrize(
    "typed",
    ["081234567890", "0812 3456 7890", "812-3456-7890", "62 812 3456 7890", "+62 812.3456.7890", "+62 0812 3456 7890",
     "(0812) 3456 7890", "0812\u200b34567890", "０８１２３４５６７８９０"],
)  # fmt: skip
def test_a_number_of_this_country_is_understood_as_people_write_it(typed: str) -> None:
    assert contact.normalise_phone(typed) == "+6281234567890"


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [("+65 9123 4567", "+6591234567"), ("+60 12-345 6789", "+60123456789"), ("+1 415 555 2671", "+14155552671")],
)
def test_workers_abroad_keep_their_number(typed: str, spelled: str) -> None:
    assert contact.normalise_phone(typed) == spelled


@pytest.mark.parametrize("typed", ["021 555 1234", "+62 21 5551234", "+60 3-2161 1234"])
def test_a_landline_is_told_apart(typed: str) -> None:
    with pytest.raises(NotAContact) as refused:
        contact.normalise_phone(typed)
    assert refused.value.key == "hp.rumah"


@pytest.mark.parametrize(
    "typed", ["", "8", "0812", "08123456789012345", "77 9123 4567 8901", "0812x4567890", "٠٨١٢٣٤٥٦٧٨٩٠", "+", "+999 1"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(NotAContact) as refused:
        contact.normalise_phone(typed)
    assert refused.value.key == "hp"


@given(st.from_regex(r"8[1-35-9][0-9]{7,10}", fullmatch=True))
def test_four_ways_to_write_one_number(national: str) -> None:
    assert {contact.normalise_phone(start + national) for start in ("0", "", "62", "+62")} == {f"+62{national}"}


def test_a_participant_number_has_eleven_digits_or_none() -> None:
    assert contact.normalise_kpj("1234.567-8901", KPJ) == "12345678901"
    assert contact.normalise_kpj("  ", KPJ) is None
    for wrong in ("1234567890", "123456789012", "1234567890a", "١٢٣٤٥٦٧٨٩٠١"):
        with pytest.raises(NotAContact):
            contact.normalise_kpj(wrong, KPJ)


def test_names_as_people_have_them() -> None:
    assert contact.normalise_name("  Sri   Wahyuni, S.H. ") == "Sri Wahyuni, S.H."
    assert contact.normalise_name("Ma’ruf") == "Ma'ruf"
    assert contact.normalise_name("Jose\u0301") == "José"
    for wrong in ("", "  ", "'-", "Иван", "R2D2", "<b>Budi</b>", "x" * 61):
        with pytest.raises(NotAContact):
            contact.normalise_name(wrong)


def test_eleven_digits_from_08_may_be_either_number() -> None:
    assert contact.readings("08123456789", KPJ) == [("phone", "+628123456789"), ("kpj", "08123456789")]
    assert contact.normalise("Budi@contoh.go.id") == ("email", "budi@contoh.go.id")
    assert contact.normalise("siapa saya") is None


@given(st.text(alphabet=string.ascii_lowercase, min_size=2, max_size=20))
def test_a_mask_hides_all_but_the_first_letter(local: str) -> None:
    assert contact.masked(f"{local}@contoh.go.id") == f"{local[0]}***@contoh.go.id"


def test_a_masked_number_keeps_its_ends() -> None:
    assert contact.masked("+6281234567890") == "0812****7890"
    assert contact.masked("+6591234567") == "+65****4567"
