extension VendorWords {
    /// The key is not accepted.
    static let key: [VendorWords] = [
        VendorWords(
            "OpenAI, Anthropic, Google, and all who copy them",
            codes: [
                "invalid_api_key", "api_key_invalid", "authentication_error", "unauthenticated",
                "invalid_authentication", "account_deactivated", "wrong_api_key", "invalid_authentication_error",
                "InvalidApiKey", "incorrect_api_key_error", "auth_unavailable", "missing_api_key",
                "authentication_token_expired", "invalid_token", "AuthenticationError",
            ]),
        VendorWords(
            "the same, in a message with another status",
            phrases: [
                "incorrect api key provided", "invalid api key", "api key not valid", "api key expired",
                "invalid x-api-key", "no api key provided", "invalid api token", "api key is invalid",
                "no auth credentials found", "api key not found", "invalid authentication", "token is invalid",
                "无效的令牌", "invalid bearer token",
            ],
            statuses: [200, 400, 404, 422, 500]),
        VendorWords("LiteLLM", phrases: ["litellm.authenticationerror"]),
        VendorWords(
            "Amazon",
            codes: [
                "UnrecognizedClientException", "ExpiredTokenException", "InvalidSignatureException",
                "MissingAuthenticationTokenException", "IncompleteSignatureException", "InvalidClientTokenId",
            ]),
        VendorWords("MiniMax", codes: ["minimax 1004", "minimax 2049"]),
        VendorWords("Zhipu", codes: ["1000", "1001", "1002", "1003", "1004"], statuses: [200, 400, 401]),
        VendorWords("Baidu", codes: ["baidu 110", "baidu 111", "baidu 6", "baidu 14"]),
        VendorWords("Tencent", codes: ["AuthFailure.SecretIdNotFound", "AuthFailure.SignatureFailure"]),
        VendorWords("Cloudflare", codes: ["errors 10000", "errors 10001"], statuses: [200, 400, 401, 403]),
    ]

    /// The key is accepted and may not use the model.
    static let permission: [VendorWords] = [
        VendorWords(
            "OpenAI, Anthropic, Google, and all who copy them",
            codes: [
                "permission_error", "permission_denied", "organization_restricted", "access_terminated",
                "access_terminated_error",
            ],
            phrases: ["organization has been disabled", "is not allowed to use publisher model"]),
        VendorWords(
            "Amazon Bedrock", codes: ["AccessDeniedException"],
            phrases: ["don't have access to the model", "not authorized to invoke", "use case details have not been"]),
        VendorWords(
            "LiteLLM",
            codes: ["key_model_access_denied", "team_model_access_denied", "user_model_access_denied"],
            phrases: ["key not allowed to access model"]),
        VendorWords("Volcengine Ark", codes: ["ModelNotOpen"], phrases: ["has not activated the model"]),
        VendorWords(
            "Alibaba DashScope", codes: ["Model.AccessDenied", "Workspace.AccessDenied", "AccessDenied.Unpurchased"]),
        VendorWords("Google", phrases: ["has not been used in project"], statuses: [403]),
    ]

    /// A rule about networks or countries refuses us, and no page of its own says so.
    static let networkRules: [VendorWords] = [
        VendorWords(
            "Azure",
            phrases: [
                "virtual network/firewall", "virtual network is configured", "public access is disabled",
                "configure private endpoint",
                "traffic is not from an approved private endpoint", "ip is not allowed",
            ]),
        VendorWords("Groq", phrases: ["check your network settings"]),
        VendorWords(
            "OpenAI", codes: ["unsupported_country_region_territory", "ip_not_authorized"],
            phrases: ["connected from an authorized ip", "country, region, or territory not supported"]),
        VendorWords("Anthropic", phrases: ["request not allowed"], statuses: [403]),
        VendorWords(
            "Google", codes: ["SECURITY_POLICY_VIOLATED", "API_KEY_IP_ADDRESS_BLOCKED"],
            phrases: [
                "vpcservicecontrols", "prohibited by organization's policy", "user location is not supported",
                "ip address restriction",
            ]),
        VendorWords(
            "Amazon", phrases: ["explicit deny in a vpc endpoint policy", "access to this model is not allowed from"]),
        VendorWords("Envoy, Istio, Kubernetes", phrases: ["rbac: access denied"], statuses: [403]),
        VendorWords(
            "allow-lists everywhere",
            codes: ["ip_not_allowed", "ip_blocked", "region_not_supported", "unsupported_region"],
            phrases: [
                "not in the allowlist", "not in allowlist", "not in whitelist", "not in the whitelist",
                "ip address not allowed", "ip address is not allowed", "your ip", "not available in your region",
                "not available in your country", "not supported in your region", "host_not_allowed",
                "host not allowed",
            ],
            statuses: [401, 403, 406, 451]),
    ]
}
