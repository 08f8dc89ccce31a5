"""Reports by the admin API."""

import httpx2
import pytest

from tests.support.servers import House

pytestmark = pytest.mark.anyio

SAID = "Tombol kirim tidak terlihat."


async def test_reports_are_listed_without_their_text_read_and_closed(house: House, admin: httpx2.AsyncClient) -> None:
    for number in range(3):
        browser = house.browser()
        page = await browser.get("/masukan")
        await browser.submit(page, {"category": "saran", "text": f"{SAID} {number}"}, press="send-feedback")
        house.clock.advance(1)
    first = (await admin.get("/admin/v1/reports?limit=2")).json()
    second = (await admin.get("/admin/v1/reports", params={"limit": 2, "cursor": first["next"]})).json()
    listed = [*first["items"], *second["items"]]
    assert len({one["reference"] for one in listed}) == 3
    assert SAID not in str(listed)
    newest = listed[0]["reference"]
    assert (await admin.get(f"/admin/v1/reports/{newest}")).json()["text"] == f"{SAID} 2"
    assert (await admin.post(f"/admin/v1/reports/{newest}/close")).status_code == 204
    assert (await admin.post(f"/admin/v1/reports/{newest}/close")).status_code == 404
    assert (await admin.get("/admin/v1/reports/GB-2222-2222")).status_code == 404
    assert (await admin.get("/admin/v1/reports/%00")).status_code == 422
    still = (await admin.get("/admin/v1/reports?state=open")).json()["items"]
    assert newest not in {one["reference"] for one in still}
    assert len(still) == 2
    events = (await admin.get("/admin/v1/audit?event=report.read")).json()["items"]
    assert [event["detail"] for event in events] == [{"reference": newest}]
