"""The page over the real daemon and simulator: a model fails, the daemon is killed and comes back.

Needs PROGRAMS, the folder of the built programs.
"""

from __future__ import annotations

import json
import time
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from programs import BIN, until
from real_daemon import Daemon

pytestmark = pytest.mark.skipif(not BIN, reason="needs PROGRAMS, the folder of the built programs")


@pytest.fixture
def daemon(tmp_path):
    daemon = Daemon(
        tmp_path, {"sim": [f"model-{n}" for n in range(6)]},
        "statusPage: {enabled: true, title: Ours, groups: [{name: Chat, models: [model-0, model-1, model-2]}, "
        "{name: Batch, models: [model-3, model-4], showModels: false}]}\n"
        "announcements: [{title: Prices change, text: From May on., from: 2026-11-01T00:00:00Z}]\n")
    try:
        daemon.serve()
        yield daemon
    finally:
        daemon.stop()


# When the page shows a status, by the page's own clock: the time at which the DOM says it.
WATCH = """
([model, status]) => {
  window.seen = null;
  const root = document.querySelector("llm-health-dashboard").shadowRoot;
  const look = () => {
    for (const row of root.querySelectorAll(".row")) {
      if (window.seen === null && row.textContent.includes(model) && row.textContent.includes(status)) window.seen = Date.now();
    }
    requestAnimationFrame(look);
  };
  look();
}
"""


def test_a_failure_is_on_the_page_within_a_second(daemon, watch):
    watched = watch()
    page = watched.page
    page.goto(daemon.url)
    expect(page.locator("llm-health-dashboard .row")).to_have_count(6)
    page.evaluate(WATCH, ["model-3", "unhealthy"])
    daemon.fail("model-3")
    page.wait_for_function("() => window.seen !== null", timeout=40_000)
    model = until(lambda: (m := daemon.model("model-3"))["status"] == "unhealthy" and m)
    began = time.mktime(time.strptime(model["since"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + model["since"][20:23])
    delay = page.evaluate("() => window.seen") / 1000 - began
    print(f"FIGURE\tdaemon's change to the page\t<= 1 s\t{delay * 1000:.0f} ms")
    assert -0.05 <= delay <= 1
    # With its reason, in the row itself.
    row = page.locator("llm-health-dashboard .row", has_text="model-3")
    expect(row).to_contain_text("probes in a row failed")
    expect(row).to_contain_text("500")
    daemon.fail("model-3", False)
    page.evaluate(WATCH, ["model-3", "healthy for"])
    page.wait_for_function("() => window.seen !== null", timeout=40_000)
    assert watched.errors == []
    assert watched.hosts == {daemon.url.split("/")[2]}


def test_a_killed_daemon_is_said_and_found_again_without_a_hole(daemon, watch):
    watched = watch()
    page = watched.page
    page.goto(daemon.url)
    expect(page.locator("llm-health-dashboard .row")).to_have_count(6)
    daemon.kill()
    banner = page.locator("llm-health-dashboard .banner")
    expect(banner).to_be_visible(timeout=15_000)
    expect(banner).to_contain_text("s")
    daemon.serve()
    expect(banner).to_be_hidden(timeout=30_000)
    # What happens now arrives as before.
    page.evaluate(WATCH, ["model-1", "unhealthy"])
    daemon.fail("model-1")
    page.wait_for_function("() => window.seen !== null", timeout=40_000)
    shown = page.evaluate(
        "() => [...document.querySelector('llm-health-dashboard').shadowRoot.querySelectorAll('.row')].map((row) => row.textContent)")
    assert len(shown) == 6 and sum("model-1" in text for text in shown) == 1


def test_a_silence_set_on_the_page_is_the_daemons(daemon, watch):
    watched = watch()
    request = urllib.request.Request(
        f"{daemon.url}/api/llm-manager/silences",
        json.dumps({"modelId": "model-2", "kind": "pause", "for": "1h", "reason": "upgrade"}).encode(),
        {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=5).close()
    page = watched.page
    page.goto(daemon.url)
    row = page.locator("llm-health-dashboard .row", has_text="model-2")
    expect(row).to_contain_text("paused")
    # It outlives a kill.
    daemon.kill()
    daemon.serve()
    expect(row).to_contain_text("paused", timeout=30_000)
    assert daemon.get("silences")[0]["reason"] == "upgrade"


def test_work_planned_on_the_page_is_the_daemons(daemon, watch):
    watched = watch()
    page = watched.page
    page.goto(daemon.url)
    row = page.locator("llm-health-dashboard .row", has_text="model-3")
    row.locator(".more").click()
    page.get_by_role("menuitem", name="Plan maintenance…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("New GPUs")
    dialog.get_by_role("button", name="Plan", exact=True).click()
    news = page.get_by_role("list", name="Announcements and maintenance")
    expect(news).to_contain_text("New GPUs")
    expect(row).to_contain_text("maintenance")
    planned = [one for one in daemon.get("maintenance") if one["title"] == "New GPUs"]
    assert [one["models"] for one in planned] == [["model-3"]]
    # The end is one hour from now, by the daemon's clock, and comes early when it is ended here.
    news.get_by_role("button", name="End: New GPUs").click()
    expect(row).not_to_contain_text("maintenance")
    assert not [one for one in daemon.get("maintenance") if one["title"] == "New GPUs"]
    assert watched.errors == []


@pytest.mark.parametrize("path", ["/status", "/docs", "/"])
def test_every_page_is_for_everybody(daemon, watch, path):
    """At every width, in both themes: nothing for axe, no error, nothing wider than the window, nobody else asked."""
    for width, theme in [(360, "light"), (768, "dark"), (1440, "light"), (2560, "dark")]:
        watched = watch(viewport={"width": width, "height": 900}, color_scheme=theme)
        page = watched.page
        page.goto(daemon.url + path)
        expect(page.locator({"/": "llm-health-dashboard .row", "/docs": "section.operation", "/status": "article"}[path]).first).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), width
        assert watched.errors == [] and watched.hosts == {daemon.url.split("/")[2]}


def test_the_status_page_needs_no_script(daemon, watch):
    page = watch(java_script_enabled=False).page
    page.goto(f"{daemon.url}/status")
    expect(page.locator(".headline")).to_have_text("Everything works")
    expect(page.locator("article")).to_have_count(4)
    expect(page.locator("article").last).to_contain_text("Batch")
    expect(page.locator(".notice")).to_contain_text("Prices change")
    assert "model-5" not in page.content() and "model-3" not in page.content()
    expect(page.locator("article").first.locator("rect")).to_have_count(90)
    # Its feeds are where it says.
    for link in page.locator('link[rel="alternate"]').all():
        assert page.request.get(daemon.url + link.get_attribute("href")).ok


def test_badges_are_images(daemon, watch):
    page = watch().page
    page.goto(f"{daemon.url}/livez")
    for query in ["", "&style=flat-square", "&style=for-the-badge", "&metric=uptime&window=90d", "&metric=latency", "&metric=score"]:
        size = page.evaluate(
            """async (source) => { const image = new Image(); image.src = source; await image.decode(); return [image.naturalWidth, image.naturalHeight]; }""",
            f"/api/llm-manager/health/badge.svg?modelId=model-0{query}")
        assert size[0] > 60 and size[1] == (28 if "for-the" in query else 20), query


def test_the_reference_sends_what_it_shows(daemon, watch):
    page = watch().page
    page.goto(f"{daemon.url}/docs#summary")
    operation = page.locator("section.operation#summary")
    operation.get_by_role("button", name="Send").click()
    expect(operation).to_contain_text("200")
    expect(operation).to_contain_text("revision")
