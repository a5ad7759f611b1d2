"""The timeline: periods, gaps, incidents, zooming and panning."""

import re

import pytest
from playwright.sync_api import Page, expect

TIMELINE = "llm-health-timeline"


@pytest.fixture
def timeline(page: Page, server):
    """The report of a model, its timeline drawn."""
    wanted = next((m["modelId"] for m in server.models() if m["modelId"] == "gpt-4o"), server.models()[0]["modelId"])
    page.goto(f"{server.url}/?model={wanted}")
    page.locator(f"{TIMELINE} .period").first.wait_for(state="attached")
    page.wait_for_timeout(200)
    return page


def view(page: Page):
    """What the axis says, as text: it changes whenever the view does."""
    return page.locator(f"{TIMELINE} #summary").text_content()


def box(page: Page):
    return page.locator(f"{TIMELINE} .plot").bounding_box()


def test_periods_have_colour_and_pattern(timeline: Page):
    timeline.get_by_role("button", name="7d").click()
    timeline.wait_for_timeout(700)
    drawn = timeline.evaluate(f"""() => {{ const root = document.querySelector('{TIMELINE}').shadowRoot;
        return {{ looks: [...new Set([...root.querySelectorAll('.chart .period')].map(e => e.dataset.look))],
                  fills: [...new Set([...root.querySelectorAll('.chart .pattern')].map(e => e.getAttribute('fill')))] }}; }}""")
    for look in drawn["looks"]:
        assert look == "healthy" or f"url(#pattern-{look})" in drawn["fills"]
    assert "none" in drawn["looks"]


def test_gaps_are_not_drawn_as_health(timeline: Page):
    timeline.get_by_role("button", name="90d").click()
    expect(timeline.locator(f'{TIMELINE} .chart .period[data-look="none"]').first).to_be_attached()
    expect(timeline.locator(f"{TIMELINE} .legend")).to_contain_text("not observed")


@pytest.mark.parametrize("name", ["1h", "6h", "24h", "7d", "30d", "90d"])
def test_ranges(timeline: Page, name):
    if name != "24h":
        with timeline.expect_response(re.compile("/health/timeline")) as answer:
            timeline.get_by_role("button", name=name, exact=True).click()
        assert answer.value.ok
    expect(timeline.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")


def test_wheel_zooms_at_the_cursor_and_reset_goes_back(timeline: Page):
    before, at = view(timeline), box(timeline)
    timeline.mouse.move(at["x"] + at["width"] * 0.7, at["y"] + 120)
    timeline.mouse.wheel(0, -500)
    timeline.wait_for_timeout(400)
    assert view(timeline) != before
    expect(timeline.get_by_role("button", name="Reset")).to_be_enabled()
    timeline.get_by_role("button", name="Reset").click()
    expect(timeline.get_by_role("button", name="Reset")).to_be_disabled()


def test_dragging_pans(timeline: Page):
    at = box(timeline)
    timeline.mouse.move(at["x"] + 500, at["y"] + 150)
    timeline.mouse.wheel(0, -600)
    timeline.wait_for_timeout(300)
    before = view(timeline)
    timeline.mouse.down()
    timeline.mouse.move(at["x"] + 750, at["y"] + 150, steps=6)
    timeline.mouse.up()
    timeline.wait_for_timeout(300)
    assert view(timeline) != before


def test_keyboard_zooms_pans_resets_and_reads(timeline: Page):
    plot = timeline.locator(f"{TIMELINE} .plot")
    plot.focus()
    views = [view(timeline)]
    for key in ("+", "ArrowLeft", "-", "End"):
        timeline.keyboard.press(key)
        timeline.wait_for_timeout(120)
        views.append(view(timeline))
    assert len(set(views)) >= 4
    timeline.keyboard.press("Shift+ArrowLeft")
    expect(timeline.locator(f'{TIMELINE} [role="status"]')).to_contain_text(re.compile("healthy|degraded|unhealthy|unknown|not observed"))
    expect(timeline.locator(f"{TIMELINE} .tip")).to_be_visible()
    timeline.keyboard.press("Escape")
    expect(timeline.locator(f"{TIMELINE} .tip")).to_be_hidden()
    expect(timeline.get_by_role("dialog")).to_be_visible()
    timeline.keyboard.press("0")
    expect(timeline.get_by_role("button", name="Reset")).to_be_disabled()


def test_tooltip_at_the_cursor(timeline: Page):
    at = box(timeline)
    timeline.mouse.move(at["x"] + at["width"] * 0.95, at["y"] + 150)
    tip = timeline.locator(f"{TIMELINE} .tip")
    expect(tip).to_be_visible()
    own = tip.bounding_box()
    assert own["x"] >= at["x"] - 1 and own["x"] + own["width"] <= at["x"] + at["width"] + 1


def test_zooming_fetches_finer_points(timeline: Page):
    asked = []
    timeline.on("request", lambda r: asked.append(r.url) if "/health/history" in r.url else None)
    timeline.get_by_role("button", name="30d").click()
    timeline.wait_for_timeout(700)
    at = box(timeline)
    timeline.mouse.move(at["x"] + at["width"] * 0.6, at["y"] + 150)
    for _ in range(10):
        timeline.mouse.wheel(0, -200)
        timeline.wait_for_timeout(60)
    timeline.wait_for_timeout(600)
    steps = [int(re.search(r"resolution=(\d+)s", url).group(1)) if "resolution" in url else 0 for url in asked]
    assert len(steps) >= 2 and steps[-1] < steps[0]


@pytest.mark.scripted
def test_older_questions_are_ended(timeline: Page, server):
    server.hook("set", delay=1.2)
    failed = []
    timeline.on("requestfailed", lambda r: failed.append(r.url))
    try:
        timeline.get_by_role("button", name="7d").click()
        timeline.wait_for_timeout(250)
        timeline.get_by_role("button", name="30d").click()
        timeline.wait_for_timeout(2_000)
    finally:
        server.hook("set", delay=0)
    assert any("/health/timeline" in url for url in failed)


@pytest.mark.incidents
def test_incidents_with_notes(timeline: Page):
    timeline.get_by_role("button", name="7d").click()
    entry = timeline.locator(f"{TIMELINE} .incident").first
    entry.wait_for()
    entry.get_by_role("button", name=re.compile("Add note")).click()
    entry.get_by_label("Note").fill("Provider had an outage <b>")
    with timeline.expect_response(re.compile(r"/health/incidents/[^/]+/notes")) as answer:
        entry.get_by_role("button", name="Save note").click()
    assert answer.value.status == 201 and answer.value.request.post_data_json == {"text": "Provider had an outage <b>"}
    expect(entry).to_contain_text("Provider had an outage <b>")
    timeline.reload()
    timeline.get_by_role("button", name="7d").click()
    expect(timeline.locator(f"{TIMELINE} .incident").first).to_contain_text("Provider had an outage <b>")


@pytest.mark.incidents
def test_flags_lead_to_their_incident_and_times_zoom(timeline: Page):
    timeline.get_by_role("button", name="7d").click()
    flag = timeline.locator(f"{TIMELINE} .flag").first
    flag.wait_for()
    flag.click()
    expect(timeline.locator(f"{TIMELINE} .incident[data-lit]").first).to_be_visible()
    before = view(timeline)
    timeline.locator(f"{TIMELINE} .zoom-to").first.click()
    timeline.wait_for_timeout(400)
    assert view(timeline) != before


def test_unknown_model_is_explained(watch, server):
    watched = watch()
    watched.page.goto(f"{server.url}/?model=no-such-model")
    expect(watched.page.locator(f"{TIMELINE} .trouble")).to_contain_text("no-such-model")
