"""What a page of Chromium brings over the wire, and a wire that is as slow as a village's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import CDPSession, Page

LATENCY, SPEED = 600, 100_000 / 8
"""Milliseconds that every request takes at least, and bytes in a second."""
CARRIED = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const asked = performance.getEntriesByType("resource").filter(one => one.transferSize).concat(page);
  return [asked.length + page.redirectCount, asked.reduce((sum, one) => sum + one.transferSize, 0)];
}"""
USABLE = """() => Math.max(
  performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
  ...performance.getEntriesByName("first-contentful-paint").map(one => one.startTime))"""
"""Milliseconds from leaving the last page until this one could be read and filled in."""


async def on_a_slow_wire(page: Page) -> float:
    """Milliseconds that a village's wire takes to carry this page with everything it asked for, one after the other."""
    requests, size = await page.evaluate(CARRIED)
    return float(requests * LATENCY + size / SPEED * 1000)


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
    """Such a wire, until the page is closed."""
    wire = await page.context.new_cdp_session(page)
    await wire.send("Network.enable")
    conditions = {"offline": False, "latency": LATENCY, "downloadThroughput": SPEED, "uploadThroughput": SPEED}
    await wire.send("Network.emulateNetworkConditions", conditions)
    return wire
