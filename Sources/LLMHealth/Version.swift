/// The product's version.
public enum Version {
    /// As `llm-health --version` prints it.
    public static let current = "0.1.0"
}
