/// What the API answers for ``Fixture/models``, laid out for people.
enum Golden {
    static let detailed = #"""
        [
          {
            "availability" : 0.9985,
            "circuitBreaker" : {
              "state" : "closed"
            },
            "consecutiveFailures" : 0,
            "errorRate" : 0,
            "lastCheck" : "2026-11-23T09:59:56.000Z",
            "lastSuccessfulResponse" : "2026-11-23T09:59:56.000Z",
            "latency" : {
              "p50" : 412.5,
              "p90" : 700,
              "p99" : 1250.25
            },
            "metadata" : {
              "mode" : "chat"
            },
            "modelId" : "gpt-4o",
            "nextProbeAt" : "2026-11-23T10:00:11.000Z",
            "probeResult" : {
              "cached" : false,
              "inputTokens" : 9,
              "latency" : 500,
              "modelId" : "gpt-4o",
              "outcome" : {
                "cause" : "none",
                "class" : "ok",
                "detail" : "",
                "httpStatus" : 200
              },
              "outputTokens" : 3,
              "phases" : {

              },
              "startedAt" : "2026-11-23T09:59:55.500Z",
              "streamed" : false,
              "success" : true,
              "target" : "default"
            },
            "provider" : "openai",
            "reasons" : [
              {
                "code" : "passing",
                "message" : "All probes succeed."
              }
            ],
            "requestTotal" : 240,
            "routing" : {
              "reason" : "healthy",
              "verdict" : "usable"
            },
            "score" : 97.5,
            "since" : "2026-11-23T09:00:00.000Z",
            "status" : "healthy",
            "targets" : [
              {
                "circuitBreaker" : {
                  "state" : "closed"
                },
                "consecutiveFailures" : 0,
                "name" : "default",
                "reason" : "All probes succeed.",
                "status" : "healthy"
              }
            ],
            "timeToFirstTokenMs" : 210
          },
          {
            "availability" : 0.75,
            "circuitBreaker" : {
              "openUntil" : "2026-11-23T10:00:12.000Z",
              "openedAt" : "2026-11-23T09:57:30.000Z",
              "state" : "open"
            },
            "consecutiveFailures" : 6,
            "errorRate" : 0.8,
            "lastCheck" : "2026-11-23T09:59:57.000Z",
            "lastSuccessfulResponse" : "2026-11-23T09:56:25.000Z",
            "latency" : {
              "p50" : 90,
              "p90" : null,
              "p99" : null
            },
            "metadata" : {

            },
            "modelId" : "meta/llama-3.1/8b",
            "nextProbeAt" : "2026-11-23T10:00:12.000Z",
            "probeResult" : {
              "cached" : false,
              "error" : "connection refused",
              "latency" : null,
              "modelId" : "meta/llama-3.1/8b",
              "outcome" : {
                "cause" : "connectionRefused",
                "class" : "failing",
                "detail" : "connection refused"
              },
              "phases" : {

              },
              "startedAt" : "2026-11-23T09:59:57.000Z",
              "streamed" : false,
              "success" : false,
              "target" : "default"
            },
            "provider" : "together",
            "reasons" : [
              {
                "code" : "outage",
                "message" : "Every probe since 09:56:40 was refused"
              },
              {
                "code" : "errors",
                "message" : "The share of failures is 0.8.",
                "target" : "eu"
              }
            ],
            "requestTotal" : 31,
            "routing" : {
              "reason" : "unhealthy",
              "until" : "2026-11-23T10:00:12.000Z",
              "verdict" : "excluded"
            },
            "score" : 4,
            "since" : "2026-11-23T09:56:40.000Z",
            "status" : "unhealthy",
            "targets" : [
              {
                "circuitBreaker" : {
                  "openUntil" : "2026-11-23T10:00:12.000Z",
                  "openedAt" : "2026-11-23T09:57:30.000Z",
                  "state" : "open"
                },
                "consecutiveFailures" : 6,
                "name" : "eu",
                "reason" : "refused",
                "status" : "unhealthy"
              },
              {
                "circuitBreaker" : {
                  "state" : "closed"
                },
                "consecutiveFailures" : 4,
                "name" : "us",
                "reason" : "refused",
                "status" : "unhealthy"
              }
            ],
            "timeToFirstTokenMs" : null
          },
          {
            "availability" : null,
            "circuitBreaker" : {
              "openedAt" : "2026-11-23T09:58:30.000Z",
              "state" : "halfOpen"
            },
            "consecutiveFailures" : 0,
            "errorRate" : 0.05,
            "lastCheck" : "2026-11-23T09:59:59.000Z",
            "latency" : {
              "p50" : 2950,
              "p90" : null,
              "p99" : null
            },
            "metadata" : {

            },
            "modelId" : "mistral",
            "nextProbeAt" : "2026-11-23T10:00:02.000Z",
            "provider" : "ollama",
            "reasons" : [
              {
                "code" : "slow",
                "message" : "Answers take 3.1 times as long as usual."
              }
            ],
            "requestTotal" : 0,
            "routing" : {
              "reason" : "slow",
              "verdict" : "avoid"
            },
            "score" : 61,
            "since" : "2026-11-23T09:59:00.000Z",
            "status" : "degraded",
            "targets" : [

            ],
            "timeToFirstTokenMs" : null
          },
          {
            "availability" : null,
            "circuitBreaker" : {
              "state" : "closed"
            },
            "consecutiveFailures" : 0,
            "errorRate" : null,
            "lastCheck" : null,
            "latency" : {
              "p50" : null,
              "p90" : null,
              "p99" : null
            },
            "metadata" : {

            },
            "modelId" : "neu/ä \"x\"\n",
            "nextProbeAt" : null,
            "provider" : "openai",
            "reasons" : [
              {
                "code" : "starting",
                "message" : "Not looked at yet."
              }
            ],
            "requestTotal" : 0,
            "routing" : {
              "reason" : "unknown",
              "verdict" : "avoid"
            },
            "score" : null,
            "since" : "2026-11-23T09:59:59.000Z",
            "status" : "unknown",
            "targets" : [

            ],
            "timeToFirstTokenMs" : null
          }
        ]
        """#

    static let summary = #"""
        {
          "components" : [
            {
              "kind" : "gateway",
              "name" : "portkey",
              "reason" : "answers",
              "since" : "2026-11-23T09:00:00.000Z",
              "status" : "healthy"
            },
            {
              "kind" : "gateway",
              "name" : "eu \"2\"",
              "reason" : "refused",
              "since" : "2026-11-23T09:59:30.000Z",
              "status" : "unhealthy"
            },
            {
              "kind" : "gateway",
              "name" : "new",
              "reason" : "not asked yet",
              "since" : "2026-11-23T09:59:30.000Z",
              "status" : "unknown"
            },
            {
              "kind" : "store",
              "name" : "sqlite",
              "reason" : "",
              "since" : "2026-11-23T09:00:00.000Z",
              "status" : "healthy"
            }
          ],
          "counts" : {
            "degraded" : 1,
            "healthy" : 1,
            "idle" : 0,
            "total" : 4,
            "unhealthy" : 1,
            "unknown" : 1
          },
          "providers" : {
            "ollama" : {
              "counts" : {
                "degraded" : 1,
                "healthy" : 0,
                "idle" : 0,
                "total" : 1,
                "unhealthy" : 0,
                "unknown" : 0
              },
              "reason" : "Of 1 model 1 degraded.",
              "status" : "degraded"
            },
            "openai" : {
              "counts" : {
                "degraded" : 0,
                "healthy" : 1,
                "idle" : 0,
                "total" : 2,
                "unhealthy" : 0,
                "unknown" : 1
              },
              "reason" : "Of 2 models 1 unknown.",
              "status" : "degraded"
            },
            "together" : {
              "counts" : {
                "degraded" : 0,
                "healthy" : 0,
                "idle" : 0,
                "total" : 1,
                "unhealthy" : 1,
                "unknown" : 0
              },
              "reason" : "Of 1 model 1 unhealthy.",
              "status" : "unhealthy"
            }
          },
          "reason" : "Of 4 models 1 unhealthy, 1 degraded, 1 unknown.",
          "revision" : 7,
          "rollUp" : "degraded",
          "status" : "unhealthy",
          "timestamp" : "2026-11-23T10:00:00.000Z",
          "worst" : [
            {
              "modelId" : "meta/llama-3.1/8b",
              "provider" : "together",
              "reason" : "Every probe since 09:56:40 was refused",
              "since" : "2026-11-23T09:56:40.000Z",
              "status" : "unhealthy"
            },
            {
              "modelId" : "mistral",
              "provider" : "ollama",
              "reason" : "Answers take 3.1 times as long as usual.",
              "since" : "2026-11-23T09:59:00.000Z",
              "status" : "degraded"
            },
            {
              "modelId" : "neu/ä \"x\"\n",
              "provider" : "openai",
              "reason" : "Not looked at yet.",
              "since" : "2026-11-23T09:59:59.000Z",
              "status" : "unknown"
            }
          ]
        }
        """#

    static let metrics = #"""
        # HELP llm_gateway_up 1 while the gateway answers, 0 while not; none while unknown.
        # TYPE llm_gateway_up gauge
        llm_gateway_up{gateway="portkey"} 1
        llm_gateway_up{gateway="eu \"2\""} 0
        # HELP llm_health_availability_ratio Share of the observed time of the last 24 hours not spent unhealthy, 0 to 1.
        # TYPE llm_health_availability_ratio gauge
        llm_health_availability_ratio{model_id="gpt-4o",provider="openai"} 0.9985
        llm_health_availability_ratio{model_id="meta/llama-3.1/8b",provider="together"} 0.75
        # HELP llm_health_breaker 1 for the state of the model's probe breaker, 0 for the others.
        # TYPE llm_health_breaker gauge
        llm_health_breaker{model_id="gpt-4o",provider="openai",state="closed"} 1
        llm_health_breaker{model_id="gpt-4o",provider="openai",state="open"} 0
        llm_health_breaker{model_id="gpt-4o",provider="openai",state="halfOpen"} 0
        llm_health_breaker{model_id="meta/llama-3.1/8b",provider="together",state="closed"} 0
        llm_health_breaker{model_id="meta/llama-3.1/8b",provider="together",state="open"} 1
        llm_health_breaker{model_id="meta/llama-3.1/8b",provider="together",state="halfOpen"} 0
        llm_health_breaker{model_id="mistral",provider="ollama",state="closed"} 0
        llm_health_breaker{model_id="mistral",provider="ollama",state="open"} 0
        llm_health_breaker{model_id="mistral",provider="ollama",state="halfOpen"} 1
        llm_health_breaker{model_id="neu/ä \"x\"\n",provider="openai",state="closed"} 1
        llm_health_breaker{model_id="neu/ä \"x\"\n",provider="openai",state="open"} 0
        llm_health_breaker{model_id="neu/ä \"x\"\n",provider="openai",state="halfOpen"} 0
        # HELP llm_health_component_up 1 while a gateway, host, local runtime, store or other part works, 0 while not; none while unknown.
        # TYPE llm_health_component_up gauge
        llm_health_component_up{kind="gateway",name="portkey"} 1
        llm_health_component_up{kind="gateway",name="eu \"2\""} 0
        llm_health_component_up{kind="store",name="sqlite"} 1
        # HELP llm_health_dropped_items_total Publications that listeners lost because they were too slow.
        # TYPE llm_health_dropped_items_total counter
        llm_health_dropped_items_total 0
        # HELP llm_health_last_check_timestamp_seconds When the model was last checked, in seconds since 1970.
        # TYPE llm_health_last_check_timestamp_seconds gauge
        llm_health_last_check_timestamp_seconds{model_id="gpt-4o",provider="openai"} 1795427996
        llm_health_last_check_timestamp_seconds{model_id="meta/llama-3.1/8b",provider="together"} 1795427997
        llm_health_last_check_timestamp_seconds{model_id="mistral",provider="ollama"} 1795427999
        # HELP llm_health_models How many models have the status.
        # TYPE llm_health_models gauge
        llm_health_models{status="healthy"} 1
        llm_health_models{status="degraded"} 1
        llm_health_models{status="unhealthy"} 1
        llm_health_models{status="unknown"} 1
        # HELP llm_health_revision Number of the fleet's newest revision since the start.
        # TYPE llm_health_revision gauge
        llm_health_revision 7
        # HELP llm_health_routing 1 for the verdict on whether traffic may go to the model, 0 for the others.
        # TYPE llm_health_routing gauge
        llm_health_routing{model_id="gpt-4o",provider="openai",verdict="usable"} 1
        llm_health_routing{model_id="gpt-4o",provider="openai",verdict="avoid"} 0
        llm_health_routing{model_id="gpt-4o",provider="openai",verdict="excluded"} 0
        llm_health_routing{model_id="meta/llama-3.1/8b",provider="together",verdict="usable"} 0
        llm_health_routing{model_id="meta/llama-3.1/8b",provider="together",verdict="avoid"} 0
        llm_health_routing{model_id="meta/llama-3.1/8b",provider="together",verdict="excluded"} 1
        llm_health_routing{model_id="mistral",provider="ollama",verdict="usable"} 0
        llm_health_routing{model_id="mistral",provider="ollama",verdict="avoid"} 1
        llm_health_routing{model_id="mistral",provider="ollama",verdict="excluded"} 0
        llm_health_routing{model_id="neu/ä \"x\"\n",provider="openai",verdict="usable"} 0
        llm_health_routing{model_id="neu/ä \"x\"\n",provider="openai",verdict="avoid"} 1
        llm_health_routing{model_id="neu/ä \"x\"\n",provider="openai",verdict="excluded"} 0
        # HELP llm_health_score Health score of the model, 0 to 100; none while unknown.
        # TYPE llm_health_score gauge
        llm_health_score{model_id="gpt-4o",provider="openai"} 97.5
        llm_health_score{model_id="meta/llama-3.1/8b",provider="together"} 4
        llm_health_score{model_id="mistral",provider="ollama"} 61
        # HELP llm_health_status 1 for the status that the model has, 0 for the others.
        # TYPE llm_health_status gauge
        llm_health_status{model_id="gpt-4o",provider="openai",status="healthy"} 1
        llm_health_status{model_id="gpt-4o",provider="openai",status="degraded"} 0
        llm_health_status{model_id="gpt-4o",provider="openai",status="unhealthy"} 0
        llm_health_status{model_id="gpt-4o",provider="openai",status="unknown"} 0
        llm_health_status{model_id="meta/llama-3.1/8b",provider="together",status="healthy"} 0
        llm_health_status{model_id="meta/llama-3.1/8b",provider="together",status="degraded"} 0
        llm_health_status{model_id="meta/llama-3.1/8b",provider="together",status="unhealthy"} 1
        llm_health_status{model_id="meta/llama-3.1/8b",provider="together",status="unknown"} 0
        llm_health_status{model_id="mistral",provider="ollama",status="healthy"} 0
        llm_health_status{model_id="mistral",provider="ollama",status="degraded"} 1
        llm_health_status{model_id="mistral",provider="ollama",status="unhealthy"} 0
        llm_health_status{model_id="mistral",provider="ollama",status="unknown"} 0
        llm_health_status{model_id="neu/ä \"x\"\n",provider="openai",status="healthy"} 0
        llm_health_status{model_id="neu/ä \"x\"\n",provider="openai",status="degraded"} 0
        llm_health_status{model_id="neu/ä \"x\"\n",provider="openai",status="unhealthy"} 0
        llm_health_status{model_id="neu/ä \"x\"\n",provider="openai",status="unknown"} 1
        # HELP llm_health_time_to_first_token_seconds Median time to the first token of the last five minutes' probes.
        # TYPE llm_health_time_to_first_token_seconds gauge
        llm_health_time_to_first_token_seconds{model_id="gpt-4o",provider="openai"} 0.21
        # HELP llm_probe_success_ratio Share of the last five minutes' probes and requests that did not fail, 0 to 1.
        # TYPE llm_probe_success_ratio gauge
        llm_probe_success_ratio{model_id="gpt-4o",provider="openai"} 1
        llm_probe_success_ratio{model_id="meta/llama-3.1/8b",provider="together"} 0.2
        llm_probe_success_ratio{model_id="mistral",provider="ollama"} 0.95
        # HELP up_total Ups.
        # TYPE up_total counter
        up_total 1

        """#
}
