import Health
import Testing

@testable import Observation

extension ProbingNetworkTests {
    /// What the prober keeps in mind of a target from one probe to the next.
    @Suite("What probes teach", .timeLimit(.minutes(5)))
    struct ProbingLearningTests {
        static let unverified =
            #"{"error":{"message":"Your organization must be verified to stream this model. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.","type":"invalid_request_error","param":"stream","code":"unsupported_value"}}"#

        @Test
        func `an account that may not stream is asked plainly, at once and from then on, and is no failure`()
            async throws
        {
            try await withPeer({ seen, _ in
                seen.body.contains(#""stream":true"#)
                    ? ProbingPeer.answer(Self.unverified, status: "400 Bad Request") : ProbingPeer.pong
            }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    let model = probedModel(at: peer.url, streaming: .always)
                    let first = try await stage.prober.probeOnce(model)
                    #expect(first.success && !first.isStreamed && peer.seen.count == 2, "\(first.outcome)")
                    #expect(first.note?.contains("does not stream") == true)
                    let second = try await stage.prober.probe("m", config: model.probe)
                    #expect(second.success && peer.seen.count == 3)
                    #expect(second.note?.contains("does not stream") == true)
                }
            }
        }

        static func answer(_ model: String) -> [ProbingPeer.Step] {
            ProbingPeer.answer(
                #"{"model":"\#(model)","choices":[{"message":{"content":"pong"},"finish_reason":"stop"}]}"#)
        }

        @Test
        func `a steady alias is no finding, a change behind it is, until the name is accepted`() async throws {
            try await withPeer({ _, number in Self.answer(number < 3 ? "gpt-4o-2024-08-06" : "gpt-3.5-turbo") }) {
                peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    var model = probedModel(at: peer.url, model: "gpt-4")
                    let first = try await stage.prober.probeOnce(model)
                    #expect(first.outcome == .ok && first.answeredModel == "gpt-4o-2024-08-06")
                    #expect(first.note == "answers as 'gpt-4o-2024-08-06'")
                    for _ in 0..<2 {
                        let same = try await stage.prober.probe("m", config: model.probe)
                        #expect(same.outcome == .ok)
                    }
                    for _ in 0..<3 {
                        let changed = try await stage.prober.probe("m", config: model.probe)
                        #expect(changed.outcome.class == .ok && changed.outcome.cause == .otherModelAnswered)
                        #expect(changed.outcome.detail.contains("gpt-3.5-turbo"))
                    }
                    model.onOtherModel = .unhealthy
                    let grave = try await stage.prober.probeOnce(model)
                    #expect(grave.outcome.class == .failing)
                    model.answersAs = ["gpt-3*"]
                    let accepted = try await stage.prober.probeOnce(model)
                    #expect(accepted.outcome == .ok)
                }
            }
        }

        @Test
        func `an answer through LiteLLM's own fallback proves nothing, and none is asked for`() async throws {
            try await withPeer({ _, _ in
                ProbingPeer.answer(
                    #"{"model":"m","choices":[{"message":{"content":"pong"},"finish_reason":"stop"}]}"#,
                    headers: ["x-litellm-attempted-fallbacks: 1", "x-litellm-model-group: spare"])
            }) { peer in
                try await withProber { stage in
                    let model = probedModel(at: peer.url, gateway: GatewayRoute(gateway: "edge", kind: .litellm))
                    let outcome = try await stage.prober.probeOnce(model).outcome
                    #expect(outcome.class == .misconfigured && outcome.cause == .otherModelAnswered, "\(outcome)")
                    #expect(outcome.detail.contains("'spare'"))
                    #expect(peer.seen.first?.body.contains(#""disable_fallbacks":true"#) == true)
                    #expect(peer.seen.first?.headers.keys.contains { $0.hasPrefix("x-portkey") } == false)
                }
            }
        }

        @Test
        func `the account's allowance comes with a good answer`() async throws {
            try await withPeer({ _, _ in
                ProbingPeer.answer(
                    #"{"model":"m","choices":[{"message":{"content":"pong"},"finish_reason":"stop"}]}"#,
                    headers: ["x-ratelimit-limit-requests: 60", "x-ratelimit-remaining-requests: 0"])
            }) { peer in
                try await withProber { stage in
                    let result = try await stage.prober.probeOnce(probedModel(at: peer.url))
                    #expect(result.success && result.allowance?.limit == 60 && result.allowance?.remaining == 0)
                }
            }
        }

        @Test
        func `heartbeats without a token end as a stall, whatever they look like`() async throws {
            try await withPeer({ _, _ in
                [ProbingPeer.streamHead]
                    + (0..<40).flatMap { _ in [.send(": ping\n\ndata:\n\n"), .wait(.milliseconds(50))] }
            }) { peer in
                try await withProber(limits: .init(stallShare: 0.5)) { stage in
                    let model = probedModel(at: peer.url, timeout: .milliseconds(600), streaming: .always)
                    let outcome = try await stage.prober.probeOnce(model).outcome
                    #expect(outcome.class == .failing && outcome.cause == .stall, "\(outcome)")
                }
            }
        }

        @Test
        func `an answer that is whole counts though its connection stays open, with the time of its end`() async throws
        {
            let chunk = #"{"model":"m","choices":[{"delta":{"content":"pong"},"finish_reason":"stop"}]}"#
            try await withPeer({ _, _ in
                [ProbingPeer.streamHead, .send("data: \(chunk)\n\ndata: [DONE]\n\n"), .wait(.seconds(3))]
            }) { peer in
                try await withProber(limits: .init(stallShare: 1)) { stage in
                    let model = probedModel(at: peer.url, timeout: .milliseconds(900), streaming: .always)
                    let result = try await stage.prober.probeOnce(model)
                    #expect(result.success, "\(result.outcome)")
                    #expect(result.latency.map { $0 < .milliseconds(800) } == true)
                    #expect(result.note?.contains("stayed open") == true)
                }
            }
        }

        @Test
        func `a provider's name that looks like the beginning of a key stays readable`() async throws {
            try await withPeer({ _, _ in ProbingPeer.answer("{}", status: "500 Oops") }) { peer in
                try await withProber { stage in
                    let model = probedModel("xai-eu/grok-4", at: peer.url, provider: "xai-eu")
                    let detail = try await stage.prober.probeOnce(model).outcome.detail
                    #expect(detail.hasPrefix("xai-eu failed"))
                }
            }
        }
    }
}
