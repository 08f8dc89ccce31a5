"""What a page of Chromium brings over the wire, and a wire that is as slow as a village's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import CDPSession, Page

USABLE = """() => Math.max(
  performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
  ...performance.getEntriesByName("first-contentful-paint").map(one => one.startTime))"""
"""Milliseconds from leaving the last page until this one could be read and filled in."""


@asynccontextmanager
async def ledger(page: Page) -> AsyncIterator[dict[str, float]]:
    """Bytes received, headers included, by address; nothing for what the cache had."""
    received: dict[str, float] = {}
    addresses: dict[str, str] = {}
    wire = await page.context.new_cdp_session(page)
    await wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]}))

    def finished(event: dict[str, float | str]) -> None:
        address = addresses.get(str(event["requestId"]), "")
        received[address] = received.get(address, 0) + float(event["encodedDataLength"])

    wire.on("Network.loadingFinished", finished)
    yield received
    await wire.detach()


async def slow(page: Page) -> CDPSession:
    """100 kbit/s and 600 ms, until the page is closed."""
    wire = await page.context.new_cdp_session(page)
    await wire.send("Network.enable")
    speed = 100_000 / 8
    conditions = {"offline": False, "latency": 600, "downloadThroughput": speed, "uploadThroughput": speed}
    await wire.send("Network.emulateNetworkConditions", conditions)
    return wire
