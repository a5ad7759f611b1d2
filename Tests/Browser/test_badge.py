"""The badge: three sizes, a tooltip, and where a click leads."""

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def badges(page: Page, server):
    """Three badges on a page of their own, without the dashboard's styles around them."""
    wanted = server.models()[0]["modelId"]
    page.evaluate("""async id => { await import('/components/badge.js'); const place = document.createElement('div'); place.id = 'place';
        for (const size of ['small', 'medium', 'large']) { const badge = document.createElement('llm-health-badge');
          badge.setAttribute('model-id', id); badge.setAttribute('size', size); badge.setAttribute('show-tooltip', ''); place.append(badge, ' '); }
        document.body.prepend(place); }""", wanted)
    page.locator("#place a").first.wait_for()
    return page


def test_sizes_grow(badges: Page):
    widths = [badge.bounding_box()["width"] for badge in badges.locator("#place llm-health-badge").all()]
    assert widths == sorted(widths) and widths[0] < 30 and widths[2] > 200


def test_each_size_has_a_name_for_screen_readers(badges: Page, server):
    model = server.models()[0]
    for link in badges.locator("#place a").all():
        assert model["modelId"] in link.text_content()


def test_tooltip_on_hover_and_focus(badges: Page):
    badges.locator("#place a").nth(1).hover()
    tip = badges.locator("#place .tip").nth(1)
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("Latency p50")
    badges.mouse.move(700, 700)
    expect(tip).to_be_hidden()
    badges.locator("#place a").nth(1).focus()
    expect(tip).to_be_visible()
    badges.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_without_show_tooltip_there_is_none(badges: Page):
    badges.evaluate("document.querySelectorAll('#place llm-health-badge')[1].removeAttribute('show-tooltip')")
    badges.locator("#place a").nth(1).hover()
    badges.wait_for_timeout(200)
    expect(badges.locator("#place .tip").nth(1)).to_be_hidden()


def test_click_opens_the_report(badges: Page, server):
    badges.locator("#place a").nth(1).click()
    badges.wait_for_url("**/?model=*")
    expect(badges.get_by_role("dialog").get_by_role("heading", name=server.models()[0]["modelId"])).to_be_visible()


def test_click_can_be_cancelled(badges: Page):
    badges.evaluate("document.getElementById('place').addEventListener('badge-click', e => { e.preventDefault(); window.clicked = e.detail.modelId; })")
    address = badges.url
    badges.locator("#place a").nth(2).click()
    badges.wait_for_timeout(200)
    assert badges.url == address and badges.evaluate("clicked")


def test_unwatched_model(badges: Page):
    badges.evaluate("document.querySelector('#place llm-health-badge:nth-of-type(2)').setAttribute('model-id', 'nobody')")
    expect(badges.locator("#place a").nth(1)).to_contain_text("not watched")
