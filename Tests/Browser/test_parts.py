"""The parts that only compute, run in the browser: formats, the time view, the fleet."""

import pytest

pytestmark = pytest.mark.scripted


@pytest.fixture(scope="module")
def run(browser, server):
    """Runs the body of a function with one module's exports as `m`."""
    page = browser.new_page()
    page.goto(f"{server.url}/assets/icon.svg")
    page.goto(server.url)

    def run(module: str, body: str):
        return page.evaluate(f"async () => {{ const m = await import('/components/{module}'); {body} }}")

    yield run
    page.close()


@pytest.mark.parametrize("seconds,text", [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3_600, "1 h"), (93_784, "1 d 2 h")])
def test_span(run, seconds, text):
    assert run("format.js", f"return m.span({seconds})") == text


@pytest.mark.parametrize("value,text", [("null", "–"), (0, "0 %"), (1, "100 %"), (0.0004, "< 0.1 %"), (0.015, "1.5 %"), (0.5, "50 %"),
                                        (0.9975, "99.75 %"), (0.99999, "> 99.99 %")])
def test_percent_never_rounds_to_perfect(run, value, text):
    assert run("format.js", f"return m.percent({value})") == text


@pytest.mark.parametrize("value,text", [("null", "–"), (0.26, "0.3 ms"), (9.96, "10 ms"), (999.4, "999 ms"), (999.6, "1.00 s"), (12_345, "12.3 s")])
def test_duration(run, value, text):
    assert run("format.js", f"return m.duration({value})") == text


def test_lists_are_cut_short(run):
    assert run("format.js", "return m.list(['a', 'b', 'c', 'd', 'e'])") == "a, b, c and 2 more"
    assert run("format.js", "return m.list(['a', 'b', 'c'])") == "a, b and c"


def test_zoom_keeps_its_place_and_pan_stops_at_now(run):
    assert run("timeline-view.js", """const now = 1e12, v = new m.TimeView('24h', now); const at = v.from + v.span * 0.25; v.zoom(0.5, at, now);
        return [Math.round((at - v.from) / v.span * 1000), v.span, v.isHome]""") == [250, 43_200_000, False]
    assert run("timeline-view.js", """const now = 1e12, v = new m.TimeView('1h', now); v.pan(5e9, now); return [v.to - now, v.isHome]""") == [0, True]
    assert run("timeline-view.js", """const now = 1e12, v = new m.TimeView('90d', now); v.pan(-1e12, now); v.zoom(100, v.from, now);
        return (now - v.from) / 864e5""") == 90
    assert run("timeline-view.js", """const now = 1e12, v = new m.TimeView('1h', now); for (let i = 0; i < 40; i++) v.zoom(0.5, now, now);
        return v.span""") == 120_000


@pytest.mark.parametrize("hours", [0.05, 1, 6, 24, 168, 720, 2160])
def test_ticks_are_few_and_in_order(run, hours):
    ticks = run("timeline-view.js", f"const to = Date.now(); return m.ticks(to - {hours} * 36e5, to, 10).map(t => t.at)")
    assert 1 <= len(ticks) <= 11 and ticks == sorted(ticks)


@pytest.mark.parametrize("value,top", [(0, 1), (0.9, 1), (1.1, 1.2), (433, 500), (1_900, 2_000), (0.017, 0.02)])
def test_axis_tops_are_round(run, value, top):
    assert run("timeline-view.js", f"return m.niceCeiling({value})") == pytest.approx(top)


@pytest.mark.parametrize("pattern,name,fits", [
    ("gpt-4o", "gpt-4o", True), ("gpt-4o", "gpt-4o-mini", False), ("gpt-*", "gpt-4o", True), ("*/gpt-4?", "openai/gpt-4o", True), ("gpt-4?", "gpt-4", False),
    ("*", "a\\nb", True), ("gpt-4.1", "gpt-4x1", False), ("a[b]*", "a[b]c", True), ("what?", "what?", True), ("*a*", "bab", True), ("**", "x", True),
    ("GPT-*", "gpt-4o", False)])
def test_patterns_fit_as_the_daemons_do(run, pattern, name, fits):
    assert run("model-choice.js", f'return m.fits("{pattern}", "{name}")') is fits


@pytest.mark.parametrize("days,text", [(0, "14:05"), (1, "25 Nov 14:05"), (60, "23 Jan 14:05"), (400, "29 Dec 2027 14:05"), (-400, "20 Oct 2025 14:05")])
def test_a_moment_tells_its_year_where_it_is_far_away(run, days, text):
    now = "const now = new Date(2026, 10, 24, 14, 5); const then = new Date(now); then.setDate(then.getDate() + " + f"{days}); "
    assert run("format.js", now + "return m.moment(then.getTime(), now.getTime(), false)") == text


def test_days_begin_at_midnight_on_both_sides_of_a_change_of_the_clocks(browser, server):
    page = browser.new_page(timezone_id="Europe/Berlin")
    page.goto(server.url)
    for change in ("2026-10-25T12:00:00Z", "2026-03-29T12:00:00Z"):
        found = page.evaluate("""async (change) => { const m = await import('/components/timeline-view.js'); const at = Date.parse(change);
            return m.ticks(at - 10 * 864e5, at + 10 * 864e5, 24).map((tick) => [new Date(tick.at).getHours(), tick.isDay, tick.text]); }""", change)
        assert len(found) == 20 and all(hours == 0 and is_day for hours, is_day, _ in found)
        assert len({text for _, _, text in found}) == 20
    page.close()


def test_a_token_is_kept_for_its_own_daemon(run):
    assert run("api.js", """sessionStorage.clear(); new m.Api('').setToken('own', true); new m.Api('https://a.example/').setToken('a', true);
        const kept = ['', 'https://a.example', 'https://b.example'].map((base) => new m.Api(base).token); sessionStorage.clear();
        return kept""") == ["own", "a", None]


@pytest.mark.parametrize("in_utc", ["false", "true"])
@pytest.mark.parametrize("at", ["2026, 2, 5, 7, 8", "2026, 2, 29, 0, 30", "2026, 2, 29, 1, 30", "2026, 9, 25, 1, 30", "2026, 0, 1, 0, 0"])
def test_a_minute_in_a_field_is_read_back_as_the_same_time(run, at, in_utc):
    assert run("format.js", f"m.showUTC({in_utc}); const t = Date.UTC({at}); const s = m.minuteField(t); "
               "return [s.length, m.fromMinuteField(s) - t]") == [16, 0]


def test_times_in_a_sentence_are_those_of_the_zone(run):
    assert run("format.js", "m.showUTC(true); const now = Date.UTC(2026, 11, 1, 20, 0); "
               "return m.withTimes('Failed since 2026-12-01T18:12:21Z; again at 2026-12-02T00:00:05.250Z.', now)") \
        == "Failed since 18:12:21; again at 2 Dec 00:00."


def test_a_long_id_is_cut_in_its_middle(run):
    assert run("format.js", "return [m.parted('gpt-4o'), m.parted('claude-haiku-4-5'), m.parted('arn:aws:bedrock:eu-west-1:123:model/claude-sonnet-4-5')]") \
        == [["gpt-4o", ""], ["claude-h", "aiku-4-5"], ["arn:aws:bedrock:eu-west-1:123:model/claud", "e-sonnet-4-5"]]


FLEET = """const model = (id, status, over = {}) => ({ modelId: id, provider: 'p', status, reasons: [{ code: 'passing', message: 'x' }], since: '2026-01-01T00:00:00.000Z',
  latency: { p50: 100, p90: null, p99: null }, errorRate: 0, lastCheck: '2026-01-01T00:00:00.000Z', metadata: {}, ...over });
  const whole = (seq, ...models) => ({ type: 'fleet', revision: 1, seq, at: '', summary: {}, models });
  const event = (seq, model) => ({ type: 'event', event: { seq, modelId: model.modelId, currentStatus: model.status, reasons: [] }, model });
  const f = new m.Fleet(); """


def test_fleet_resumes_without_telling_twice(run):
    assert run("fleet.js", FLEET + """f.apply(whole(5, model('a', 'healthy'))); const first = f.apply(event(6, model('a', 'unhealthy')));
        const again = f.apply(event(6, model('a', 'unhealthy'))); return [first.changes.length, again.changes.length, f.seq, f.models.get('a').status]""") == [1, 0, 6, "unhealthy"]


def test_fleet_tells_once_what_was_polled_before_the_stream_came_back(run):
    assert run("fleet.js", FLEET + """f.apply(whole(5, model('a', 'healthy'))); const polled = f.apply(whole(null, model('a', 'unhealthy')));
        const asked = f.seq; const again = f.apply(whole(6, model('a', 'unhealthy'))); const next = f.apply(event(7, model('a', 'healthy')));
        return [polled.changes.length, asked, again.changes.length, next.changes.length, f.changes.length, f.seq]""") == [1, None, 0, 1, 2, 7]


def test_fleet_keeps_the_newer_state_when_old_events_follow(run):
    assert run("fleet.js", FLEET + """f.apply(whole(5, model('a', 'healthy', { lastCheck: '2026-01-01T00:01:00.000Z' })));
        const told = f.apply(event(6, model('a', 'unhealthy'))); return [told.changes.length, f.models.get('a').status]""") == [1, "healthy"]


def test_fleet_tells_differences_where_no_events_come(run):
    assert run("fleet.js", FLEET + """f.apply(whole(null, model('a', 'healthy'), model('b', 'healthy')));
        const told = f.apply(whole(null, model('a', 'degraded'))); return [told.changes.map(c => c.currentStatus), [...f.models.keys()]]""") == [["degraded"], ["a"]]
    assert run("fleet.js", FLEET + """f.apply(whole(5, model('a', 'healthy'))); return f.apply(whole(5, model('a', 'degraded'))).changes.length""") == 0


def test_fleet_after_a_gap(run):
    assert run("fleet.js", FLEET + """f.apply(whole(5, model('a', 'healthy'))); f.apply({ type: 'gap', from: 6, to: 90, restart: false });
        const told = f.apply(whole(90, model('a', 'degraded'))); return [told.changes.length, f.seq]""") == [1, 90]


def test_samples_are_kept_by_the_half_minute(run):
    assert run("fleet.js", FLEET + """for (let i = 0; i < 20_000; i += 10) f.apply({ type: 'update', revision: i, summary: {}, removed: [],
        models: [model('a', 'healthy', { lastCheck: new Date(1e12 + i * 1000).toISOString() })] }); return f.samples('a').length""") == 120


def test_unknown_messages_do_no_harm(run):
    assert run("fleet.js", FLEET + "f.apply({ type: 'weather' }); return f.models.size") == 0
