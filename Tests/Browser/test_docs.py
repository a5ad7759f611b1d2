"""The API reference: the daemon's own document, laid out, searched and tried."""

import json
import os
import re
import urllib.request
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

WEB = Path(__file__).resolve().parent / "web"
SIZES = {"phone": (360, 800), "desk": (1440, 900)}
METHODS = {"get", "post", "put", "patch", "delete", "head", "options", "trace"}


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]} {json.dumps(v['nodes'][0].get('any', [])[:1])[:300]}" for v in found]


def show(watched, server, place: str = "", token: str | None = os.environ.get("TOKEN")) -> Page:
    """The reference, laid out, with what the address asks for."""
    if token:
        watched.page.add_init_script(f"sessionStorage.setItem('llm-health-token', {json.dumps(token)})")
    watched.page.goto(f"{server.url}/docs{place}")
    watched.page.locator(".operation").first.wait_for()
    return watched.page


def unfold(page: Page) -> None:
    """All there is."""
    for _ in range(2):
        page.locator("main details").evaluate_all("all => all.forEach(details => { details.open = true; })")
        page.wait_for_timeout(100)
    page.get_by_role("button", name="Unfold all").evaluate_all("all => all.forEach(button => button.click())")


def is_in_view(page: Page, selector: str) -> bool:
    return page.evaluate("s => { const top = document.querySelector(s).getBoundingClientRect().top; return top >= -1 && top < innerHeight; }", selector)


@pytest.fixture(scope="module")
def document(server) -> dict:
    request = urllib.request.Request(f"{server.url}/openapi.json")
    if token := os.environ.get("TOKEN"):
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def operations(document) -> dict[str, tuple[str, str, dict]]:
    """Method, path and description by operation id."""
    return {o["operationId"]: (method.upper(), path, o)
            for path, item in document["paths"].items() for method, o in item.items() if method in METHODS}


@pytest.fixture
def docs(watch, server):
    """The reference. It must not have logged an error by the end, nor asked another host."""
    watched = watch()
    yield show(watched, server)
    assert watched.errors == []
    assert watched.hosts == {server.url.split("/")[2]}


# What it shows


def test_every_operation_is_shown(docs: Page, document, operations):
    assert docs.locator(".operation").count() == len(operations) > 0
    expect(docs.get_by_role("heading", level=1)).to_have_text(document["info"]["title"])
    for name, (method, path, operation) in operations.items():
        section = docs.locator(f'[id="{name}"]')
        expect(section.get_by_role("heading", level=3)).to_contain_text(operation["summary"])
        expect(section.locator(".route .method")).to_have_text(method)
        expect(section.locator(".route .path")).to_have_text(path)
        scope = f"scope {operation['x-scope']}" if operation.get("security", [{}]) else "open"
        expect(section.locator(".scope")).to_have_text(scope)
        assert section.locator(".status").all_inner_texts() == sorted(operation["responses"])
        curl = section.locator(".code").inner_text()
        assert curl.startswith("curl -s") and ("Authorization" in curl) == (scope != "open")
    assert docs.locator(".named-schema").count() == len(document["components"]["schemas"])


def test_headings_are_in_order_and_landmarks_are_there(docs: Page):
    levels = docs.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(heading => Number(heading.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))
    for role in ("banner", "navigation", "main"):
        expect(docs.get_by_role(role)).to_have_count(1)


@pytest.mark.scripted
def test_parameters_tell_type_limits_default_and_example(docs: Page):
    table = docs.locator("#getHistory .parameters")
    rows = {row.locator("th .name").inner_text(): re.sub(r"\s+", " ", row.inner_text()) for row in table.locator("tbody tr").all()}
    assert list(rows) == ["modelId", "timeRange", "from", "to", "resolution", "limit", "interval"]
    assert "required" in rows["modelId"] and "example gpt-4o" in rows["modelId"] and "characters 1 to 200" in rows["modelId"]
    assert "one of 1h 6h 24h 7d 30d 90d" in rows["timeRange"] and "default 24h" in rows["timeRange"]
    assert "format date-time" in rows["from"] and "example 2026-01-31T12:00:00Z" in rows["from"]
    assert "pattern ^[1-9][0-9]*[smhd]$" in rows["resolution"]
    assert "integer" in rows["limit"] and "from 1 to 10000" in rows["limit"]
    assert "deprecated" in rows["interval"]
    status = docs.locator("#getDetailedHealth .parameters tr", has_text="Several with commas")
    expect(status).to_contain_text("array of Status")
    expect(status).to_contain_text(re.compile(r"each one of\s+healthy"))


@pytest.mark.scripted
def test_descriptions_have_lists_code_and_links(docs: Page):
    expect(docs.locator(".intro .prose li")).to_have_count(2)
    expect(docs.locator(".intro .prose strong")).to_have_text("now")
    expect(docs.get_by_role("link", name="RFC 9457")).to_have_attribute("href", "https://www.rfc-editor.org/rfc/rfc9457")
    expect(docs.locator("#getDetailedHealth .prose pre")).to_have_text('If-None-Match: "5f3a"\n\n304 Not Modified')


@pytest.mark.scripted
def test_responses_follow_references(docs: Page):
    answer = docs.locator("#getDetailedHealth .answer", has_text="A token is needed.")
    answer.locator("summary").press("Enter")
    expect(answer.locator(".headers")).to_contain_text("WWW-Authenticate")
    expect(answer.locator(".tree").first).to_contain_text("detail")
    found = docs.locator("#getDetailedHealth .answer", has_text="The models.")
    expect(found.locator(".headers dt")).to_have_text([re.compile("ETag"), re.compile('Cache-Control "no-cache"')])
    expect(docs.locator("#getHealthSummary .example pre")).to_have_count(0)
    docs.locator("#getHealthSummary .example summary").click()
    expect(docs.locator("#getHealthSummary .example pre")).to_contain_text('"overall": "degraded"')


def test_descriptions_never_become_markup(watch, server):
    watched = watch()
    bad = {"openapi": "3.1.0", "info": {"title": "<img src=x>", "version": "1"}, "paths": {"/x": {"get": {
        "operationId": "x", "summary": "<b>bold</b>", "description": "<script>alert(1)</script> [bad](javascript:alert) [away](//elsewhere.example)",
        "responses": {"200": {"description": "<i>fine</i>"}}}}}}
    watched.page.route("**/openapi.json", lambda route: route.fulfill(json=bad))
    page = show(watched, server)
    expect(page.locator("#x h3")).to_contain_text("<b>bold</b>")
    expect(page.locator("#x .prose").first).to_have_text("<script>alert(1)</script> bad away")
    assert page.locator("main script, main img, main b, main i, main .prose a").count() == 0
    assert watched.errors == []


# The schema trees


@pytest.mark.scripted
def test_a_tree_unfolds_by_keyboard(docs: Page):
    tree = docs.locator("#getDetailedHealth .answer").first.get_by_role("list", name="Response 200, application/json")
    folds = tree.locator(":scope > li > .row > .fold")
    first = folds.first
    expect(first).to_have_text("reasons")
    expect(first).to_have_attribute("aria-expanded", "false")
    first.focus()
    docs.keyboard.press("Enter")
    expect(first).to_have_attribute("aria-expanded", "true")
    inside = docs.locator(f"#{first.get_attribute('aria-controls')}")
    expect(inside.locator(".name")).to_have_text(["code", "message"])
    docs.keyboard.press("ArrowLeft")
    expect(inside).to_be_hidden()
    docs.keyboard.press("ArrowRight")
    expect(inside).to_be_visible()
    docs.keyboard.press("ArrowDown")
    expect(folds.nth(1)).to_be_focused()
    docs.keyboard.press("Space")
    expect(folds.nth(1)).to_have_attribute("aria-expanded", "true")
    docs.keyboard.press("ArrowUp")
    expect(first).to_be_focused()


@pytest.mark.scripted
def test_a_schema_within_itself_ends(docs: Page):
    schema = docs.locator("#schema-Summary")
    schema.locator(":scope > summary").click()
    schema.get_by_role("button", name="Unfold all").click()
    assert schema.locator("li", has_text="as above").count() > 0
    assert schema.locator(".row").count() < 30
    schema.get_by_role("button", name="Fold all").click()
    assert schema.locator('.fold[aria-expanded="true"]').count() == 0


@pytest.mark.scripted
@pytest.mark.parametrize("name,rows", [
    ("ModelHealth", ["modelId ModelId required", "score integer or null", "lastCheck string or null", "notice Notice or null", "metadata map of string",
                     "latency Latency required"]),
    ("Snapshot", ["code string required", "timestamp string required", "bounds array", "status Status"]),
    ("LiveMessage", ["either FleetMessage", "or object"]),
    ("Notice", ["kind string required", "id string required read only", "until string or null"]),
    ("ProbeResult", ["outcome string required"]),
])
def test_types_are_told_in_words(docs: Page, name, rows):
    schema = docs.locator(f"#schema-{name}")
    schema.locator(":scope > summary").click()
    found = [re.sub(r"\s+", " ", row).strip() for row in schema.locator(".tree").first.locator(":scope > li > .row").all_inner_texts()]
    for row in rows:
        assert row in found


@pytest.mark.parametrize("schema", [
    {"$ref": "#/components/schemas/A"}, {"allOf": [{"$ref": "#/components/schemas/A"}]}, {"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]},
    {"type": "array", "items": {"$ref": "#/components/schemas/A"}}, {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/A"}, {}]}},
    {"additionalProperties": {"$ref": "#/components/schemas/A"}}, {"$ref": "#/components/schemas/Nowhere"}, {"$ref": "https://elsewhere.example/a.json"}, True, False])
def test_no_schema_goes_round_for_ever(watch, server, schema):
    watched = watch()
    odd = {"openapi": "3.1.0", "info": {"title": "Odd", "version": "1"}, "components": {"schemas": {"A": schema}}, "paths": {"/x": {"post": {
        "operationId": "x", "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}},
        "responses": {"200": {"description": "x", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}}}}
    watched.page.route("**/openapi.json", lambda route: route.fulfill(json=odd))
    page = show(watched, server)
    unfold(page)
    assert page.locator(".row").count() < 200
    assert watched.errors == [] and watched.hosts == {server.url.split("/")[2]}


# Finding things


def test_contents_lead_to_every_operation(docs: Page, operations):
    links = docs.get_by_role("navigation").locator("li a")
    targets = [link.get_attribute("href")[1:] for link in links.all()]
    assert [target for target in targets if not target.startswith("schema-")] == docs.locator(".operation").evaluate_all("all => all.map(one => one.id)")
    last = list(operations)[-1]
    docs.locator(f'.side a[href="#{last}"]').click()
    expect(docs).to_have_url(re.compile(f"#{last}$"))
    expect(docs.locator(f'.side a[href="#{last}"]')).to_have_attribute("aria-current", "location")
    assert is_in_view(docs, f'[id="{last}"]')


def test_deep_link_survives_a_reload(watch, server, operations):
    last = list(operations)[-1]
    page = show(watch(), server, f"#{last}")
    assert is_in_view(page, f'[id="{last}"]')
    page.reload()
    page.locator(".operation").first.wait_for()
    assert is_in_view(page, f'[id="{last}"]')
    expect(page.locator(f'.side a[href="#{last}"]')).to_have_attribute("aria-current", "location")


def test_link_to_a_schema_opens_it(watch, server, document):
    name = sorted(document["components"]["schemas"])[0]
    page = show(watch(), server, f"#schema-{name}")
    expect(page.locator(f"#schema-{name}")).to_have_attribute("open", "")
    expect(page.locator(f"#schema-{name} .schema").first).to_be_visible()


@pytest.mark.scripted
def test_search_leaves_what_fits(docs: Page):
    docs.keyboard.press("/")
    search = docs.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.fill("silences DELETE")
    expect(docs.locator(".operation:visible")).to_have_count(1)
    expect(docs.locator("#endSilence")).to_be_visible()
    expect(docs.locator(".side li:visible")).to_have_count(1)
    expect(docs.locator(".found")).to_have_text("1 operation")
    search.fill("resolution")
    expect(docs.locator("#getHistory")).to_be_visible()
    search.press("Enter")
    expect(docs).to_have_url(re.compile("#getHistory$"))
    search.fill("<nothing>")
    expect(docs.locator(".none")).to_contain_text("No operation and no schema fits “<nothing>”.")
    assert violations(docs) == []
    docs.get_by_role("button", name="Show all").click()
    expect(search).to_be_focused()
    expect(docs.locator(".operation:visible")).to_have_count(10)


def test_following_a_link_ends_a_search_that_hides_it(docs: Page, operations):
    first, last = list(operations)[0], list(operations)[-1]
    docs.get_by_role("searchbox").fill("no such words at all")
    expect(docs.locator(".operation:visible")).to_have_count(0)
    docs.evaluate(f"location.hash = {json.dumps(last)}")
    expect(docs.locator(f'[id="{last}"]')).to_be_visible()
    expect(docs.locator(f'[id="{first}"]')).to_be_visible()


def test_contents_are_a_menu_on_a_phone(watch, server, operations):
    page = show(watch(viewport={"width": 360, "height": 800}), server)
    last = list(operations)[-1]
    link = page.locator(f'.side a[href="#{last}"]')
    expect(link).to_be_hidden()
    page.get_by_text("Contents", exact=True).click()
    link.click()
    expect(link).to_be_hidden()
    assert is_in_view(page, f'[id="{last}"]')
    below = page.locator(".side").evaluate("side => side.getBoundingClientRect().bottom")
    assert page.locator(f'[id="{last}"]').evaluate("one => one.getBoundingClientRect().top") >= below - 1


# Requests


@pytest.mark.scripted
@pytest.mark.parametrize("name,line", [
    ("getHistory", "curl -s 'URL/api/llm-manager/health/history?modelId=gpt-4o' \\\n  -H \"Authorization: Bearer $TOKEN\""),
    ("getLiveness", "curl -s 'URL/livez'"),
    ("endSilence", "curl -s -X DELETE 'URL/api/llm-manager/silences/ID' \\\n  -H \"Authorization: Bearer $TOKEN\""),
    ("probeNow", "curl -s -X POST 'URL/api/llm-manager/health/probe' \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n"
                 "  -H 'Content-Type: application/json' \\\n  -d '{\"modelId\":\"gpt-4o\"}'"),
    ("addSilence", "curl -s -X POST 'URL/api/llm-manager/silences' \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n"
                   "  -H 'Content-Type: application/json' \\\n  -d '{\"modelId\":\"gpt-4o\",\"kind\":\"acknowledge\"}'"),
    ("streamEvents", "curl -sN 'URL/api/llm-manager/health/events' \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  -H 'Accept: text/event-stream'"),
])
def test_curl(docs: Page, server, name, line):
    assert docs.locator(f"#{name} .code").text_content() == line.replace("URL", server.url)


@pytest.mark.scripted
def test_curl_follows_what_is_filled_in_and_can_be_copied(watch, server):
    watched = watch(permissions=["clipboard-read", "clipboard-write"])
    page = show(watched, server)
    operation = page.locator("#getHistory")
    operation.get_by_text("7 parameters").click()
    operation.get_by_label("modelId").fill("it's/a model")
    operation.get_by_label("timeRange").select_option("7d")
    button = operation.locator("button.copy")
    button.click()
    expect(button).to_have_text("Copied")
    expect(operation.locator(".request-head [role=status]")).to_have_text("Copied")
    line = page.evaluate("navigator.clipboard.readText()")
    assert line.startswith(f"curl -s '{server.url}/api/llm-manager/health/history?modelId=it%27s%2Fa+model&timeRange=7d'")
    assert watched.errors == []


def test_every_get_can_be_sent(docs: Page, operations):
    for name, (method, _, _) in operations.items():
        expect(docs.locator(f'[id="{name}"]').get_by_role("button", name="Send", exact=True)).to_have_count(1 if method == "GET" else 0)


def test_sending_shows_status_time_and_json(docs: Page, operations):
    name = next(name for name, (method, path, _) in operations.items() if (method, path) == ("GET", "/api/llm-manager/health/summary"))
    operation = docs.locator(f'[id="{name}"]')
    operation.get_by_role("button", name="Send", exact=True).click()
    expect(operation.locator(".outcome")).to_have_text(re.compile(r"^200 OK · [\d.]+ m?s · [\d.]+ k?B · application/json$"))
    shown = operation.get_by_role("group", name="Answer")
    assert "counts" in json.loads(shown.inner_text())
    assert shown.inner_text().startswith("{\n  ")


@pytest.mark.scripted
def test_sending_uses_what_is_filled_in(stand_in, watch):
    server, watched = stand_in(), watch()
    page = show(watched, server)
    operation = page.locator("#getHistory")
    operation.get_by_text("7 parameters").click()
    operation.get_by_label("limit").fill("3")
    operation.get_by_label("limit").press("Enter")
    expect(operation.locator(".outcome")).to_contain_text("200 OK")
    assert len(json.loads(operation.locator(".outcome-body").inner_text())["snapshots"]) == 3
    assert "GET /api/llm-manager/health/history?modelId=gpt-4o&limit=3" in server.hook("requests")
    operation.get_by_label("limit").fill("0")
    operation.get_by_role("button", name="Send", exact=True).click()
    expect(operation.get_by_label("limit")).to_be_focused()
    operation.get_by_label("limit").fill("")
    operation.get_by_label("modelId").fill("")
    operation.get_by_text("7 parameters").click()
    operation.get_by_role("button", name="Send", exact=True).click()
    expect(operation.get_by_label("modelId")).to_be_focused()
    assert not any("history" in request for request in server.hook("requests"))
    assert watched.errors == []


@pytest.mark.scripted
def test_sending_shows_a_long_answer_in_part(stand_in, watch):
    server = stand_in("--models", "1000")
    page = show(watch(), server)
    operation = page.locator("#getDetailedHealth")
    operation.get_by_role("button", name="Send", exact=True).click()
    expect(operation.locator(".outcome-note")).to_have_text("Only the first 200 kB are shown.")
    assert len(operation.locator(".outcome-body").text_content()) == 200_000


@pytest.mark.scripted
def test_sending_reads_a_stream_until_it_is_stopped(docs: Page):
    operation = docs.locator("#streamEvents")
    operation.get_by_role("button", name="Send", exact=True).click()
    expect(operation.locator(".outcome-body")).to_contain_text("event: update")
    operation.get_by_role("button", name="Stop").click()
    expect(operation.locator(".outcome")).to_contain_text("200 OK")
    expect(operation.locator(".outcome")).to_contain_text("text/event-stream")
    expect(operation.get_by_role("button", name="Stop")).to_be_hidden()
    expect(operation.locator(".outcome-body")).to_contain_text("event: fleet")


@pytest.mark.scripted
def test_sending_asks_for_the_token_that_is_wanted(stand_in, watch):
    server = stand_in("--token", "secret")
    page = show(watch(), server)
    operation = page.locator("#getHealthSummary")
    operation.get_by_role("button", name="Send", exact=True).click()
    expect(operation.locator(".outcome")).to_contain_text("401 Unauthorized")
    expect(operation.locator(".outcome-body")).to_contain_text("urn:llm-health:problem:missing-token")
    field = operation.get_by_label("This route wants a token with the scope read. It is kept for this tab alone.")
    assert violations(page) == []
    field.fill("wrong")
    field.press("Enter")
    expect(operation.locator(".outcome-help")).to_contain_text("another one")
    operation.locator("input[type=password]").fill("secret")
    operation.get_by_role("button", name="Use token").click()
    expect(operation.locator(".outcome")).to_contain_text("200 OK")
    expect(operation.locator(".outcome-help")).to_be_empty()
    assert page.evaluate("sessionStorage.getItem('llm-health-token')") == "secret"
    expect(page.locator(".intro")).to_contain_text("“Send” uses the token of this tab.")
    page.get_by_role("button", name="Forget it").click()
    assert page.evaluate("sessionStorage.getItem('llm-health-token')") is None
    operation.get_by_role("button", name="Send", exact=True).click()
    expect(operation.locator(".outcome")).to_contain_text("401")


@pytest.mark.scripted
def test_sending_tells_when_the_daemon_is_away(docs: Page):
    docs.route("**/livez", lambda route: route.fulfill(json={"status": "alive"}))
    operation = docs.locator("#getLiveness")
    operation.get_by_role("button", name="Send", exact=True).click()
    expect(operation.locator(".outcome")).to_contain_text("200 OK")
    docs.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('Failed to fetch')); }")
    operation.get_by_role("button", name="Send", exact=True).click()
    expect(operation.locator(".outcome")).to_contain_text("The daemon cannot be reached.")
    expect(operation.locator(".outcome-body")).to_be_hidden()


# Trouble


@pytest.mark.parametrize("answer,words", [
    ({"status": 404, "json": {"title": "There is nothing here", "status": 404}}, "no /openapi.json"),
    ({"status": 503, "json": {"detail": "The daemon is shutting down."}}, "HTTP 503: The daemon is shutting down."),
    ({"status": 200, "body": "<html>"}, "It is not JSON."),
    ({"status": 200, "json": []}, "It is not an OpenAPI document"),
    (None, "The daemon cannot be reached."),
])
def test_what_cannot_be_loaded_is_told_and_can_be_tried_again(watch, server, answer, words):
    page = watch().page
    page.route("**/openapi.json", lambda route: route.fulfill(**answer) if answer else route.abort())
    page.goto(f"{server.url}/docs")
    trouble = page.get_by_role("region", name="The reference cannot be shown")
    expect(trouble).to_contain_text(words)
    assert violations(page) == []
    page.unroute("**/openapi.json")
    if not os.environ.get("TOKEN"):
        trouble.get_by_role("button", name="Try again").click()
        page.locator(".operation").first.wait_for()
        expect(trouble).to_have_count(0)


def test_a_refusal_asks_for_a_token(watch, server):
    page = watch().page

    def guard(route):
        if route.request.headers.get("authorization") == "Bearer secret":
            route.fulfill(json={"openapi": "3.1.0", "info": {"title": "Guarded", "version": "1"}, "paths": {"/x": {"get": {"operationId": "x", "responses": {}}}}})
        else:
            route.fulfill(status=401, json={"detail": "Send one of the configured tokens."})

    page.route("**/openapi.json", guard)
    page.goto(f"{server.url}/docs")
    trouble = page.get_by_role("region", name="The reference wants a token")
    expect(trouble).to_contain_text("Send one of the configured tokens.")
    assert violations(page) == []
    trouble.get_by_label("Token, kept for this tab alone").fill("secret")
    trouble.get_by_role("button", name="Use token").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Guarded")


# The whole page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(watch, server, operations, theme, size):
    width, height = SIZES[size]
    page = show(watch(color_scheme=theme, viewport={"width": width, "height": height}, reduced_motion="reduce"), server)
    assert violations(page) == []
    unfold(page)
    if not os.environ.get("TOKEN"):
        page.get_by_role("button", name="Use one").click()
    page.locator(".side details").evaluate("details => { details.open = true; }")
    name = next(name for name, (_, path, _) in operations.items() if path == "/api/llm-manager/health/summary")
    page.locator(f'[id="{name}"]').get_by_role("button", name="Send", exact=True).evaluate("button => button.click()")
    expect(page.locator(f'[id="{name}"] .outcome')).to_contain_text("200")
    page.wait_for_timeout(300)
    assert violations(page) == [], "everything unfolded"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 360, 620, 999, 1000, 1279, 1440, 2560])
def test_the_page_is_never_wider_than_the_window(watch, server, width):
    page = show(watch(viewport={"width": width, "height": 800}), server)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    stray = page.evaluate("""width => [...document.querySelectorAll('main *')].filter(one => { const box = one.getBoundingClientRect();
        return box.width > 0 && box.right > width + 1 && !one.closest('pre, .spoken'); }).map(one => one.className || one.tagName).slice(0, 5)""", width)
    assert stray == []


def test_theme_is_the_one_of_the_dashboard(watch, server):
    page = show(watch(color_scheme="light"), server)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").click()
    assert page.evaluate(ground) != light
    assert page.evaluate("localStorage.getItem('llm-health-theme')") == "dark"
    page.goto(server.url)
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    page.goto(f"{server.url}/docs")
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert page.evaluate(ground) != light


def test_focus_can_be_seen(docs: Page):
    docs.keyboard.press("Tab")
    expect(docs.get_by_role("link", name="Skip to the reference")).to_be_focused()
    docs.keyboard.press("Enter")
    docs.keyboard.press("Tab")
    outline = docs.evaluate("getComputedStyle(document.activeElement).outline")
    assert "solid" in outline and "2px" in outline
    assert docs.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_nothing_moves_for_those_who_asked_for_that(watch, server):
    page = show(watch(reduced_motion="reduce"), server)
    durations = page.evaluate("[...document.querySelectorAll('.fold .icon')].map(one => parseFloat(getComputedStyle(one).transitionDuration))")
    assert all(seconds <= 0.001 for seconds in durations)


def test_every_module_of_the_page_is_preloaded():
    def imports(address: str, seen: set[str]) -> set[str]:
        path = WEB / address.lstrip("/")
        for name in re.findall(r'^(?:import|export)\b[^;]*?"([./][\w./-]+)"', path.read_text(), re.MULTILINE):
            found = name if name.startswith("/") else f"{address.rsplit('/', 1)[0]}/{name.removeprefix('./')}"
            if found not in seen:
                seen.add(found)
                imports(found, seen)
        return seen

    html = (WEB / "assets" / "docs.html").read_text()
    assert sorted(re.findall(r'rel="modulepreload" href="([\w./-]+)"', html)) == sorted(imports("/assets/docs.js", set()))
    for path in WEB.glob("assets/docs*.js"):
        assert len(path.read_text().splitlines()) <= 300, path
