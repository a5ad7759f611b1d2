extension ConfigurationProblemTests {
    static let syntax = [
        WrongText(
            "no YAML", "models: [a, b",
            "2:1: is no valid YAML here (did not find expected ',' or ']'); check the indentation, colons and quotes of this line"
        ),
        WrongText(
            "tab", "server:\n\tport: 1\n",
            "2:1: is no valid YAML here: indent with spaces, not tabs, and quote texts that begin with @ or `"),
        WrongText(
            "at sign", "models:\n  - {id: x, provider: openai, model: @cf/meta}\n",
            "2:38: is no valid YAML here: indent with spaces, not tabs, and quote texts that begin with @ or `"),
        WrongText(
            "two documents", "server: {}\n---\nserver: {}\n",
            "2:1: a second document begins here; put it in a file of its own"),
        WrongText(
            "unknown anchor", "server: *base\n",
            "1:9: refers to an anchor that is not defined above; write '&name' before '*name'"),
        WrongText(
            "control character", "server:\n  host: a\u{1}b\n",
            "2:10: holds a character that YAML does not allow; remove it or write it as \\u…"),
        WrongText("a list at the top", "- id: x\n", "1:1: holds a list; a configuration is a map, such as 'models:'"),
        WrongText(
            "duplicate key in a block", "server:\n  port: 1\n  # port: 3\n  host: localhost\n  port: 2\n",
            "5:3: 'port' is written twice in this map (first in line 2); remove one"),
        WrongText(
            "duplicate key in braces", "server: {port: 1, port: 2}\n",
            "1:10: 'port' is written twice in this map; remove one"),
        WrongText(
            "duplicate section", "server: {}\nmodels: []\nserver: {}\n",
            "3:1: 'server' is written twice in this map (first in line 1); remove one"),
        WrongText("key that is a list", "? [a, b]\n: 1\n", "1:3: a key must be a plain text"),
        WrongText(
            "merge of a scalar", "server:\n  <<: 5\n", "2:7: '<<' merges a map or a list of maps, not a plain value"),
    ]

    static let gateways = [
        WrongText(
            "hosted LiteLLM", "gateways: {l: {kind: litellm, hosted: true}}\n",
            "1:39: gateways.l: is a matter of Portkey's; LiteLLM is the same wherever it runs, so remove it"),
        WrongText(
            "Portkey's route through LiteLLM",
            "gateways: {l: {kind: litellm}}\nproviders: {a: {via: l, portkey: {provider: openai}}}\nmodels: [{id: m, provider: a}]\n",
            "2:34: providers.a.portkey: is for a gateway of kind portkey; LiteLLM routes by the model's name, so remove it"
        ),
        WrongText(
            "an address behind LiteLLM",
            "gateways: {l: {kind: litellm}}\nproviders: {a: {via: l, url: \"http://x\"}}\nmodels: [{id: m, provider: a}]\n",
            "2:30: providers.a.url: where its models are is said in LiteLLM's own `api_base`; remove it, or remove `via`"
        ),
        WrongText(
            "Ollama through LiteLLM",
            "gateways: {l: {kind: litellm}}\nlocal: {ollama: {}}\nproviders: {ollama: {via: l}}\nmodels: [{id: m, provider: ollama}]\n",
            "3:13: providers.ollama: LiteLLM's names do not tell which model of Ollama is meant, so a probe might load it; name the models under the provider 'ollama' without `via`, or write `kind: openai` to probe them like any other, which keeps them in memory"
        ),
        WrongText(
            "a limit without a period", "providers: {a: {url: \"http://x\", limit: {requests: 5}}}\n",
            "1:41: providers.a.limit: a limit needs the key 'per': `second`, `minute`, `hour`, `day`, `month` (30 days), or a duration"
        ),
        WrongText(
            "a period nobody knows", "providers: {a: {url: \"http://x\", limit: {requests: 5, per: fortnight}}}\n",
            "1:60: providers.a.limit.per: 'fortnight' is no period; write one of second, minute, hour, day, month, or a duration such as 5h"
        ),
        WrongText(
            "a share without its sign", "providers: {a: {url: \"http://x\", probeShare: 1}}\n",
            "1:46: providers.a.probeShare: '1' is no percentage; write one such as 1%"),
        WrongText(
            "a share of more than all", "providers: {a: {url: \"http://x\", probeShare: 101%}}\n",
            "1:46: providers.a.probeShare: '101%' is out of range; write more than 0% to 100%"),
        WrongText(
            "a word for another model that is none",
            "providers: {openai: {}}\nmodels: [{id: a, provider: openai, onOtherModel: warn}]\n",
            "2:50: models[0].onOtherModel: 'warn' is not known here; write one of: degraded, ignore, unhealthy"),
    ]

    static let keys = [
        WrongText("unknown section", "modells: []\n", "1:1: unknown key 'modells'; did you mean 'models'?"),
        WrongText(
            "a section of later", "alerting: {}\n",
            "1:1: unknown key 'alerting'; write one of: announcements, defaults, gateways, history, import, limits, local, logging, maintenance, models, network, policy, providers, server, statusPage"
        ),
        WrongText(
            "unknown key",
            "providers: {openai: {key: sk}}\nmodels:\n  - id: a\n    provider: openai\n    intervall: 5s\n",
            "5:5: unknown key 'models[0].intervall'; did you mean 'interval'?"),
        WrongText(
            "unknown key in the policy", "policy: {outage: {firstLook: 4}}\n",
            "1:19: unknown key 'policy.outage.firstLook'; did you mean 'firstLooks'?"),
        WrongText(
            "missing key", "models:\n  - id: a\n",
            "2:5: models[0]: a model needs the key 'provider': who serves it; `ollama`, `lmstudio`, `llamacpp` where those are watched"
        ),
        WrongText(
            "model without a name", "providers: {openai: {}}\nmodels:\n  - provider: openai\n",
            "3:5: models[0]: a model needs a name; add `id:` or `model:`"),
        WrongText(
            "map wanted", "server: 8790\n",
            "1:9: server: takes the server, a map with the keys host, port, tokens, allowedHosts, allowedOrigins, frameAncestors, publicBadges, maximumStreams, not a plain value"
        ),
        WrongText(
            "list wanted", "models: {id: a}\n", "1:9: models: takes a list, not a map; write '- ' before each entry"),
        WrongText("scalar wanted", "server: {port: [1]}\n", "1:16: server.port: takes a whole number, not a list"),
        WrongText(
            "number wanted", "server: {port: http}\n",
            "1:16: server.port: 'http' is no whole number; write one from 0 to 65535"),
        WrongText(
            "number in quotes", "server: {port: \"8790\"}\n",
            "1:16: server.port: '8790' is a text in quotes; write 8790 without them"),
        WrongText(
            "out of range", "server: {port: 70000}\n", "1:16: server.port: '70000' is out of range; write 0 to 65535"),
        WrongText(
            "fraction out of range", "policy: {jitter: 0.9}\n",
            "1:18: policy.jitter: '0.9' is out of range; write 0 to 0.5"),
        WrongText(
            "no truth", "gateways: {p: {hosted: maybe}}\n",
            "1:24: gateways.p.hosted: 'maybe' is neither true nor false; write one of them"),
        WrongText(
            "no choice", "logging: {level: warn}\n",
            "1:18: logging.level: 'warn' is not known here; write one of: critical, debug, error, info, notice, trace, warning"
        ),
        WrongText(
            "near a choice", "logging: {level: infos}\n",
            "1:18: logging.level: 'infos' is not known here; did you mean 'info'?"),
        WrongText(
            "empty text", "server: {host: \"\"}\n", "1:16: server.host: '' is empty; write something or remove the key"),
        WrongText(
            "no URL", "gateways: {p: {url: localhost:8787}}\n",
            "1:21: gateways.p.url: 'localhost:8787' is no URL; write http:// or https:// before the host"),
        WrongText(
            "other scheme", "gateways: {p: {url: \"ftp://x\"}}\n",
            "1:21: gateways.p.url: 'ftp://x' has the scheme 'ftp', which is not spoken here; write http:// or https://"),
        WrongText(
            "bad port in a URL", "gateways: {p: {url: \"http://x:99999\"}}\n",
            "1:21: gateways.p.url: 'http://x:99999' names no host, or a port that is none; write it like http://127.0.0.1:8787"
        ),
        WrongText(
            "query in a URL", "gateways: {p: {url: \"http://x/?a=b\"}}\n",
            "1:21: gateways.p.url: 'http://x/?a=b' has a query or fragment; end it after the path"),
        WrongText(
            "bad header name", "gateways: {p: {headers: {\"a b\": c}}}\n",
            "1:26: gateways.p.headers: 'a b' is no name of a header; use letters, digits and hyphens"),
        WrongText(
            "bad endpoint", "network: {connectivityCheck: 1.1.1.1}\n",
            "1:30: network.connectivityCheck: '1.1.1.1' is no host with a port; write it like 1.1.1.1:443"),
        WrongText(
            "certificate without key", "network: {clientCertificate: a.pem}\n",
            "1:10: network: `clientCertificate` and `clientKey` belong together; give both or none"),
        WrongText(
            "hosted without key", "gateways: {p: {hosted: true}}\n",
            "1:15: gateways.p: a hosted gateway needs its account's key; add `apiKey: {env: PORTKEY_API_KEY}`"),
        WrongText(
            "key for the open-source gateway", "gateways: {p: {apiKey: abc}}\n",
            "1:24: gateways.p: the open-source gateway ignores account keys; add `hosted: true` or remove it"),
        WrongText(
            "noise upside down", "policy: {errors: {leastNoise: 0.1}}\n",
            "1:18: policy: `leastNoise` is above `mostNoise`; swap them"),
        WrongText(
            "falling confirmations", "policy: {outage: {fastConfirmations: [5s, 2s]}}\n",
            "1:38: policy: `fastConfirmations` must hold rising times, such as [2s, 5s, 8s]"),
        WrongText(
            "check without assertions", "models: [{id: a, provider: b, checks: [{name: c, prompt: d}]}]\n",
            "1:40: models[0].checks[0]: a check needs `assertions`; without them it cannot fail"),
        WrongText(
            "check that sends nothing",
            "models: [{id: a, provider: b, checks: [{name: c, assertions: [{status: 200}]}]}]\n",
            "1:40: models[0].checks[0]: a check needs something to send; add `prompt:` or `body:`"),
        WrongText(
            "two assertions in one",
            "models: [{id: a, provider: b, checks: [{name: c, prompt: d, assertions: [{status: 200, contains: x}]}]}]\n",
            "1:74: models[0].checks[0].assertions[0]: holds several assertions; write each as an entry of its own"),
        WrongText(
            "bad expression",
            "models: [{id: a, provider: b, checks: [{name: c, prompt: d, assertions: [{matches: \"(\"}]}]}]\n",
            "1:84: models[0].checks[0].assertions[0].matches: '(' is no regular expression; check its brackets and backslashes"
        ),
    ]

    static let durations = [
        WrongText(
            "with a space", "defaults: {interval: 15 sec}\n",
            "1:22: defaults.interval: '15 sec' is no duration; write 15s"),
        WrongText(
            "without a unit", "defaults: {interval: 15}\n",
            "1:22: defaults.interval: '15' is no duration; a duration needs a unit; write 15s"),
        WrongText(
            "in words", "defaults: {interval: 2 minutes}\n",
            "1:22: defaults.interval: '2 minutes' is no duration; write 2m"),
        WrongText(
            "of nothing known", "defaults: {interval: soon}\n",
            "1:22: defaults.interval: 'soon' is no duration; write a duration such as 15s, 500ms, 2m, 1h or 7d"),
        WrongText(
            "too short", "defaults: {interval: 10ms}\n",
            "1:22: defaults.interval: '10ms' is out of range; write 1s to 1d"),
        WrongText(
            "negative", "defaults: {timeout: -5s}\n",
            "1:21: defaults.timeout: '-5s' is no duration; write a duration such as 15s, 500ms, 2m, 1h or 7d"),
    ]

    static let references = [
        WrongText(
            "no providers at all", "models:\n  - {id: a, provider: openai}\n",
            "2:23: models[0].provider: there is no provider 'openai'; add it under `providers:`"),
        WrongText(
            "unknown provider", "providers: {openai: {}}\nmodels:\n  - {id: a, provider: opanai}\n",
            "3:23: models[0].provider: there is no provider 'opanai'; did you mean 'openai'?"),
        WrongText(
            "unknown gateway", "gateways: {portkey: {}}\nproviders:\n  openai: {via: portkye}\n",
            "3:17: providers.openai.via: there is no gateway 'portkye'; did you mean 'portkey'?"),
        WrongText(
            "unknown kind", "providers:\n  mine: {kind: antropic, url: \"http://x\"}\n",
            "2:16: providers.mine.kind: 'antropic' is no kind of provider; did you mean 'anthropic'?"),
        WrongText(
            "no address", "providers:\n  groq: {key: k}\nmodels: [{id: a, provider: groq}]\n",
            "2:3: providers.groq: where 'groq' is reached is not known; add `url:`, or `via:` and the name of a gateway"
        ),
        WrongText(
            "no kind and no address", "providers: {mine: {key: k}}\nmodels: [{id: a, provider: mine}]\n",
            "1:13: providers.mine: where 'mine' is reached is not known; add `url:`, or `via:` and the name of a gateway"
        ),
        WrongText(
            "no kind behind a gateway",
            "gateways: {p: {}}\nproviders: {mine: {via: p}}\nmodels: [{id: a, provider: mine}]\n",
            "2:13: providers.mine: 'mine' is no provider that Portkey knows; write its `kind:`, its `url:` if it is an OpenAI-compatible server of yours, or `portkey: {provider: …}`"
        ),
        WrongText(
            "the same name at two providers",
            "providers: {openai: {}, anthropic: {}}\nmodels:\n  - {model: m, provider: openai}\n  - {model: m, provider: anthropic}\n",
            "4:5: models[1]: the model 'm' is watched at 'anthropic' and, in llm-health.yaml:3:5, at 'openai'; give each an `id` of its own, such as anthropic/m"
        ),
        WrongText(
            "the same id twice",
            "providers: {openai: {}}\nmodels:\n  - {id: m, provider: openai}\n  - {id: m, model: n, provider: openai}\n",
            "4:5: models[1]: the model id 'm' is already taken in llm-health.yaml:3:5; write another `id` or remove one of them"
        ),
        WrongText(
            "virtual key without an account",
            "gateways: {p: {}}\nproviders:\n  openai:\n    via: p\n    portkey: {virtualKey: vk}\nmodels: [{id: a, provider: openai}]\n",
            "5:27: providers.openai.portkey.virtualKey: is a virtual key, which only a hosted gateway knows; set `gateways.p.hosted: true`, or give the provider's own `key`"
        ),
        WrongText(
            "config id without an account",
            "gateways: {p: {}}\nproviders: {openai: {via: p, portkey: {config: pc-abc}}}\nmodels: [{id: a, provider: openai}]\n",
            "2:48: providers.openai.portkey.config: is the id of a stored config, which only a hosted gateway knows; set `gateways.p.hosted: true`, or write the config itself"
        ),
        WrongText(
            "config with two targets",
            "gateways: {p: {}}\nproviders:\n  openai:\n    via: p\n    portkey:\n      config: {strategy: {mode: fallback}, targets: [{provider: a}, {provider: b}]}\n",
            "6:15: providers.openai.portkey.config: has 2 targets, and so tells nothing about any one; keep one, or list them as `targets`"
        ),
        WrongText(
            "provider id Portkey has not",
            "gateways: {p: {}}\nproviders: {mine: {via: p, portkey: {provider: open-ai}}}\nmodels: [{id: a, provider: mine}]\n",
            "2:48: providers.mine.portkey.provider: 'open-ai' is no provider of the open-source gateway; did you mean 'openai'?"
        ),
        WrongText(
            "catalog name without an account",
            "gateways: {p: {}}\nproviders: {openai: {via: p}}\nmodels:\n  - {id: \"@prod/gpt\", provider: openai}\n",
            "4:5: models[0]: '@prod/gpt' is a name of the model catalog, which only a hosted gateway knows; set `gateways.p.hosted: true`, or write the model's plain name"
        ),
        WrongText(
            "a runtime that is not watched", "providers: {ollama: {url: \"http://10.0.0.5:11434\"}}\n",
            "1:13: providers.ollama: models of Ollama are probed only while they are loaded, so it must be watched; add `local: {ollama: {}}`, or write `kind: openai` to probe it like any server"
        ),
        WrongText(
            "a second runtime",
            "local: {ollama: {}}\nproviders: {big: {kind: ollama, url: \"http://10.0.0.5:11434\"}}\n",
            "2:38: providers.big.url: one Ollama is watched, at http://127.0.0.1:11434; write `kind: openai` to probe this one like any server"
        ),
        WrongText(
            "target twice",
            "providers: {openai: {}}\nmodels: [{id: a, provider: openai, targets: [{name: x}, {name: x}]}]\n",
            "2:64: models[0].targets[1].name: the target 'x' is there twice; write another name"),
        WrongText(
            "open to the network", "server:\n  host: 0.0.0.0\n",
            "2:9: server.host: '0.0.0.0' is reached from other machines, which needs tokens; add `server.tokens`, or listen on 127.0.0.1"
        ),
        WrongText(
            "origin with a path", "server: {allowedOrigins: [\"https://a.example/x\"]}\n",
            "1:26: server.allowedOrigins: `https://a.example/x` is no origin; write it like https://status.example, without a path"
        ),
        WrongText(
            "no origin in frames", "server: {frameAncestors: [wiki]}\n",
            "1:26: server.frameAncestors: `wiki` is no origin; write it like https://status.example, without a path"),
        WrongText(
            "all origins without tokens", "server: {allowedOrigins: [\"*\"]}\n",
            "1:26: server.allowedOrigins: `*` lets any site's page do everything here; add `tokens`, or name the origins"
        ),
        WrongText(
            "an empty status page", "statusPage: {enabled: true}\n",
            "1:13: statusPage: shows nothing; name models in `groups`"),
        WrongText(
            "work without an end", "maintenance: [{title: a, from: 2026-12-24T22:00:00Z}]\n",
            "1:15: maintenance[0]: has no end; write `until`"),
        WrongText(
            "work that ends before it begins",
            "maintenance: [{title: a, from: 2026-12-24T22:00:00Z, until: 2026-12-24T21:00:00Z}]\n",
            "1:61: maintenance[0].until: `until` must be later than `from`"),
        WrongText(
            "no time", "announcements: [{title: a, from: tomorrow}]\n",
            "1:34: announcements[0].from: 'tomorrow' is no time; write one like 2026-12-24T22:00:00+01:00"),
        WrongText(
            "token twice", "server: {tokens: [{name: a, secret: 12345678}, {name: a, secret: 87654321}]}\n",
            "1:55: server.tokens[1].name: the token 'a' is there twice; write another name"),
        WrongText(
            "weak token", "server: {tokens: [{name: a, secret: short}]}\n",
            "1:37: server.tokens[0]: the token is shorter than 8 characters; make one with `openssl rand -hex 16`"),
    ]
}
