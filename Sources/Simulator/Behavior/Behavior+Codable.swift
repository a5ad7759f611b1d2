extension Behavior: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case fault, answer, stallAfter, share, failFirst, latency, chunkInterval, rateLimit, servedModel, text,
            errorCode, finishReason
        case lifetime = "for"
        case seed
    }

    package init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            self.init(fault: try Self.fault(named: word, at: decoder.codingPath))
            return
        }
        let container = try StrictDecoding.container(of: decoder, keyedBy: Key.self, what: "behavior")
        self.init()
        if let word = try container.decodeIfPresent(String.self, forKey: .fault) {
            fault = try Self.fault(named: word, at: container.codingPath + [Key.fault])
        }
        if let answer = try container.decodeIfPresent(CannedAnswer.self, forKey: .answer) {
            try Self.require(fault == nil, "give either 'fault' or 'answer'", container, .answer)
            fault = .answer(answer)
        }
        if let events = try container.decodeIfPresent(Int.self, forKey: .stallAfter) {
            try Self.require(fault == .stall(after: 1), "only the fault 'stall' takes it", container, .stallAfter)
            try Self.require(events >= 0, "must not be negative", container, .stallAfter)
            fault = .stall(after: events)
        }
        share = try container.decodeIfPresent(Double.self, forKey: .share) ?? share
        try Self.require((0...1).contains(share), "must lie within 0…1", container, .share)
        failFirst = try container.decodeIfPresent(Int.self, forKey: .failFirst)
        try Self.require(failFirst ?? 0 >= 0, "must not be negative", container, .failFirst)
        latency = try container.decodeIfPresent(Latency.self, forKey: .latency) ?? latency
        chunkInterval =
            try container.decodeIfPresent(TextDuration.self, forKey: .chunkInterval)?.duration ?? chunkInterval
        rateLimit = try container.decodeIfPresent(RateLimit.self, forKey: .rateLimit)
        servedModel = try container.decodeIfPresent(String.self, forKey: .servedModel)
        text = try container.decodeIfPresent(String.self, forKey: .text) ?? text
        errorCode = try container.decodeIfPresent(Int.self, forKey: .errorCode)
        finishReason = try container.decodeIfPresent(String.self, forKey: .finishReason)
        lifetime = try container.decodeIfPresent(TextDuration.self, forKey: .lifetime)?.duration
        seed = try container.decodeIfPresent(UInt64.self, forKey: .seed) ?? seed
    }

    package func encode(to encoder: any Encoder) throws {
        let plain = Behavior()
        var container = encoder.container(keyedBy: Key.self)
        switch fault {
        case .answer(let answer): try container.encode(answer, forKey: .answer)
        case .stall(let events):
            try container.encode("stall", forKey: .fault)
            try container.encode(events, forKey: .stallAfter)
        case let fault?: try container.encodeIfPresent(fault.name, forKey: .fault)
        case nil: try container.encode("ok", forKey: .fault)
        }
        if share != plain.share { try container.encode(share, forKey: .share) }
        try container.encodeIfPresent(failFirst, forKey: .failFirst)
        if latency != plain.latency { try container.encode(latency, forKey: .latency) }
        if chunkInterval != plain.chunkInterval {
            try container.encode(TextDuration(chunkInterval), forKey: .chunkInterval)
        }
        try container.encodeIfPresent(rateLimit, forKey: .rateLimit)
        try container.encodeIfPresent(servedModel, forKey: .servedModel)
        if text != plain.text { try container.encode(text, forKey: .text) }
        try container.encodeIfPresent(errorCode, forKey: .errorCode)
        try container.encodeIfPresent(finishReason, forKey: .finishReason)
        try container.encodeIfPresent(lifetime.map(TextDuration.init), forKey: .lifetime)
        if seed != plain.seed { try container.encode(seed, forKey: .seed) }
    }

    private static func fault(named word: String, at path: [any CodingKey]) throws -> Fault? {
        if word == "ok" { return nil }
        if let fault = Fault(name: word) { return fault }
        let known = ["ok"] + Fault.named.map(\.name)
        let hint = StrictDecoding.suggestion(for: word, among: known).map { "; did you mean '\($0)'?" } ?? ""
        throw StrictDecoding.invalid(
            "unknown fault '\(word)'\(hint) (known: \(known.joined(separator: ", ")))", at: path)
    }

    private static func require(
        _ holds: Bool, _ message: String, _ container: KeyedDecodingContainer<Key>, _ key: Key
    ) throws {
        guard holds else {
            throw StrictDecoding.invalid("\(key.stringValue): \(message)", at: container.codingPath + [key])
        }
    }
}
