# Requests a second of a daemon with 50 models, beside Prometheus with 50 alerts and beside the bare server beneath the API,
# in one run. To be sourced; needs $port (of the daemon), $bin, $work, row and started.

# wrk_figures NAME SECONDS URL OPTION...: leaves requests/s, p50 and p99 in $rate, $p50, $p99.
wrk_figures() {
  local name=$1 seconds=$2 url=$3
  shift 3
  wrk "$@" -d"${seconds}s" --latency "$url" > "$work/wrk-$name.log"
  rate=$(awk '/Requests\/sec/ {printf "%d", $2}' "$work/wrk-$name.log")
  p50=$(awk '$1 == "50%" {print $2}' "$work/wrk-$name.log")
  p99=$(awk '$1 == "99%" {print $2}' "$work/wrk-$name.log")
  ! grep -q 'Non-2xx' "$work/wrk-$name.log" || fail "$url: $(grep 'Non-2xx' "$work/wrk-$name.log")"
}

# until_open PORT
until_open() { for _ in $(seq 200); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0; sleep 0.05; done; fail "nothing listens at $1"; }

api="http://127.0.0.1:$port/api/llm-manager/health"
curl -s "$api/detailed" > "$work/detailed.json"
curl -s "$api/badge.svg?modelId=model-1" > "$work/badge.svg"
# At low load first: nothing else runs yet.
for face in detailed "badge.svg?modelId=model-1"; do
  wrk_figures one 5 "$api/$face" -t1 -c1
  row "${face%%\?*}, one connection as fast as it goes: p50, p99" "p99 < 1 ms" "$p50, $p99"
  row "${face%%\?*}, 100 requests/s, by a Python client: p50, p99" "printed" "$(python3 scripts/lib/paced.py "$api/$face" 100 10)"
done
bare_detailed=$(free_port)
"$bin/bare-server" "$work/detailed.json" "$bare_detailed" > /dev/null 2>&1 &
started $!
bare_badge=$(free_port)
"$bin/bare-server" "$work/badge.svg" "$bare_badge" > /dev/null 2>&1 &
started $!

until_open "$bare_detailed"; until_open "$bare_badge"
wrk_figures one 5 "http://127.0.0.1:$bare_badge/" -t1 -c1
row "bare server, one connection as fast as it goes: p50, p99" "p99 < 1 ms" "$p50, $p99"
row "bare server, 100 requests/s, by a Python client: p50, p99" "printed" "$(python3 scripts/lib/paced.py "http://127.0.0.1:$bare_badge/" 100 10)"

prometheus=$(free_port)
{ echo "groups:"; echo "  - name: fleet"; echo "    interval: 1s"; echo "    rules:"
  for index in $(seq 50); do
    echo "      - {alert: ModelUnhealthy, expr: 'vector(1)', labels: {model_id: model-$index, severity: page}, annotations: {summary: 'model-$index has not answered for 30 s'}}"
  done; } > "$work/rules.yml"
printf 'rule_files: [%s]\n' "$work/rules.yml" > "$work/prometheus.yml"
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address="127.0.0.1:$prometheus" > "$work/prometheus.log" 2>&1 &
started $!
until_open "$prometheus"
until [ "$(curl -s "http://127.0.0.1:$prometheus/api/v1/alerts" | grep -o '"state":"firing"' | wc -l)" = 50 ]; do sleep 0.2; done

wrk_figures detailed 10 "$api/detailed" -t1 -c32; detailed=$rate detailed_p50=$p50 detailed_p99=$p99
wrk_figures bare-detailed 10 "http://127.0.0.1:$bare_detailed/" -t1 -c32; ceiling=$rate
wrk_figures prometheus 10 "http://127.0.0.1:$prometheus/api/v1/alerts" -t1 -c32; peer=$rate peer_p99=$p99
size=$(( $(wc -c < "$work/detailed.json") / 1024 ))
row "detailed, 50 models ($size KiB): requests/s; bare server, same bytes; Prometheus' alerts (50)" \
  "≥ 23,000 where the ceiling allows" \
  "$detailed; $ceiling; $peer ($(awk -v a="$detailed" -v b="$ceiling" -v c="$peer" 'BEGIN {printf "%.2f of the ceiling, %.1f times Prometheus", a / b, a / c}'))"
row "detailed, 32 connections at full load: p50, p99; Prometheus p99" "< 5 ms, < 100 ms" "$detailed_p50, $detailed_p99; $peer_p99"
wrk_figures badge 10 "$api/badge.svg?modelId=model-1" -t1 -c32; badge=$rate
wrk_figures bare-badge 10 "http://127.0.0.1:$bare_badge/" -t1 -c32
row "badge.svg: requests/s; bare server, same bytes" "≥ 29,500 where the ceiling allows" \
  "$badge; $rate ($(awk -v a="$badge" -v b="$rate" 'BEGIN {printf "%.2f of the ceiling", a / b}'))"
