"""Planned maintenance and announcements: made and ended on the page."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect
from test_quality import SIZES, violations

pytestmark = pytest.mark.scripted
ROW = "llm-health-dashboard .row"
SINCE = "2026-01-01T00:00:00Z"


def said(id: str, title: str, models: tuple[str, ...] = (), start: str = SINCE, until: str | None = None) -> dict:
    return {"id": id, "title": title, "text": "", "from": start, "until": until, "models": list(models)}


@pytest.fixture
def server(stand_in):
    """Of each check's own: what is said on it concerns no other."""
    return stand_in()


@pytest.fixture
def show(watch, server):
    def show(**options) -> Page:
        watched = watch(timezone_id="Europe/Berlin", **options)
        watched.page.goto(server.url)
        watched.page.locator(ROW).first.wait_for()
        watched.page.errors = watched.errors
        return watched.page

    return show


def ask(page: Page, item: str):
    page.get_by_role("button", name="Announce…").click()
    page.get_by_role("menuitem", name=item).click()
    return page.get_by_role("dialog")


def news(page: Page):
    return page.get_by_role("list", name="Announcements and maintenance")


def told(page: Page):
    return page.locator('llm-health-dashboard [role="status"]')


def save(page: Page, button: str, path: str):
    with page.expect_response(lambda r: r.url.endswith(f"/{path}") and r.request.method == "POST") as answer:
        page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    return answer.value


def chip(page: Page, model_id: str):
    return page.locator(f'{ROW}[data-model="{model_id}"] .chip[data-kind="notice"]')


def test_maintenance_of_all_models_is_planned_and_ended(show):
    page = show()
    dialog = ask(page, "Plan maintenance…")
    expect(dialog.get_by_label("Title")).to_be_focused()
    dialog.get_by_label("Title").fill("New GPUs")
    answer = save(page, "Plan", "maintenance")
    assert answer.status == 201
    assert answer.request.post_data_json == {"title": "New GPUs", "text": "", "for": "1h", "models": []}
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Announce…")).to_be_focused()
    expect(told(page)).to_have_text("Planned: New GPUs.")
    # Shown at once, not when the news is read next.
    expect(news(page)).to_contain_text(re.compile(r"New GPUs.*Maintenance until \d"), timeout=2_000)
    expect(chip(page, "gpt-4o")).to_contain_text("maintenance")
    end = news(page).get_by_role("button", name="End: New GPUs")
    expect(end).to_have_text("End")
    with page.expect_response(lambda r: "/maintenance/" in r.url and r.request.method == "DELETE") as ended:
        end.click()
    assert ended.value.status == 204
    expect(news(page)).to_have_count(0, timeout=2_000)
    expect(told(page)).to_have_text("Ended: New GPUs.")
    expect(page.get_by_role("button", name="Announce…")).to_be_focused()
    expect(chip(page, "gpt-4o")).to_have_count(0)
    assert page.errors == []


def test_maintenance_of_one_model_is_planned_for_later(show):
    page = show()
    more = page.locator(f'{ROW}[data-model="claude-opus-4-1"] .more')
    more.click()
    page.get_by_role("menuitem", name="Plan maintenance…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("list", name="Chosen models").get_by_role("listitem")).to_have_text(["claude-opus-4-1"])
    dialog.get_by_label("Title").fill("Move to another region")
    dialog.get_by_label("Text").fill("About an hour.")
    dialog.get_by_label("Start", exact=True).select_option("At another time")
    at = dialog.get_by_label("Start, Europe/Berlin time")
    # The next full hour, here.
    berlin = datetime.fromisoformat(at.input_value())
    assert berlin.minute == 0 and timedelta() < berlin - datetime.now(timezone(timedelta(hours=1))).replace(tzinfo=None) < timedelta(hours=2.1)
    at.fill("2098-07-01T08:30")
    dialog.get_by_label("How long").select_option("4 hours")
    answer = save(page, "Plan", "maintenance")
    assert answer.request.post_data_json == {
        "title": "Move to another region", "text": "About an hour.", "from": "2098-07-01T06:30:00.000Z", "for": "4h", "models": ["claude-opus-4-1"]}
    assert answer.json()["until"] == "2098-07-01T10:30:00.000Z"
    expect(more).to_be_focused()
    expect(news(page)).to_contain_text("About an hour. Concerns claude-opus-4-1.")
    expect(news(page)).to_contain_text("Maintenance from 1 Jul 2098 08:30 until 1 Jul 2098 12:30")
    expect(chip(page, "claude-opus-4-1")).to_have_count(0)
    news(page).get_by_role("button", name="Take back: Move to another region").click()
    expect(news(page)).to_have_count(0)
    expect(told(page)).to_have_text("Taken back: Move to another region.")
    assert page.errors == []


def test_an_announcement_holds_until_it_is_taken_back(show, server):
    server.hook("set", announcements=[said("a1", "Prices change"), said("configured-announcement-1", "From the file")])
    page = show()
    dialog = ask(page, "Announce…")
    dialog.get_by_label("Title").fill("<b>gpt-4o</b> leaves")
    dialog.get_by_label("How long").select_option("Until it is taken back")
    answer = save(page, "Announce", "announcements")
    assert answer.request.post_data_json == {"title": "<b>gpt-4o</b> leaves", "text": "", "models": []}
    expect(news(page).get_by_role("listitem")).to_contain_text(["Prices change", "From the file", "<b>gpt-4o</b> leaves"])
    # What the configuration says can only be taken back there.
    expect(news(page).get_by_role("button")).to_have_count(2)
    expect(news(page).get_by_role("listitem").nth(1).get_by_role("button")).to_have_count(0)
    news(page).get_by_role("button", name="Take back: <b>gpt-4o</b> leaves").click()
    expect(news(page).get_by_role("listitem")).to_have_count(2)
    # The focus stays in the list as long as there is something to press.
    expect(news(page).get_by_role("button", name="Take back: Prices change")).to_be_focused()
    assert page.errors == []


def test_models_are_chosen_by_name_and_pattern(show):
    page = show()
    dialog = ask(page, "Plan maintenance…")
    dialog.get_by_label("Title").fill("Upgrade")
    dialog.get_by_label("Models", exact=True).select_option("Only these")
    dialog.get_by_role("button", name="Plan", exact=True).click()
    expect(dialog.get_by_role("alert").last).to_have_text("Choose at least one model.")
    name = dialog.get_by_label("Name or pattern of a model")
    name.fill("gtp-4o")
    name.press("Enter")
    expect(dialog.get_by_text("No model fits “gtp-4o”.")).to_be_visible()
    name.fill("gpt-4o*")
    expect(dialog.get_by_text("No model fits")).to_have_count(0)
    name.press("Enter")
    name.fill("gpt-4o*")
    dialog.get_by_role("button", name="Add").click()
    # Picked from the list.
    name.evaluate("""field => { field.value = 'o3-mini';
        field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertReplacementText' })); }""")
    name.fill("codestral-2508")
    name.press("Enter")
    chosen = dialog.get_by_role("list", name="Chosen models").get_by_role("listitem")
    expect(chosen).to_have_text(["gpt-4o*: 2 models", "o3-mini", "codestral-2508"])
    dialog.get_by_role("button", name="Leave out o3-mini").click()
    expect(name).to_be_focused()
    # What is written and not added is meant too.
    name.fill("llama3.2:3b")
    answer = save(page, "Plan", "maintenance")
    assert answer.request.post_data_json["models"] == ["gpt-4o*", "codestral-2508", "llama3.2:3b"]
    line = news(page).get_by_role("listitem")
    expect(line).to_contain_text("Concerns gpt-4o*, codestral-2508 and 1 more.")
    expect(line.get_by_title("gpt-4o*, codestral-2508, llama3.2:3b")).to_be_visible()
    for model_id in ("gpt-4o-mini", "llama3.2:3b"):
        expect(chip(page, model_id)).to_be_visible()
    assert page.errors == []


def test_the_models_of_the_filter_can_be_meant(show, server):
    page = show()
    dialog = ask(page, "Announce…")
    expect(dialog.get_by_label("Models", exact=True).get_by_role("option")).to_have_text(["All models", "Only these"])
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("anthropic")
    expect(page.locator(ROW)).to_have_count(3)
    dialog = ask(page, "Announce…")
    dialog.get_by_label("Title").fill("Slower today")
    dialog.get_by_label("Models", exact=True).select_option("The 3 models shown now")
    answer = save(page, "Announce", "announcements")
    assert answer.request.post_data_json["models"] == ["claude-haiku-4-5", "claude-opus-4-1", "claude-sonnet-4-5"]
    assert answer.request.post_data_json["for"] == "24h"


def test_what_the_daemon_refuses_is_said_in_the_dialog(show, server):
    page = show()
    dialog = ask(page, "Plan maintenance…")
    dialog.get_by_label("Title").fill("  ")
    assert save(page, "Plan", "maintenance").status == 400
    expect(dialog.get_by_role("alert").last).to_have_text("title is needed.")
    expect(dialog.get_by_role("button", name="Plan", exact=True)).to_be_focused()
    dialog.get_by_label("Title").fill("Upgrade")
    server.hook("set", refuse={"admin": True})
    assert save(page, "Plan", "maintenance").status == 403
    expect(dialog.get_by_role("alert").last).to_have_text("Not allowed: The token lacks the scope 'admin'.")
    # A click beside it does not throw away what has been written.
    page.mouse.click(8, 8)
    server.hook("set", refuse={"admin": False})
    assert save(page, "Plan", "maintenance").status == 201
    expect(dialog).to_have_count(0)
    expect(news(page)).to_contain_text("Upgrade")


def test_what_cannot_be_taken_back_is_said_where_it_can_be_seen(show, server):
    server.hook("set", announcements=[said("a1", "Prices change"), said("a2", "More models")])
    page = show(viewport={"width": 360, "height": 800})
    server.hook("set", refuse={"admin": True})
    news(page).get_by_role("button", name="Take back: Prices change").click()
    toast = page.locator("llm-health-dashboard .toast")
    expect(toast).to_have_text("Not allowed: The token lacks the scope 'admin'.")
    expect(toast).to_be_in_viewport(ratio=1)
    expect(news(page).get_by_role("listitem")).to_have_count(2)
    # Somebody else was faster.
    server.hook("set", refuse={"admin": False}, announcements=[said("a2", "More models")])
    news(page).get_by_role("button", name="Take back: Prices change").click()
    expect(toast).to_contain_text("There is none with the id 'a1'")
    expect(news(page).get_by_role("listitem")).to_have_count(1)


def test_by_keyboard_alone(show):
    page = show()
    page.get_by_role("button", name="Announce…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Plan maintenance…")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("Lunch")
    page.keyboard.press("Tab")
    page.keyboard.type("Back/soon")
    with page.expect_response(lambda r: r.url.endswith("/announcements") and r.request.method == "POST") as answer:
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
    assert answer.value.request.post_data_json["text"] == "Back/soon"
    expect(page.get_by_role("button", name="Announce…")).to_be_focused()
    news(page).get_by_role("button", name="Take back: Lunch").focus()
    page.keyboard.press("Enter")
    expect(news(page)).to_have_count(0)
    assert page.errors == []


def test_a_window_that_begins_is_ended_rather_than_taken_back(show, server):
    start = datetime.now(timezone.utc) + timedelta(seconds=4)
    server.hook("set", maintenance=[said("m1", "Upgrade", start=start.isoformat().replace("+00:00", "Z"), until="2098-01-01T00:00:00Z")])
    page = show()
    expect(news(page).get_by_role("button")).to_have_text("Take back")
    expect(chip(page, "gpt-4o")).to_contain_text("maintenance", timeout=8_000)
    ask(page, "Announce…").get_by_label("Title").fill("So it is")
    save(page, "Announce", "announcements")
    expect(news(page).get_by_role("button", name="End: Upgrade")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(show, server, theme, size):
    width, height = SIZES[size]
    server.hook("set", announcements=[said("a1", "Prices change", ("gpt-4o", "gpt-4.1", "o3-mini"))],
                maintenance=[said("m1", "Upgrade", until="2098-01-01T00:00:00Z"), said("m2", "More", start="2097-01-01T00:00:00Z", until="2098-01-01T00:00:00Z")])
    page = show(color_scheme=theme, viewport={"width": width, "height": height}, reduced_motion="reduce")
    expect(news(page).get_by_role("button")).to_have_count(3)
    page.wait_for_timeout(400)
    assert violations(page) == []
    page.get_by_role("button", name="Announce…").click()
    assert violations(page) == [], "menu"
    page.keyboard.press("Escape")
    for item, button in (("Announce…", "Announce"), ("Plan maintenance…", "Plan")):
        dialog = ask(page, item)
        dialog.get_by_label("Start", exact=True).select_option("later")
        dialog.get_by_label("Models", exact=True).select_option("some")
        name = dialog.get_by_label("Name or pattern of a model")
        name.fill("gpt-*")
        name.press("Enter")
        name.fill("nobody")
        dialog.get_by_label("Title").fill("Upgrade")
        dialog.get_by_role("button", name=button, exact=True).click()
        expect(dialog.get_by_role("alert").last).to_have_text("No model fits “nobody”.")
        assert violations(page) == [], item
        assert dialog.evaluate("dialog => [dialog.scrollLeft, dialog.scrollWidth - dialog.clientWidth]") == [0, 0]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    assert page.errors == []


def test_a_thousand_models_to_choose_from(stand_in, watch):
    server, watched = stand_in("--models", "1000"), watch()
    page = watched.page
    page.goto(server.url)
    page.locator(ROW).first.wait_for()
    took = page.evaluate("""async () => { const root = document.querySelector('llm-health-dashboard').shadowRoot;
        root.querySelector('.say').click(); const began = performance.now(); root.querySelector('.menu-item').click();
        await new Promise(requestAnimationFrame); return performance.now() - began; }""")
    assert took < 500
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Upgrade")
    dialog.get_by_label("Models", exact=True).select_option("some")
    dialog.get_by_label("Name or pattern of a model").fill("model-00*")
    assert save(page, "Plan", "maintenance").request.post_data_json["models"] == ["model-00*"]
    expect(news(page)).to_contain_text("Concerns model-00*.")
    assert watched.errors == []
