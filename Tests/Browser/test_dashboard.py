"""The dashboard: what it shows, and that it can be used."""

import re

import pytest
from playwright.sync_api import Page, expect

ROW = "llm-health-dashboard .row"


def row(page: Page, model_id: str):
    return page.locator(f'{ROW}[data-model="{model_id}"]')


def test_every_model_has_a_row_with_its_status(page: Page, server):
    page.set_viewport_size({"width": 1440, "height": 4000})
    for model in server.models()[:20]:
        expect(row(page, model["modelId"])).to_be_visible()
    shown = page.locator(ROW).first
    expect(shown.locator(".shape").first).to_be_visible()
    expect(shown.locator(".state")).to_contain_text(re.compile(r"(healthy|degraded|unhealthy|unknown|idle) for \d+"))


def test_shapes_differ_by_status(page: Page):
    drawn = page.evaluate("""() => Object.fromEntries([...document.querySelector('llm-health-dashboard').shadowRoot
        .querySelectorAll('.filter-chip')].map(chip => { const path = chip.querySelector('path');
        return [chip.dataset.look, path.getAttribute('d') + path.getAttribute('fill') + path.getAttribute('stroke-dasharray')]; }))""")
    assert set(drawn) == {"healthy", "degraded", "unhealthy", "unknown", "idle"}
    assert len(set(drawn.values())) == 5


def test_headline_says_one_sentence(page: Page, server):
    counts = server.get("health/summary")["counts"]
    text = page.locator("llm-health-dashboard .headline-text").inner_text()
    assert str(counts["unhealthy"]) in text or "All" in text or str(counts["total"]) in text


def test_last_check_counts_up_by_itself(page: Page):
    cell = page.locator(f"{ROW} .c-last .value").filter(has_text=re.compile(r"\d+ s ago")).first
    cell.wait_for()
    seen = set()
    for _ in range(6):
        seen.add(cell.inner_text())
        page.wait_for_timeout(700)
    assert len(seen) > 1


def test_details_unfold_and_fold(page: Page):
    first = page.locator(ROW).first
    toggle = first.locator(".toggle")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    details = page.locator("llm-health-dashboard .details").first
    for title in ("Why", "Now", "Latency", "Last 24 hours"):
        expect(details.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(details.locator(".day")).to_be_visible()
    expect(details).to_contain_text("Next probe")
    toggle.click()
    expect(page.locator("llm-health-dashboard .details")).to_have_count(0)


def test_details_unfold_after_the_element_was_moved(page: Page):
    page.evaluate("() => { const board = document.querySelector('llm-health-dashboard'); const place = document.createElement('div'); "
                  "board.parentElement.append(place); place.append(board); }")
    page.locator(ROW).first.locator(".toggle").click()
    expect(page.locator("llm-health-dashboard .details")).to_have_count(1)


def test_show_details_unfolds_all(page: Page):
    page.evaluate("document.querySelector('llm-health-dashboard').showDetails = true")
    expect(page.locator(f'{ROW} .toggle[aria-expanded="false"]')).to_have_count(0)
    expect(page.locator("llm-health-dashboard .details").first).to_be_visible()
    page.evaluate("document.querySelector('llm-health-dashboard').showDetails = false")
    expect(page.locator("llm-health-dashboard .details")).to_have_count(0)


def test_rows_do_not_overlap_when_unfolded(page: Page):
    page.locator(f"{ROW} .toggle").nth(1).click()
    page.locator("llm-health-dashboard .day").first.wait_for()
    page.wait_for_timeout(400)
    boxes = page.evaluate("""() => [...document.querySelector('llm-health-dashboard').shadowRoot.querySelectorAll('.list > *')]
        .map(e => e.getBoundingClientRect()).map(b => [b.top, b.bottom]).sort((a, b) => a[0] - b[0])""")
    assert all(later[0] >= earlier[1] - 1 for earlier, later in zip(boxes, boxes[1:]))


def test_status_chips_filter_with_counts(page: Page, server):
    status = max(("healthy", "degraded", "unhealthy"), key=lambda s: server.get("health/summary")["counts"][s])
    chip = page.locator(f'llm-health-dashboard .filter-chip[data-look="{status}"]')
    amount = int(chip.locator("b").inner_text())
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    assert {e.get_attribute("data-look") for e in page.locator(ROW).all()} == {status}
    assert amount >= page.locator(ROW).count() > 0
    chip.click()


def test_search_finds_by_name_and_says_when_nothing_fits(page: Page, server):
    wanted = server.models()[0]["modelId"]
    search = page.get_by_role("searchbox")
    search.fill(wanted)
    expect(row(page, wanted)).to_be_visible()
    search.fill("no such model at all")
    expect(page.locator(ROW)).to_have_count(0)
    page.get_by_role("button", name="Show all").click()
    expect(row(page, wanted)).to_have_count(1)


def test_sorting_by_column_and_without_groups(page: Page):
    page.get_by_role("button", name="By provider").click()
    expect(page.locator("llm-health-dashboard .group")).to_have_text([re.compile("Needs attention"), re.compile("All others")])
    page.locator("llm-health-dashboard .c-name .head-button").click()
    expect(page.locator("llm-health-dashboard .group")).to_have_count(0)
    # Elements are put in reading order a moment later.
    page.wait_for_function("""() => { const names = [...document.querySelector('llm-health-dashboard').shadowRoot.querySelectorAll('.row .name')]
        .map(e => e.textContent); return names.length > 3 && names.every((name, i) => i === 0 || names[i - 1] <= name); }""", timeout=5_000)
    expect(page.locator("llm-health-dashboard .heads .c-name")).to_have_attribute("aria-sort", "ascending")
    page.locator("llm-health-dashboard .c-name .head-button").click()
    expect(page.locator("llm-health-dashboard .heads .c-name")).to_have_attribute("aria-sort", "descending")


def test_groups_show_the_providers_status(page: Page, server):
    providers = server.get("health/summary")["providers"]
    head = page.locator("llm-health-dashboard .group:not([data-attention])").first
    name = head.locator(".group-name").inner_text()
    expect(head).to_contain_text(providers[name]["reason"])
    counts = providers[name]["counts"]
    worst = next((status for status in ("unhealthy", "degraded") if counts[status]), "unknown" if counts["unknown"] == counts["total"] else "healthy")
    assert head.get_attribute("data-look") == worst


def test_components_are_shown(page: Page, server):
    for component in server.get("health/summary")["components"]:
        expect(page.get_by_role("list", name="Gateways, stores and other parts")).to_contain_text(component["name"])


def test_check_now_asks_the_daemon(page: Page):
    first = page.locator(ROW).first
    first.hover()
    with page.expect_response(lambda r: r.url.endswith("/health/probe") and r.request.method == "POST") as answer:
        first.get_by_role("button", name=re.compile("^Check .* now$")).click()
    assert answer.value.ok
    assert answer.value.request.post_data_json == {"modelId": first.get_attribute("data-model")}


def test_check_all(page: Page):
    with page.expect_response(lambda r: r.url.endswith("/health/probe"), timeout=60_000) as answer:
        page.get_by_role("button", name="Check all").click()
    assert answer.value.ok and answer.value.request.post_data_json == {}


def test_selecting_opens_the_report_and_sets_the_address(page: Page):
    name = page.locator(f"{ROW} .name").first
    wanted = page.locator(ROW).first.get_attribute("data-model")
    expect(name).to_have_accessible_name(wanted)
    name.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("heading", name=wanted)).to_be_visible()
    assert "model=" in page.url
    expect(page.locator("llm-health-timeline .period").first).to_be_attached()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_model_select_event(page: Page):
    page.evaluate("document.querySelector('llm-health-dashboard').addEventListener('model-select', e => { window.chosen = e.detail })")
    page.locator(f"{ROW} .name").first.click()
    assert page.evaluate("chosen.modelId") == page.evaluate("chosen.model.modelId")


def test_keyboard_alone(page: Page):
    page.locator(f"{ROW} .name").first.focus()
    page.keyboard.press("ArrowDown")
    second = page.locator(ROW).nth(1)
    expect(second.locator(".name")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(second.locator(".toggle")).to_have_attribute("aria-expanded", "true")
    expect(second.locator(".name")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(second.locator(".toggle")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("End")
    expect(page.locator(ROW).last.locator(".name")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator(ROW).first.locator(".name")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_tab_stops_at_one_row_only(page: Page):
    stops = page.evaluate("""() => [...document.querySelector('llm-health-dashboard').shadowRoot
        .querySelectorAll('.row button[tabindex="0"]')].map(b => b.closest('.row').dataset.model)""")
    assert len(set(stops)) == 1


def test_menu_by_keyboard(page: Page):
    more = page.locator(f"{ROW} .more").first
    more.focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(more).to_be_focused()


@pytest.mark.parametrize("kind,item,button,help,length", [
    ("silence", "Silence 1 h…", "Silence", "No alerts about this model for a while. Probes go on.", {"for": "1h"}),
    ("acknowledge", "Acknowledge…", "Acknowledge", "no more alerts until it is healthy again", {}),
    ("pause", "Pause…", "Pause", "No traffic for this model and no alerts about it. Probes go on.", {"for": "1h"})])
def test_notices_are_set_and_ended(page: Page, server, kind, item, button, help, length):
    # Only what is not healthy can be acknowledged.
    fitting = [one["modelId"] for one in server.models() if not one.get("notices") and (kind != "acknowledge" or one["status"] != "healthy")]
    model_id = next(name for name in page.locator(ROW).evaluate_all("rows => rows.map(row => row.dataset.model)") if name in fitting)
    row(page, model_id).locator(".more").click()
    page.get_by_role("menuitem", name=item).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text(help)
    dialog.get_by_label("Reason").fill("Checked by hand")
    with page.expect_response(lambda r: r.url.endswith("/silences") and r.request.method == "POST") as answer:
        dialog.get_by_role("button", name=button, exact=True).click()
    assert answer.value.status == 201
    assert answer.value.request.post_data_json == {"modelId": model_id, "kind": kind, "reason": "Checked by hand", **length}
    expect(dialog).to_have_count(0)
    expect(row(page, model_id).locator('.chip[data-kind="notice"]')).to_be_visible()
    row(page, model_id).locator(".more").click()
    with page.expect_response(lambda r: "/silences/" in r.url and r.request.method == "DELETE") as ended:
        page.get_by_role("menuitem", name=re.compile("^End now")).click()
    assert ended.value.ok
    expect(row(page, model_id).locator('.chip[data-kind="notice"]')).to_have_count(0)


@pytest.mark.parametrize("width", [360, 768, 1440, 2560])
def test_nothing_runs_over_the_edge(page: Page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.locator(f"{ROW} .toggle").first.click()
    page.locator("llm-health-dashboard .day").first.wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate("""width => [...document.querySelector('llm-health-dashboard').shadowRoot.querySelectorAll('.row *, .details *')]
        .filter(e => { const b = e.getBoundingClientRect(); return b.width > 2 && !e.closest('.spoken') && (b.right > width + 0.5 || b.left < -0.5); })
        .map(e => e.className)""", width)
    assert outside == []
    page.locator(f"{ROW} .toggle").first.click()
