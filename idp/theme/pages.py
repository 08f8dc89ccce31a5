"""The contract between doors and templates: what every page takes, and what its form sends back.

    theme.render("masuk", language, site="sso.contoh.go.id", csrf=token, promote_reset=False)

Every page takes `site` (the issuer's host, shown so that people can compare it); every page with a form takes `csrf`.
All other common names have a default:

    root      path of the issuer, no slash at the end; goes before every link and the stylesheet
    here      path and query of this page by GET, for the language link; without it the link keeps the path alone
    lanjut    ticket of the parked authorization; rides in every form as a hidden field and in every link
    hidden    further hidden fields, name → value (`{"token": …}` of a mailed link)
    values    what was typed, field name → text, shown again after an error; passwords and codes are never in it
    errors    field name → str or Message, in the order of the fields; the name "" is an error of the form as a whole
    notice    str or Message: something went well ("Kode baru sudah dikirim.")
    caution   str or Message: something did not, or asks for a second look ("SMS sedang terganggu.")
    back      where the back link leads; no link when empty
    stuck     where somebody goes who has none of the ways that a page asks for; no link when empty
    service   the relying party that waits, a `Service`; None outside an authorization
    name      of the person signed in, for the page head; empty when nobody is
    announcements  what everybody is told, sequence of `Announcement`; on the sign-in page and the account's
    ends      when the session ends if nobody uses it, UNIX seconds; None where nobody is signed in. `left`: seconds until then
    nonce     of the Content-Security-Policy; only form_post has inline script
    rules     for a new password, `PasswordRules`

Texts may be given as `Message`: pages say it in their language. Times are UNIX seconds.

Every form posts to the URL it stands on. The button that was pressed is in the form by name; none but these means the
primary button or the Enter key. The policy that pages need: `default-src 'none'; style-src 'self'; script-src 'self';
img-src 'self' data:` plus the origin of `service.logo_uri`, `connect-src 'self'; base-uri 'none'; frame-ancestors 'none'`.

    page             fields                              primary button       other buttons
    masuk            identifier password public_device   sign-in              cancel, when a service waits (script fills passkey)
    masuk_peramban                                       (links)
    masuk_kode       code remember_device?               submit-code          cancel, method=<name>, resend
    kirim_kode                                           send-code (method)   cancel, method=<name>
    masuk_passkey    passkey (by script)                 use-passkey          cancel, method=<name>
    daftar                                               start                discard
    daftar_data_diri nik passport name birth_day         continue
                     birth_month birth_year confirmed?
    daftar_kontak    phone email first                   continue             suggested=<address>
    daftar_kepesertaan category kpj                      continue
    daftar_dokumen                                       continue             remove=<document id>
    unggah           photo gallery (multipart)           upload
    daftar_kata_sandi password                           continue
    daftar_periksa   terms                               sign-up
    daftar_terkirim                                      (link to /aktivasi)  resend
    daftar_perbaiki  email phone password?               save
    daftar_ramai     hidden puzzle answer; email         send-link
    daftar_lanjut    hidden token                        continue
    akun_dokumen                                                              remove=<document id>
    aktivasi         hidden token, password?             activate
    aktivasi_kode    identifier? code password?          submit-code          resend
    aktivasi_habis   hidden token                        resend
    lupa_kata_sandi  identifier                          send-reset
    lupa_terkirim    code                                submit-code          resend
    atur_ulang       hidden token cara, code? password   set-password         method=<name> (sends, for sms and email)
    bantuan          identifier email phone              open-case
    bantuan_nomor    number                              send-code
    bantuan_kode     code                                submit-code          resend
    bantuan_batal    hidden token                        cancel-recovery
    izin             claim (one per optional claim)      allow (decision)     deny (decision)
    akun_privasi                                         accept
    akun_keberatan   objection                           object
    akun_bahasa      locale zone                         prefer
    akun_izin                                                                 withdraw=<client id>
    akun_permintaan  name birth_day birth_month           correct              take_back=<id>
                     birth_year reason
    akun_salinan                                         make                 download=<id>
    akun_batasi                                          restrict or lift     cancel
    akun_hapus       understood                          delete               cancel
    hapus_batal      hidden token                        keep-account
    pilih_akun                                           continue (choice)    other (choice)
    akun                                                                      end=<session id>, disconnect=<id>, everywhere=1
    akun_layanan                                                              disconnect=<id>
    akun_perangkat                                                            end=<session id>, forget=<device>, everywhere=1
    bukan_saya       hidden token or peristiwa           not-me
    masukan          category text contact               send-feedback
    akun_kata_sandi  current_password password           set-password
    akun_keamanan                                                             remove=<name>, keep=<name>, always=on|off,
                                                                              cancel-recovery
    akun_ponsel      code                                submit-code          send
    akun_pemulihan   saved, hidden kode                  make or done (done)  download
    cara_batal       hidden token                        keep
    cara_kedua                                           (links)              alone, cancel
    identitas_perlu                                      (link)               cancel
    akun_totp        code                                submit-code
    akun_kontak      newsletter                          save-newsletter
    akun_kontak_ganti email | phone                      send-code
    akun_kontak_kode code                                submit-code          resend
    kontak_batalkan  hidden token                        revert-contact
    buletin_berhenti hidden token                        leave-newsletter
    akun_passkey     passkey (by script) name            add-passkey
    akun_passkey_ubah name                               save-name            remove=1
    akun_identitas   nik name day month year confirmed   submit-identity      now=1, officer=1
    keluar                                               sign-out
    form_post        the parameters of the response      continue

Links go to /privasi /ketentuan /status /masukan /bukan-saya /masuk /masuk/cara-kedua /daftar /daftar/perbaiki /aktivasi /lupa-kata-sandi
/keluar /akun /akun/kata-sandi /akun/keamanan /akun/keamanan/totp /akun/keamanan/ponsel /akun/keamanan/kode-pemulihan
/akun/keamanan/passkey /akun/keamanan/passkey/ubah /akun/identitas /akun/dokumen /akun/layanan /akun/perangkat /akun/aktivitas
/akun/kontak /akun/bahasa /akun/privasi and what is below it. What a browser is asked for a passkey stands in `…_options`, as JSON.
"""

from collections.abc import Mapping
from typing import Any

from idp.theme.records import PasswordRules

COMMON: dict[str, Any] = {
    "root": "",
    "here": "",
    "lanjut": "",
    "hidden": {},
    "values": {},
    "errors": {},
    "notice": None,
    "caution": None,
    "back": "",
    "signal": "",
    "stuck": "",
    "service": None,
    "name": "",
    "nonce": "",
    "rules": PasswordRules(12, 4, 20),
    "announcements": (),
    "ends": None,
    "left": 0,
}

_STEP = {"position": "int; which step this is", "positions": "int; how many there are"}

# Page → name → what it is. Names here have no default: StrictUndefined refuses a page that misses one.
PAGES: Mapping[str, Mapping[str, str]] = {
    "masuk": {
        "promote_reset": "bool; from the third failure, puts the forgotten password first",
        "passkey_options": "str; what the browser is asked for a passkey",
    },
    "masuk_peramban": {
        "address": "str; what to open in a browser, empty when the service has not said where it begins",
        "intent": "str; link by which Android opens it there, or empty",
        "onward": "str; the sign-in page all the same, empty where it is refused",
    },
    "masuk_passkey": {
        "heading": "Message",
        "reason": "Message or None; why, where it is not simply that the service asks for it",
        "passkey_options": "str; what the browser is asked for a passkey",
        "others": "sequence of Method",
        "offer_excuse": "bool; this device may be remembered, so that it is not asked at every sign-in",
    },
    "masuk_kode": {
        "method": "str; what is asked: totp, sms, recovery, or email where that stands in for SMS",
        "reference": "str; four letters that the message with the code bears; empty while none was sent",
        "until": "int or None; when that code expires",
        "others": "sequence of Method",
        "reason": "Message or None; why, where it is not simply that the service asks for it",
        "offer_excuse": "bool; as of masuk_passkey",
    },
    "kirim_kode": {
        "heading": "Message",
        "reason": "Message; why a code is needed",
        "method": "str; sms or email",
        "destination": "str; masked goal",
        "others": "sequence of Method",
    },
    "daftar": {"resume": "str; where a registration that was begun goes on, or empty"},
    "daftar_data_diri": {**_STEP, "ask_confirmation": "bool; the number is of another date: it may be confirmed"},
    "daftar_kontak": {**_STEP, "suggestion": "str; the address that was probably meant, or empty"},
    "daftar_kepesertaan": _STEP,
    "daftar_dokumen": {**_STEP, "papers": "sequence of Paper, one per kind"},
    "unggah": {"kind": "str; ktp, selfie or other"},
    "daftar_kata_sandi": {
        **_STEP,
        "identifier": "str; for password managers, not shown",
        "chosen": "bool; there is one already, which an empty field keeps",
    },
    "daftar_periksa": {
        **_STEP,
        "rows": "sequence of Answer",
        "version": "str; of the terms and the privacy notice",
    },
    "daftar_perbaiki": {
        "email": "str; masked",
        "phone": "str; masked",
        "ask_password": "bool; what is new may stand in the password",
    },
    "daftar_habis": {},
    "daftar_ramai": {"puzzle": "str; what the browser works on", "bits": "int; leading zero bits asked for"},
    "daftar_surat": {},
    "daftar_lanjut": {},
    "akun_dokumen": {
        "papers": "sequence of Paper, oldest first; without `picture` while that is not shown",
        "add": "sequence of Paper; kinds that can be added",
        "in_review": "bool; an officer was asked, and has not decided",
        "may_ask_officer": "bool; all photos are there, and nobody was asked to look at them: that is the next step",
        "unlock": "str; where a factor is shown before the pictures are; empty when nothing is missing",
    },
    "daftar_terkirim": {
        "first": "str; email or sms, which of the two the person looks at first",
        "email": "str; masked",
        "phone": "str; masked",
        "until": "int; when link and code expire",
    },
    "aktivasi": {
        "holder": "str; the name in the registration",
        "phone": "str; its number, masked",
        "identifier": "str; for password managers, not shown",
        "ask_password": "bool; this browser did not register, so its person chooses the password",
    },
    "aktivasi_kode": {
        "destination": "str; masked, empty when this browser did not register",
        "ask_identifier": "bool; ask which registration the code belongs to, and for a new password",
    },
    "aktivasi_lama": {"sent_at": "int; when the newest message was sent"},
    "aktivasi_habis": {},
    "aktivasi_terpakai": {},
    "aktivasi_tidak_dikenal": {},
    "aktivasi_selesai": {
        "next": "str; where it goes on",
        "unproven_phone": "bool; the number was not proven yet, so nobody signs in with it",
    },
    "lupa_kata_sandi": {},
    "lupa_terkirim": {
        "sms_until": "int; when a code from an SMS expires",
        "mail_until": "int; when link and code from a mail expire",
    },
    "atur_ulang": {
        "identifier": "str; for password managers, not shown",
        "method": "str; what is asked too: totp, sms, recovery or email; empty when nothing is",
        "reference": "str; four letters that the message with the code bears; empty while none was sent",
        "until": "int or None; when that code expires",
        "others": "sequence of Method",
        "reason": "Message or None; why it is asked too",
    },
    "atur_ulang_selesai": {},
    "bantuan": {},
    "bantuan_nomor": {},
    "bantuan_kode": {},
    "bantuan_terkirim": {"number": "str; the case", "until": "int; when it expires"},
    "bantuan_batal": {
        "email": "str; masked new address",
        "approved_at": "int; when an officer approved it",
        "until": "int; when this stage ends",
    },
    "bantuan_batal_selesai": {},
    "izin": {
        "claims": "sequence of Claim",
        "abilities": "sequence of str; scopes that allow something, labelled cakupan.<scope>",
        "reached": "sequence of str; names of services whose APIs it could call in the person's name",
        "purpose": "str; why the service wants it, in its own words, or empty",
    },
    "pilih_akun": {"identifier": "str; masked address of the account that is signed in"},
    "akun": {
        "level": "int; tingkat_identitas 0, 1 or 2",
        "password_due": "bool; the password has reached its term",
        "new_terms": "bool; terms and privacy notice changed since they were accepted",
        "suggest_passkey": "bool; the account has none",
        "no_email": "bool; the account has no address, as after a recovery by number",
        "unproven_phone": "str; the number on record as people write it, as long as nobody proved it; else empty",
        "services": "sequence of ServiceRow",
        "sessions": "sequence of SessionRow, the current one first",
        "ways": "sequence of str; what the account has beside the password, labelled cara.<name>",
        "password_since": "int; when the password was last changed",
        "totp_since": "int or None; when the authenticator app was added",
    },
    "akun_layanan": {
        "services": "sequence of ServiceRow",
        "history": "sequence of EventRow; what was allowed and withdrawn, the newest first",
    },
    "akun_perangkat": {
        "sessions": "sequence of SessionRow, the current one first",
        "devices": "sequence of DeviceRow, the one used last first",
    },
    "akun_aktivitas": {
        "events": "sequence of EventRow, the newest first",
        "older": "str; where the older ones are, or empty",
    },
    "bukan_saya": {
        "event": "EventRow or None; what is disowned, None for the sign-ins that a mail named",
        "undoes": "sequence of Message; what else is taken back, after «we will»",
        "remains": "sequence of Message; what cannot be",
        "ends_here": "bool; this very browser is signed out with it",
    },
    "bukan_saya_selesai": {
        "reference": "str; number of the report",
        "undone": "sequence of str; what was taken back, after «we have»",
        "remains": "sequence of str; what could not be",
    },
    "masukan": {"categories": "sequence of str; labelled masukan.kategori_<name>"},
    "masukan_terkirim": {"reference": "str; number of the report"},
    "status": {
        "good": "bool; nothing is wrong",
        "parts": "mapping; masuk, mail and sms to baik, lambat or gangguan",
        "incidents": "sequence of Announcement",
        "checked": "int; when it was looked at",
    },
    "akun_kata_sandi": {"identifier": "str; for password managers, not shown"},
    "akun_keamanan": {
        "password_since": "int; when the password was last changed",
        "password_due": "bool; it has reached its term",
        "totp_since": "int or None; when the authenticator app was added",
        "totp_used": "int or None; when a code of it was last right",
        "phone": "str; masked number on record, or empty",
        "sms": "bool; whether codes go there",
        "codes_left": "int; recovery codes that still work",
        "few": "bool; so few that it is time for new ones",
        "leaving": "mapping; name of a method that waits to be removed → int, when it goes",
        "single": "bool; beside the password there is no second method to fall back on",
        "passkeys": "sequence of PasskeyRow",
        "room_for_passkeys": "bool; the account may have one more",
        "always": "bool or None; a second factor is asked at every sign-in; None without one",
        "recovery": "Message or None; a recovery through a branch is under way",
        "recovery_stands": "bool; it cannot be cancelled here",
    },
    "akun_identitas": {
        "level": "int; tingkat_identitas 0, 1 or 2",
        "state": "str; none, submitted, matched, review, approved, rejected or referred",
        "reason": "str; code of a rejection, labelled alasan.<code>, else empty",
        "method": "str; how the level was reached: registry, document or branch; empty for level 0",
        "verified_at": "int or None; when it was reached",
        "target": "int or None; by when an officer should have looked",
        "nik": "str; masked, empty when none is known",
        "may_type": "bool; show the form",
        "may_ask_officer": "bool; show the button that asks an officer",
        "missing": "sequence of str; the photos that an officer needs and has not, labelled dokumen.<kind>",
        "confirm": "bool; ask whether the card says the same",
    },
    "akun_ponsel": {
        "destination": "str; masked number",
        "reference": "str; four letters that the message with the code bears; empty while none was sent",
        "until": "int or None; when that code expires",
    },
    "akun_pemulihan": {
        "codes_left": "int; recovery codes that still work",
        "codes": "sequence of str; the codes just made, shown this once; empty before",
    },
    "cara_batal": {"method": "str; the method that would go", "due": "int; when"},
    "cara_batal_selesai": {},
    "cara_kedua": {
        "phone": "str; masked number on record, if codes to it would do; or empty",
        "passkeys": "bool; whether a passkey would do",
        "app": "bool; whether an authenticator app would do",
        "essential": "bool; the service takes nothing less",
    },
    "identitas_perlu": {},
    "akun_totp": {
        "qr": "Markup; inline SVG of the otpauth address",
        "secret": "str; base32, grouped by four for reading",
        "otpauth": "str; the otpauth address, opens an app on this device",
    },
    "akun_kontak": {
        "email": "str; or empty",
        "phone": "str; as people write it, or empty",
        "phone_verified": "bool",
        "newsletter": "bool; subscribed",
    },
    "akun_kontak_ganti": {"kind": "str; email or phone", "first": "bool; there is none yet"},
    "akun_kontak_kode": {"destination": "str; the new contact"},
    "kontak_batalkan": {"kind": "str; email or phone", "contact": "str; the old one, masked", "changed_at": "int"},
    "kontak_kembali": {"kind": "str; email or phone", "contact": "str; the old one, masked"},
    "buletin_berhenti": {"done": "bool; asked, or done"},
    "akun_passkey": {"passkey_options": "str; what the browser is asked in order to make a passkey"},
    "akun_passkey_ubah": {"passkey": "PasskeyRow"},
    "akun_privasi": {
        "restricted": "bool; the person has frozen what services may do",
        "deletion": "str; when the account will be deleted, or empty",
        "accept": "bool; terms and privacy notice have a version that the person has not accepted",
    },
    "akun_data": {"kept": "sequence of KeptRow"},
    "akun_izin": {"consents": "sequence of ConsentRow", "history": "sequence of HistoryRow"},
    "akun_akses": {"readings": "sequence of ReadingRow"},
    "akun_permintaan": {"requests": "sequence of RequestRow"},
    "akun_keberatan": {},
    "akun_bahasa": {"locale": "str; id or en", "zone": "str; IANA name of the person's time zone"},
    "akun_salinan": {"copies": "sequence of CopyRow"},
    "akun_batasi": {"restricted": "bool"},
    "akun_hapus": {"runs": "str; when it will be, or empty", "services": "sequence of AffectedRow"},
    "hapus_batal": {"holder": "str; whose account", "done": "bool; it is taken back"},
    "salinan_berkas": {
        "made": "str; moment",
        "account": "str; id",
        "sections": "sequence of (table, rows); a row is a sequence of (column, what it says)",
    },
    "privasi": {"version": "str", "kept": "sequence of str; kinds of data"},
    "ketentuan": {"version": "str"},
    "keluar": {},
    "keluar_selesai": {
        "services": "sequence of SignedOut",
        "next": "str; back to the service, or empty",
        "again": "str; this page once more, where it has an address of its own",
    },
    "kesalahan": {
        "title": "str or Message",
        "text": "str or Message",
        "next": "str; the one next step, or empty",
        "next_label": "str or Message; words of that link",
        "reference": "str; request id to tell on the phone",
    },
    "form_post": {"action": "str; redirect URI", "fields": "mapping; parameters of the response"},
    "sibuk": {"retry_after": "int; seconds", "reference": "str; request id"},
}
