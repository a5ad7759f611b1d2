# Starts the simulator with its demonstration scenario, if $simulator is set, and writes a configuration that watches it
# (and the real model, if $real_model is set) to $config. To be sourced after common.sh; needs $bin, $work and $port.

# address FACE: where a face of the simulator listens.
address() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/simulator.json"; }

{
  echo "server: {host: 127.0.0.1, port: $port}"
  echo "history: {sqlite: {path: $work/llm-health.db}}"
  echo "statusPage: {enabled: true, groups: [{name: Models, models: [\"*\"]}]}"
} > "$config"

if [ -n "$simulator" ]; then
  say "Simulator"
  "$bin/llm-simulator" --scenario scenarios/demo.yaml --json --openai-port 0 --anthropic-port 0 --portkey-port 0 \
    --ollama-port 0 --lmstudio-port 0 --control-port 0 > "$work/simulator.json" 2> "$work/simulator.log" &
  started $!
  for _ in $(seq 50); do [ -s "$work/simulator.json" ] && break; sleep 0.1; done
  [ -s "$work/simulator.json" ] || { cat "$work/simulator.log" >&2; fail "the simulator did not start"; }
  cat >> "$config" <<YAML
gateways:
  portkey: {kind: portkey, url: "$(address portkey)"}
providers:
  openai: {via: portkey, key: sk-simulated-1, portkey: {customHost: "$(address openai)/v1"}}
  anthropic: {via: portkey, key: sk-simulated-2, portkey: {customHost: "$(address anthropic)/v1"}}
REAL_PROVIDER
defaults: {interval: 5s, timeout: 4s}
local:
  ollama: {url: "$(address ollama)"}
  lmStudio: {url: "$(address lmstudio)"}
  interval: 5s
models:
  - {id: gpt-4o, provider: openai}
  - {id: gpt-4o-mini, provider: openai}
  - {id: gpt-4.1, provider: openai, timeout: 10s}
  - {id: gpt-4.1-nano, provider: openai}
  - {id: o3-mini, provider: openai}
  - {id: text-embedding-3-small, provider: openai, mode: embedding}
  - {id: claude-sonnet-4-5, provider: anthropic}
  - {id: claude-haiku-4-5, provider: anthropic}
REAL_MODEL
YAML
else
  cat >> "$config" <<YAML
gateways: {portkey: {optional: true}}
local: {ollama: {optional: true}, lmStudio: {optional: true}}
REAL_PROVIDERS
REAL_MODELS
YAML
fi

provider= model=
if [ -n "$real_model" ]; then
  say "Real model (llama.cpp with SmolLM2)"
  llama_port=$(free_port)
  "$venv/bin/python" tools/llama_server.py "$llama_port" smollm2-135m > "$work/llama.log" 2>&1 &
  started $!
  provider="  llama.cpp: {kind: openai, url: \"http://127.0.0.1:$llama_port\"}"
  model="  - {id: smollm2-135m, provider: llama.cpp}"
fi
sed -i -e "s|^REAL_PROVIDERS\$|${provider:+providers:\\n}$provider|" -e "s|^REAL_MODELS\$|${model:+models:\\n}$model|" \
  -e "s|^REAL_PROVIDER\$|$provider|" -e "s|^REAL_MODEL\$|$model|" "$config"
