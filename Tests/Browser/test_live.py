"""The live connection: three ways to hear of changes, resuming, and saying so when it is lost."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.scripted
ROW = "llm-health-dashboard .row"


def state(page):
    return page.evaluate("""async () => { const { clientFor } = await import('/components/client.js'); const c = clientFor('');
        return { phase: c.phase, way: c.way, seq: c.fleet.seq, revision: c.fleet.revision }; }""")


@pytest.fixture
def live(stand_in, watch):
    """A server of its own, so that scripting it disturbs no other check."""
    def make(*options, **page_options):
        server, watched = stand_in(*options), watch(**page_options)
        return server, watched

    return make


def open_page(server, watched):
    watched.page.goto(server.url)
    watched.page.locator(ROW).first.wait_for()
    return watched.page


def test_changes_arrive_over_websocket_and_are_read_out(live):
    server, watched = live()
    page = open_page(server, watched)
    assert state(page)["way"] == "websocket"
    server.hook("change", modelId="gpt-4o", status="unhealthy")
    expect(page.locator(f'{ROW}[data-model="gpt-4o"]')).to_have_attribute("data-look", "unhealthy", timeout=2_000)
    expect(page.locator('llm-health-dashboard [role="status"]')).to_contain_text("gpt-4o is now unhealthy")
    expect(page.locator("llm-health-dashboard .headline-text")).to_contain_text("2 of 14 models are unhealthy")
    assert page.title() == "(2) LLM health"
    assert watched.errors == []


def test_removed_models_disappear(live):
    server, watched = live()
    page = open_page(server, watched)
    server.hook("remove", modelId="gpt-4o-mini")
    expect(page.locator(f'{ROW}[data-model="gpt-4o-mini"]')).to_have_count(0)


def test_falls_back_to_server_sent_events(live):
    server, watched = live()
    server.hook("set", refuse={"websocket": True})
    page = open_page(server, watched)
    assert state(page)["way"] == "sse"
    server.hook("change", modelId="gpt-4o", status="degraded")
    expect(page.locator(f'{ROW}[data-model="gpt-4o"]')).to_have_attribute("data-look", "degraded", timeout=2_000)


def test_falls_back_to_polling(live):
    server, watched = live()
    server.hook("set", refuse={"websocket": True, "sse": True})
    page = open_page(server, watched)
    page.evaluate("document.querySelector('llm-health-dashboard').setAttribute('refresh-interval', '600')")
    assert state(page)["way"] == "polling"
    expect(page.locator("llm-health-dashboard .pulse")).to_have_text("Polling")
    server.hook("change", modelId="gpt-4o", status="unhealthy")
    expect(page.locator(f'{ROW}[data-model="gpt-4o"]')).to_have_attribute("data-look", "unhealthy", timeout=8_000)
    expect(page.locator('llm-health-dashboard [role="status"]')).to_contain_text("gpt-4o is now unhealthy")


def test_resumes_after_the_last_event(live):
    server, watched = live()
    page = open_page(server, watched)
    server.hook("change", modelId="gpt-4o", status="degraded")
    expect(page.locator(f'{ROW}[data-model="gpt-4o"]')).to_have_attribute("data-look", "degraded")
    seq = state(page)["seq"]
    server.hook("requests")
    server.hook("drop")
    server.hook("change", modelId="o3-mini", status="healthy")
    expect(page.locator(f'{ROW}[data-model="o3-mini"]')).to_have_attribute("data-look", "healthy", timeout=5_000)
    expect(page.locator('llm-health-dashboard [role="status"]')).to_contain_text("o3-mini is now healthy")
    asked = [line for line in server.hook("requests") if line.startswith("events")]
    assert asked[0].startswith(f"events after={seq} ")
    assert state(page)["seq"] == seq + 1


def test_an_event_is_not_told_twice(live):
    server, watched = live()
    page = open_page(server, watched)
    server.hook("quiet", quiet=True)
    before = state(page)["seq"]
    event = {"seq": before, "modelId": "gpt-4o", "provider": "openai", "previousStatus": "healthy", "currentStatus": "unhealthy",
             "timestamp": "2026-11-23T10:00:00.000Z", "reason": "old", "reasons": []}
    server.hook("send", type="event", event=event, model=None)
    page.wait_for_timeout(400)
    expect(page.locator('llm-health-dashboard [role="status"]')).to_have_text("")


def test_a_gap_and_coalescing_bring_the_fresh_state(live):
    server, watched = live()
    page = open_page(server, watched)
    server.hook("gap", **{"from": 41, "to": 900, "restart": True})
    page.wait_for_function("""async () => (await import('/components/client.js')).clientFor('').fleet.seq === 900""")
    server.hook("send", type="coalesced", dropped=12)
    server.hook("change", modelId="gpt-4o", status="unknown")
    expect(page.locator(f'{ROW}[data-model="gpt-4o"]')).to_have_attribute("data-look", "unknown")
    assert watched.errors == []


def test_a_lost_connection_is_said_with_its_age_and_found_again(live):
    server, watched = live()
    page = open_page(server, watched)
    server.hook("set", refuse={"websocket": True, "sse": True, "rest": True})
    server.hook("drop")
    banner = page.locator("llm-health-dashboard .banner")
    expect(banner).to_contain_text("The connection to the daemon is lost", timeout=8_000)
    ages = set()
    for _ in range(4):
        ages.add(re.search(r"is (.*) old", banner.inner_text()).group(1))
        page.wait_for_timeout(900)
    assert len(ages) >= 3
    expect(page.locator("llm-health-dashboard .root")).to_have_attribute("data-stale", "")
    server.hook("set", refuse={"websocket": False, "sse": False, "rest": False})
    banner.get_by_role("button", name="Try now").click()
    expect(banner).to_be_hidden()
    assert state(page)["way"] == "websocket"


def test_a_token_is_asked_for_and_used(live):
    server, watched = live("--token", "s3cret+/=ü")
    page = watched.page
    page.goto(server.url)
    field = page.get_by_label(re.compile("access token"))
    expect(field).to_be_visible()
    field.fill("wrong")
    page.get_by_role("button", name="Show health").click()
    expect(page.locator("llm-health-dashboard .access .failure")).to_contain_text("not one of the configured ones")
    # The daemon may have learnt of it since.
    field.fill("wrong")
    with page.expect_websocket():
        page.get_by_role("button", name="Show health").click()


def test_the_right_token_opens_the_websocket(live):
    server, watched = live("--token", "s3cret-_tok")
    page = watched.page
    page.goto(server.url)
    page.get_by_label(re.compile("access token")).fill("s3cret-_tok")
    page.get_by_role("button", name="Show health").click()
    page.locator(ROW).first.wait_for()
    assert state(page)["way"] == "websocket"
    expect(page.get_by_label(re.compile("access token"))).to_be_hidden()
    page.reload()
    page.locator(ROW).first.wait_for()
    assert state(page)["way"] == "websocket"


def test_announcements_and_maintenance(live):
    server, watched = live()
    server.hook("set", announcements=[{"id": "a1", "title": "Provider trouble", "text": "OpenAI investigates.", "from": "2026-01-01T00:00:00Z",
                "until": "2099-01-01T00:00:00Z", "models": ["gpt-4o"]}],
                maintenance=[{"id": "m1", "title": "Gateway update", "text": "", "from": "2026-01-01T00:00:00Z", "until": None, "models": []}])
    page = open_page(server, watched)
    news = page.get_by_role("list", name="Announcements and maintenance")
    expect(news).to_contain_text("Provider trouble OpenAI investigates. Concerns gpt-4o.")
    expect(news).to_contain_text("Gateway update")


def test_text_from_the_daemon_is_never_markup(live):
    server, watched = live()
    page = open_page(server, watched)
    evil = "<img src=x onerror=window.hacked=1>"
    model = {**next(m for m in server.models() if m["modelId"] == "gpt-4o"), "reasons": [{"code": "errors", "message": evil}], "status": "degraded"}
    server.hook("quiet", quiet=True)
    server.hook("send", type="update", revision=9_999, at="2026-11-23T10:00:00.000Z", summary=server.get("health/summary"), models=[model], removed=[])
    expect(page.locator(f'{ROW}[data-model="gpt-4o"] .why-text')).to_have_text(evil)
    assert page.evaluate("window.hacked") is None


def test_one_connection_for_all_elements(live):
    server, watched = live()
    sockets = []
    watched.page.on("websocket", lambda socket: sockets.append(socket.url))
    watched.page.goto(f"{server.url}/examples/plain.html")
    watched.page.locator("llm-health-dashboard .board").wait_for()
    assert len(sockets) == 1
