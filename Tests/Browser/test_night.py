"""The page as whoever is on call reads it: what is worst stands on top, says so in colour and words, and stays where it is."""

from __future__ import annotations

import re
import time
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

ROW = "llm-health-dashboard .row"
GROUP = "llm-health-dashboard .group"


def names(page: Page) -> list[str]:
    """Of the rows, from the top."""
    return page.evaluate("""() => [...document.querySelector('llm-health-dashboard').shadowRoot.querySelectorAll('.row')]
        .map(e => [e.getBoundingClientRect().top, e.dataset.model]).sort((a, b) => a[0] - b[0]).map(e => e[1])""")


def test_headline_and_icon_show_the_worst(page: Page, server):
    counts = server.get("health/summary")["counts"]
    assert counts["unhealthy"] > 0 and counts["healthy"] > counts["unhealthy"]
    expect(page.locator("llm-health-dashboard .headline")).to_have_attribute("data-look", "unhealthy")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/assets/icon-unhealthy.svg")
    assert page.request.get(server.url + "/assets/icon-unhealthy.svg").ok
    # The fleet as a whole has a name of its own.
    assert server.get("health/summary")["rollUp"] in ("healthy", "degraded", "unhealthy")


def test_what_needs_attention_stands_on_top(page: Page, server):
    troubled = {model["modelId"] for model in server.models() if model["status"] != "healthy"}
    head = page.locator(GROUP).first
    expect(head).to_have_text(re.compile(rf"Needs attention \({len(troubled)}\)"))
    assert set(names(page)[:len(troubled)]) == troubled
    # Away from its provider's head each row names it.
    expect(page.locator(ROW).first.locator(".row-provider")).not_to_be_empty()


def test_a_group_is_folded_by_hand(page: Page, server):
    head = page.locator(f"{GROUP}:not([data-attention])").first
    provider = head.locator(".group-name").inner_text()
    members = [model["modelId"] for model in server.models() if model["provider"] == provider and model["status"] == "healthy"]
    assert len(members) == int(head.locator(".group-count").inner_text())
    toggle = head.get_by_role("button")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    for model in members:
        expect(page.locator(f'{ROW}[data-model="{model}"]')).to_have_count(0)
    toggle.click()
    expect(page.locator(f'{ROW}[data-model="{members[0]}"]')).to_have_count(1)


@pytest.mark.scripted
def test_healthy_groups_of_a_large_fleet_are_one_line_each(stand_in, watch):
    server = stand_in("--models", "60")
    page = watch(viewport={"width": 1440, "height": 2600}).page
    page.goto(server.url)
    expect(page.locator(GROUP).first).to_contain_text("Needs attention (4)")
    folded = page.locator(f"{GROUP} .toggle[aria-expanded='false']")
    assert folded.count() > 5
    # Only groups in which something is wrong are open.
    troubled = {model["provider"] for model in server.models() if model["status"] != "healthy"}
    for head in page.locator(f"{GROUP}:not([data-attention])").all():
        is_open = head.get_by_role("button").get_attribute("aria-expanded") == "true"
        assert is_open == (head.locator(".group-name").inner_text() in troubled)
    # Whoever searches sees what is found.
    page.get_by_role("searchbox").fill("model-0001")
    expect(page.locator(ROW)).to_have_count(1)


@pytest.mark.scripted
def test_rows_stay_where_somebody_points(stand_in, watch):
    server = stand_in()
    page = watch().page
    page.goto(server.url)
    page.locator(ROW).nth(8).hover()
    before = names(page)
    server.hook("change", modelId="gpt-4o", status="unhealthy")
    row = page.locator(f'{ROW}[data-model="gpt-4o"]')
    expect(row).to_have_attribute("data-look", "unhealthy")
    assert names(page) == before
    held = page.get_by_role("button", name="1 model has changed. Sort now")
    expect(held).to_be_visible()
    held.click()
    page.wait_for_function("""() => document.querySelector('llm-health-dashboard').shadowRoot.querySelector('.group').textContent.includes('(5)')""")
    # And again when the pointer leaves.
    page.locator(ROW).nth(8).hover()
    server.hook("change", modelId="gpt-4o-mini", status="unhealthy")
    expect(page.locator("llm-health-dashboard .held")).to_be_visible()
    page.mouse.move(5, 5)
    expect(page.locator(GROUP).first).to_contain_text("(6)")


def test_a_view_can_be_shared(page: Page, watch, server):
    page.get_by_role("searchbox").fill("o")
    page.get_by_label("Order of the models").select_option("name")
    page.get_by_role("button", name="By provider").click()
    page.wait_for_function("() => location.search.includes('group=none')")
    assert {key: value[0] for key, value in parse_qs(urlsplit(page.url).query).items()} == {"q": "o", "sort": "name", "group": "none"}
    other = watch().page
    other.goto(page.url)
    expect(other.locator(ROW)).to_have_count(page.locator(ROW).count())
    assert names(other) == names(page)
    expect(other.get_by_role("searchbox")).to_have_value("o")


def test_a_report_with_its_range_and_zoom_can_be_shared(page: Page, watch, server):
    model = names(page)[0]
    page.locator(ROW).first.locator(".name").click()
    page.get_by_role("button", name="7d", exact=True).click()
    page.wait_for_function("() => location.search.includes('range=7d')")
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function("() => location.search.includes('from=')")
    stretch = page.locator("llm-health-timeline .stretch")
    expect(stretch).to_contain_text(" to ")
    other = watch().page
    other.goto(page.url)
    assert parse_qs(urlsplit(other.url).query)["model"] == [model]
    expect(other.locator("llm-health-timeline .stretch")).to_have_text(stretch.inner_text())
    expect(other.get_by_role("button", name="7d", exact=True)).to_have_attribute("aria-pressed", "true")
    other.keyboard.press("Escape")
    other.wait_for_function("() => !location.search.includes('model=')")


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_one_instant_in_every_zone(watch, server, zone):
    watched = watch(timezone_id=zone)
    page = watched.page
    page.goto(server.url)
    page.locator(ROW).first.wait_for()
    id = names(page)[0]
    since = next(model["since"] for model in server.models() if model["modelId"] == id)
    at = datetime.fromisoformat(since.replace("Z", "+00:00"))
    page.locator(f"{ROW} .toggle").first.click()
    fact = page.locator("llm-health-dashboard .details .facts div", has_text="Since").locator("dd")
    expect(fact).to_contain_text(at.astimezone(ZoneInfo(zone)).strftime("%H:%M"))
    button = page.get_by_role("button", name="Times:")
    expect(button).to_have_text(f"Times: {zone}" if zone == "UTC" else re.compile("Times: (America|Asia)/"))
    if zone == "UTC":
        return
    button.click()
    expect(button).to_have_text("Times: UTC")
    expect(fact).to_contain_text(at.strftime("%H:%M"))
    page.reload()
    expect(button).to_have_text("Times: UTC")
    assert watched.errors == []


def test_a_phone_shows_the_first_model_at_once(watch, server):
    page = watch(viewport={"width": 360, "height": 780}).page
    page.goto(server.url)
    page.locator(ROW).first.wait_for()
    time.sleep(0.5)
    assert page.locator(ROW).first.bounding_box()["y"] <= 320
    # What is announced comes after the headline.
    order = page.evaluate("""() => [...document.querySelector('llm-health-dashboard').shadowRoot.querySelector('.masthead').children].map(e => e.className)""")
    assert order.index("headline") < order.index("news")


def test_rows_show_the_last_day(page: Page):
    strip = page.locator(ROW).first.locator(".day")
    expect(strip.locator("span").first).to_be_attached()
    expect(strip).to_have_attribute("aria-label", re.compile("Status over the last 24 hours; uptime"))


def test_details_begin_with_one_line(page: Page):
    page.locator(f"{ROW} .toggle").first.click()
    brief = page.locator("llm-health-dashboard .brief")
    expect(brief).to_contain_text(re.compile(r"down for \d"))
    expect(brief).to_contain_text(re.compile(r"HTTP \d{3}"))
    expect(brief).to_contain_text(re.compile(r"failures in a row"))
    expect(brief).to_contain_text(re.compile("next probe (in|now)"))
    page.locator(f"{ROW} .toggle").first.click()
