import Health

/// One entry of a list of LM Studio's, read as its generation writes it.
struct LMStudioEntry: Sendable {
    let model: LocalModel

    init?(_ json: JSONValue, _ generation: LMStudioReader.Generation) {
        let model =
            switch generation {
            case .native: Self.native(json)
            case .beta: Self.beta(json)
            case .openAI: Self.openAI(json)
            }
        guard let model else { return nil }
        self.model = model
    }

    /// `/api/v1/models`: loaded is what has instances.
    private static func native(_ json: JSONValue) -> LocalModel? {
        guard let name = json["key"]?.text else { return nil }
        let instances = json["loaded_instances"]?.array
        let names = (instances ?? []).compactMap { $0["id"]?.text }
        var details: [String: JSONValue] = [
            "displayName": json["display_name"]?.filled,
            "publisher": json["publisher"]?.filled,
            "family": json["architecture"]?.filled,
            "format": json["format"]?.filled,
            "parameters": json["params_string"]?.filled,
            "quantization": json["quantization"]?["name"]?.filled ?? json["quantization"]?.text.map { .string($0) },
            "bitsPerWeight": json["quantization"]?["bits_per_weight"]?.filled,
            "maxContextLength": json["max_context_length"]?.filled,
            "contextLength": instances?.first?["config"]?["context_length"]?.filled,
            "capabilities": json["capabilities"]?.filled,
            "type": json["type"]?.filled,
            "instances": names.isEmpty ? nil : .array(names.map { .string($0) }),
        ].compactMapValues { $0 }
        // A request by another name than the instance's would load a second one.
        if let first = names.first, !names.contains(name) { details["requestName"] = .string(first) }
        let state: LocalModel.State = instances.map { $0.isEmpty ? .idle : .loaded } ?? .other
        return LocalModel(
            name: name, state: state, mode: mode(type: json["type"]?.text, name: name),
            sizeBytes: json["size_bytes"]?.integer, details: details)
    }

    /// `/api/v0/models`: a state per model, of which only two are known.
    private static func beta(_ json: JSONValue) -> LocalModel? {
        guard let name = json["id"]?.text else { return nil }
        let word = json["state"]?.text
        let state: LocalModel.State =
            switch word {
            case "loaded": .loaded
            case "not-loaded": .idle
            default: .other
            }
        let details: [String: JSONValue] = [
            "publisher": json["publisher"]?.filled,
            "family": json["arch"]?.filled,
            "format": json["compatibility_type"]?.filled,
            "quantization": json["quantization"]?.filled,
            "maxContextLength": json["max_context_length"]?.filled,
            "contextLength": json["loaded_context_length"]?.filled,
            "capabilities": json["capabilities"]?.filled,
            "type": json["type"]?.filled,
            "runtimeState": state == .other ? json["state"]?.filled : nil,
        ].compactMapValues { $0 }
        return LocalModel(
            name: name, state: state, mode: mode(type: json["type"]?.text, name: name), details: details)
    }

    /// `/v1/models`: names alone. With loading on demand, the default, it lists whatever is downloaded.
    private static func openAI(_ json: JSONValue) -> LocalModel? {
        guard let name = json["id"]?.text else { return nil }
        return LocalModel(name: name, state: .other, mode: mode(type: nil, name: name))
    }

    private static func mode(type: String?, name: String) -> ModelConfig.Mode {
        switch type {
        case "embedding", "embeddings": .embedding
        case .some: .chat
        // LM Studio itself names embedding models so.
        case nil: name.hasPrefix("text-embedding-") || name.contains("-embed") ? .embedding : .chat
        }
    }
}
