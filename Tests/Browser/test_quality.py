"""What holds for the whole page: accessibility, speed, content security, themes, React."""

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ROW = "llm-health-dashboard .row"
WEB = Path(__file__).resolve().parent / "web"
SIZES = {"phone": (360, 800), "desk": (1440, 900)}


def violations(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]} {json.dumps(v['nodes'][0].get('any', [])[:1])[:300]}" for v in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(watch, server, theme, size):
    width, height = SIZES[size]
    page = watch(color_scheme=theme, viewport={"width": width, "height": height}, reduced_motion="reduce").page
    page.goto(server.url)
    page.locator(ROW).first.wait_for()
    page.wait_for_timeout(600)
    assert violations(page) == []
    page.locator(f"{ROW} .toggle").first.click()
    page.locator("llm-health-dashboard .day").first.wait_for()
    page.wait_for_timeout(400)
    assert violations(page) == [], "details"
    page.locator(f"{ROW} .more").first.click()
    assert violations(page) == [], "menu"
    page.get_by_role("menuitem", name="Silence").click()
    assert violations(page) == [], "notice dialog"
    page.keyboard.press("Escape")
    page.locator(f"{ROW} .name").first.click()
    page.locator("llm-health-timeline .period").first.wait_for(state="attached")
    page.wait_for_timeout(400)
    assert violations(page) == [], "report"


@pytest.mark.scripted
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_example(watch, server, theme):
    page = watch(color_scheme=theme, reduced_motion="reduce").page
    page.goto(f"{server.url}/examples/plain.html")
    page.locator("llm-health-dashboard .board").wait_for()
    page.locator("llm-health-timeline .period").first.wait_for(state="attached")
    page.wait_for_timeout(600)
    assert violations(page) == []


def test_theme_follows_the_system_and_can_be_overridden(watch, server):
    page = watch(color_scheme="dark").page
    page.goto(server.url)
    page.locator(ROW).first.wait_for()
    ground = "getComputedStyle(document.querySelector('llm-health-dashboard').shadowRoot.querySelector('.board')).backgroundColor"
    dark = page.evaluate(ground)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_timeout(100)
    light = page.evaluate(ground)
    assert light != dark and light == "rgb(255, 255, 255)"
    page.evaluate("document.querySelector('llm-health-dashboard').dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    assert page.evaluate(ground) == dark


def test_theme_button_is_remembered(watch, server):
    page = watch().page
    page.goto(server.url)
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").click()
    page.reload()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


LONG_TASKS = """window.long = []; new PerformanceObserver(list => { for (const e of list.getEntries()) long.push(Math.round(e.duration)); })
    .observe({ type: 'longtask', buffered: true });
    const timer = setInterval(() => { if (document.querySelector('llm-health-dashboard')?.shadowRoot?.querySelector('.row')) {
      window.shownAt = performance.now(); clearInterval(timer); } }, 10);"""


@pytest.mark.speed
@pytest.mark.scripted
def test_a_thousand_models_scroll_smoothly(stand_in, watch):
    server, watched = stand_in("--models", "1000"), watch()
    page = watched.page
    page.add_init_script(LONG_TASKS)
    page.goto(f"{server.url}/?group=none")
    page.locator(ROW).first.wait_for()
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    shown = page.evaluate("shownAt")
    page.wait_for_timeout(2_500)
    page.mouse.move(700, 600)
    rounds = []
    # The best of three: whatever else runs on this machine shows up as a long task too.
    for direction in (1, -1, 1):
        page.evaluate("long.length = 0")
        for _ in range(60):
            page.mouse.wheel(0, 700 * direction)
            page.wait_for_timeout(35)
        rounds.append(page.evaluate("[...long]"))
        if not rounds[-1]:
            break
    assert page.evaluate("scrollY") > 20_000 or len(rounds) == 2
    assert page.locator(ROW).count() < 60
    tasks = min(rounds, key=len)
    print(f"first paint {paint:.0f} ms, rows {shown:.0f} ms, long tasks while scrolling {rounds}")
    assert paint <= 1_000 and shown <= 2_000
    assert tasks == []
    assert watched.errors == []


@pytest.mark.scripted
def test_a_burst_of_changes_is_summed_up(stand_in, watch):
    server, watched = stand_in("--models", "200"), watch()
    page = watched.page
    page.goto(server.url)
    page.locator(ROW).first.wait_for()
    for index in range(30):
        server.hook("change", modelId=f"model-{index:04d}", status="unhealthy")
    expect(page.locator("llm-health-dashboard .headline-text")).to_contain_text("31 of 214")
    assert len(page.locator('llm-health-dashboard [role="status"]').inner_text()) < 300


def test_content_security_policy_holds(watch, server):
    watched = watch()
    page = watched.page
    answers = []
    page.on("response", lambda r: answers.append(r) if r.url.rstrip("/") == server.url else None)
    page.goto(server.url)
    page.locator(ROW).first.wait_for()
    assert "default-src 'self'" in answers[0].headers["content-security-policy"]
    page.locator(f"{ROW} .name").first.click()
    page.wait_for_timeout(800)
    assert watched.errors == []


def test_sources_have_no_inline_code_and_no_foreign_address():
    for path in [*WEB.glob("assets/*.html"), *WEB.glob("examples/*.html")]:
        text = path.read_text()
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script>(?!<)", text), path
        assert not re.search(r"(src|href)=\"(https?:)?//", text), path
    for path in [*WEB.glob("components/*.js"), *WEB.glob("assets/*.js")]:
        text = path.read_text()
        assert "innerHTML" not in text and "insertAdjacentHTML" not in text and "eval(" not in text, path
        assert not re.search(r"from \"(?!\./|/components/|react\")", text), path


def test_files_are_small_and_named_once():
    names = [path.name for folder in ("assets", "components", "examples") for path in (WEB / folder).iterdir() if path.is_file()]
    assert len(names) == len(set(names))
    for path in WEB.glob("components/*.js"):
        assert len(path.read_text().splitlines()) <= 300, path


@pytest.mark.scripted
@pytest.mark.skipif(not Path("/usr/share/nodejs/react/umd/react.production.min.js").exists(), reason="React is not installed")
def test_react_components(watch, server):
    watched = watch()
    page = watched.page
    page.goto(f"{server.url}/examples/react.html")
    page.locator("llm-health-dashboard .board").wait_for()
    page.locator("llm-health-timeline .period").first.wait_for(state="attached")
    badge = page.locator("llm-health-badge")
    expect(badge).to_have_attribute("show-tooltip", "")
    expect(page.locator("llm-health-dashboard")).to_have_attribute("refresh-interval", "5000")
    expect(page.locator("llm-health-timeline")).to_have_attribute("resolution", "200")
    address = page.url
    badge.locator("a").click()
    badge.locator("a").click()
    expect(page.locator("#clicks")).to_have_text("Clicked 2 times")
    assert page.url == address
    page.locator("llm-health-dashboard").scroll_into_view_if_needed()
    page.mouse.move(20, 20)
    page.mouse.wheel(0, 2_000)
    wanted = page.locator(ROW).first.get_attribute("data-model")
    page.locator(f'{ROW} .name').first.click()
    expect(badge).to_have_attribute("model-id", wanted)
    expect(page.locator("llm-health-timeline")).to_have_attribute("model-id", wanted)
    assert watched.errors == []


def test_every_module_of_the_page_is_preloaded():
    def imports(path: Path, seen: set[str]) -> set[str]:
        for name in re.findall(r'^(?:import|export)\b[^;]*?"(?:\.|/components)/([\w.-]+)"', path.read_text(), re.MULTILINE):
            if name not in seen:
                seen.add(name)
                imports(WEB / "components" / name, seen)
        return seen

    preloaded = re.findall(r'rel="modulepreload" href="/components/([\w.-]+)"', (WEB / "assets" / "index.html").read_text())
    assert sorted(preloaded) == sorted(imports(WEB / "assets" / "app.js", set()))
