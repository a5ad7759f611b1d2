import Basics

/// Addresses that no request of ours goes to, whoever configured them: the credential services of cloud providers.
enum ForbiddenAddress {
    /// AWS, Azure, Google, DigitalOcean, OpenStack; AWS over IPv6; AWS ECS and EKS; Alibaba; Oracle; Azure's host agent.
    private static let addresses: Set<IPAddress> = Set(
        [
            "169.254.169.254", "fd00:ec2::254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "100.100.100.200",
            "192.0.0.192", "168.63.129.16", "fd20:ce::254", "64:ff9b::a9fe:a9fe",
        ].compactMap { IPAddress($0) })

    private static let names: Set<String> = [
        "metadata.google.internal", "metadata.goog", "metadata", "metadata.azure.internal", "metadata.azure.com",
        "instance-data", "instance-data.ec2.internal",
    ]

    /// Whether a host, by name or in any spelling of its address, is one of them.
    static func contains(host: String) -> Bool {
        let name = host.last == "." ? String(host.dropLast()) : host
        if names.contains(name.lowercased()) { return true }
        return IPAddress(name).map(addresses.contains) ?? false
    }
}
