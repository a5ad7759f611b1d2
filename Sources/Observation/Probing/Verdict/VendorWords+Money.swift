extension VendorWords {
    /// The account is out of money, credit or quota, which no waiting mends; whatever the status.
    static let money: [VendorWords] = [
        VendorWords(
            "OpenAI, and all who copy it",
            codes: [
                "insufficient_quota", "credit_balance_exhausted", "organization_usage_limit_exceeded",
                "organization_spend_limit_exceeded", "project_spend_limit_exceeded", "billing_hard_limit_reached",
                "billing_not_active", "insufficient_balance", "insufficient_credits", "quota_exhausted",
            ],
            phrases: [
                "exceeded your current quota", "insufficient balance", "insufficient_quota", "insufficient quota",
                "billing hard limit", "account is not active, please check your billing", "out of credits",
                "insufficient credit", "not enough credit", "no credits", "run out of credits", "spend limit reached",
                "spending limit", "exceeded your monthly", "monthly usage limit", "not enough balance",
                "balance is insufficient", "balance is not enough", "insufficient account balance",
            ]),
        VendorWords(
            "Anthropic", codes: ["billing_error"],
            phrases: ["credit balance is too low", "reached your specified api usage limits"]),
        VendorWords(
            "xAI",
            phrases: [
                "used all available credits", "any credits or licenses", "raise your spending limit",
                "purchase more credits",
            ]),
        VendorWords(
            "Moonshot / Kimi", codes: ["exceeded_current_quota_error"],
            phrases: [
                "is suspended, please check your plan", "suspended due to insufficient balance",
                "exceeded_current_quota", "exceeded current quota",
            ]),
        VendorWords(
            "Zhipu / GLM / Z.ai", codes: ["1113", "1309"],
            phrases: ["余额不足", "账户已欠费", "无可用资源包", "please recharge"], statuses: nil),
        VendorWords("Zhipu's coding plan, used up until it renews", codes: ["1310"]),
        VendorWords("MiniMax", codes: ["minimax 1008", "minimax 2056"], phrases: ["insufficient balance"]),
        VendorWords(
            "Fireworks", phrases: ["reaching the monthly spending limit", "failure to pay past invoices"]),
        VendorWords(
            "LiteLLM", codes: ["budget_exceeded", "expired_budget"],
            phrases: [
                "budget has been exceeded", "exceeded budget", "exceededbudget", "budgetexceedederror",
                "over budget", "max budget:", "crossed budget",
            ]),
        VendorWords(
            "Alibaba DashScope / Qwen",
            codes: [
                "arrearage", "allocationquota.freetieronly", "prepaidbilloverdue", "postpaidbilloverdue",
                "commoditynotpurchased", "free_tier_only",
            ],
            phrases: [
                "account is in good standing", "free tier of the model has been exhausted",
                "free quota has been exhausted", "overdue payment",
            ]),
        VendorWords(
            "DeepSeek, SiliconFlow, Novita, Replicate",
            codes: ["30001", "not_enough_balance"],
            phrases: ["account balance", "insufficient balance", "you have insufficient credit"]),
        VendorWords(
            "Together", codes: ["credit_limit", "credit_limit_exceeded"], phrases: ["credit limit exceeded"]),
        VendorWords(
            "OpenRouter",
            phrases: [
                "requires more credits", "insufficient credits", "never purchased credits", "key limit exceeded",
                "can only afford",
            ]),
        VendorWords(
            "Hugging Face",
            phrases: [
                "exceeded your monthly included credits", "monthly included credits", "purchase pre-paid credits",
                "depleted your monthly included credits",
            ]),
        VendorWords(
            "Amazon Bedrock", codes: ["servicequotaexceededexception"],
            phrases: ["invalid_payment_instrument", "valid payment instrument"]),
        VendorWords(
            "Azure", phrases: ["out of call volume quota", "free tier quota", "subscription is disabled"]),
        VendorWords(
            "Google", codes: ["billing_disabled", "account_state_invalid"],
            phrases: [
                "requires billing to be enabled", "billing is disabled", "has not enabled billing",
                "prepayment credits are depleted", "exceeded its monthly spending cap",
                "billing account for the owning",
                "enable billing",
            ]),
        VendorWords(
            "Volcengine Ark",
            codes: ["accountoverdueerror", "account_overdue", "quotaexceeded", "setlimitexceeded", "overdue"],
            phrases: ["overdue balance", "account has an overdue"]),
        VendorWords(
            "Tencent Hunyuan",
            codes: [
                "FailedOperation.ResourcePackExhausted", "FailedOperation.ServiceStop", "ResourceInsufficient",
                "FailedOperation.FreeResourcePackExhausted",
            ]),
        VendorWords("Baidu Qianfan", codes: ["baidu 17", "baidu 19", "account_overdue_error"]),
        VendorWords(
            "IBM watsonx", codes: ["token_quota_reached"], phrases: ["token quota", "quota has been reached"]),
        VendorWords(
            "Cerebras, DeepInfra, Perplexity, Hyperbolic",
            codes: ["payment_required", "payment_required_error", "insufficient_funds"],
            phrases: ["payment required", "insufficient funds", "please top up", "please add a payment method"]),
        VendorWords(
            "Cloudflare Workers AI", codes: ["errors 3036"], phrases: ["used up your daily free allocation"]),
        VendorWords(
            "Ollama's cloud", phrases: ["session usage limit", "weekly usage limit", "requires a subscription"]),
        VendorWords(
            "Cohere", phrases: ["api calls / month", "add or update your payment method"]),
        VendorWords("Groq", codes: ["spend_limit_reached", "blocked_api_access"]),
        VendorWords(
            "one-api, new-api",
            codes: [
                "insufficient_user_quota", "pre_consume_token_quota_failed", "insufficient_token_quota",
                "token_quota_exhausted",
            ],
            phrases: ["额度不足", "额度已用尽", "令牌额度", "预扣费"]),
    ]

    /// A quota counted over minutes or days, told in the words of an empty account: Google's free tier.
    static let windowedQuota = [
        "quota exceeded for metric", "quota exceeded for quota metric", "please retry in", "per minute", "per day",
        "perday", "perminute",
    ]
}
