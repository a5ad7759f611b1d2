/// The entries of LM Studio's three model lists (provider-facts §6).
enum LMStudioListing {
    /// `/v1/models`: says nothing about what is in memory.
    static func compatible(_ model: ModelSnapshot) -> JSON {
        ["id": .string(model.specification.id), "object": "model", "owned_by": "organization_owner"]
    }

    /// `/api/v0/models`: with the state.
    static func beta(_ model: ModelSnapshot) -> JSON {
        let isEmbedding = model.specification.kind == .embedding
        var entry: JSON = [
            "id": .string(model.specification.id), "object": "model", "type": isEmbedding ? "embeddings" : "llm",
            "publisher": "lmstudio-community", "arch": isEmbedding ? "nomic-bert" : "llama",
            "compatibility_type": "gguf",
            "quantization": "Q4_K_M", "state": model.isLoaded ? "loaded" : "not-loaded",
            "max_context_length": isEmbedding ? 2048 : 131_072,
        ]
        if model.isLoaded { entry["loaded_context_length"] = isEmbedding ? 2048 : 8192 }
        if !isEmbedding { entry["capabilities"] = ["tool_use"] }
        return entry
    }

    /// `/api/v1/models`: loaded means that there are instances.
    static func native(_ model: ModelSnapshot) -> JSON {
        let isEmbedding = model.specification.kind == .embedding
        var configuration: JSON = ["context_length": isEmbedding ? 2048 : 8192]
        if !isEmbedding {
            configuration["eval_batch_size"] = 512
            configuration["parallel"] = 4
            configuration["flash_attention"] = true
            configuration["offload_kv_cache_to_gpu"] = true
        }
        var entry: JSON = [
            "type": isEmbedding ? "embedding" : "llm", "publisher": "lmstudio-community",
            "key": .string(model.specification.id), "display_name": .string(model.specification.id),
        ]
        if !isEmbedding { entry["architecture"] = "llama" }
        entry["quantization"] = ["name": "Q4_K_M", "bits_per_weight": 4]
        entry["size_bytes"] = JSON(model.specification.size)
        entry["params_string"] = isEmbedding ? nil : "8B"
        entry["loaded_instances"] =
            model.isLoaded ? [["id": .string(model.specification.id), "config": configuration]] : []
        entry["max_context_length"] = isEmbedding ? 2048 : 131_072
        entry["format"] = "gguf"
        if !isEmbedding {
            entry["capabilities"] = ["vision": false, "trained_for_tool_use": true]
            entry["description"] = .null
        }
        return entry
    }
}
