#if os(Linux)
import Foundation
import Health

/// Two network namespaces and a cable between them: `here`, where daemons run, and `world`, where providers are.
///
/// Five hosts, each with a name, an IPv4 and an IPv6 address, a name server and a simulator live in the world. Nothing
/// leaves the two. It takes root, `ip`, `nft`, `unshare` and `nsenter`.
struct NetworkLab: Sendable {
    /// A way of losing the network.
    enum Loss: String, Sendable, CaseIterable, CustomStringConvertible {
        /// Packets vanish.
        case drop
        /// A firewall refuses them, by ICMP or by a TCP reset.
        case prohibited, reset
        /// No route leads out.
        case unreachable
        /// The name server does not run (its port is refused), or its packets vanish.
        case noNames, lostNames
        /// Our end of the cable is switched off, or the other one is.
        case linkDown, cableOut
        /// One of two address families vanishes: the other still serves.
        case noIPv6, noIPv4

        var description: String { rawValue }
    }

    static let hosts = (1...5).map { "host\($0).lab" }
    /// What a connectivity check may ask for.
    static let landmark = "landmark.lab"
    static let port = 18_701
    /// The IPv4 address of a host, by its position; of the landmark after the last.
    static func address(_ index: Int) -> String { "10.78.0.1\(index + 1)" }
    private static let nameServer = "10.77.0.1"

    let folder: TemporaryFolder
    private let here: Int32
    private let world: Int32

    /// Whether this machine lets us make one; else why not.
    static let obstacle: String? = {
        guard geteuid() == 0 else { return "it takes root" }
        let script = """
            ip link add name lab0 type veth peer name lab1 && nft add table inet t && command -v nsenter && command -v python3
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["unshare", "--net", "--mount", "sh", "-c", script]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return "it takes unshare" }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? nil : "it takes network namespaces, ip, nft, nsenter and python3"
    }()

    /// Makes one, hands it to `body`, and takes it down.
    static func with<Result>(
        _ scenario: String, in folder: TemporaryFolder, _ body: (NetworkLab) async throws -> Result
    ) async throws -> Result {
        let keeper = ["--net", "--mount", "sleep", "86400"]
        return try await ChildProcess.with("/usr/bin/unshare", keeper, in: folder) { here in
            try await ChildProcess.with("/usr/bin/unshare", keeper, in: folder) { world in
                let lab = NetworkLab(folder: folder, here: here.id, world: world.id)
                try await lab.isApart(here.id)
                try await lab.isApart(world.id)
                try await lab.layCable()
                return try await lab.populate(scenario) { try await body(lab) }
            }
        }
    }

    /// The words before a command that is to run where the daemons are.
    var launcher: [String] { Self.entering(here) }

    private static func entering(_ keeper: Int32) -> [String] {
        ["/usr/bin/nsenter", "--target", "\(keeper)", "--net", "--mount"]
    }

    /// Waits until a keeper has left our own namespace: before that nothing may be changed there.
    private func isApart(_ keeper: Int32) async throws {
        let ours = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        try await eventually("a network namespace", within: .seconds(10), every: .milliseconds(10)) {
            let theirs = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(keeper)/ns/net")
            guard let theirs, theirs != ours else { return nil as Bool? }
            // The mount namespace comes after it.
            let mine = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/mnt")
            return try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(keeper)/ns/mnt") != mine
                ? true : nil
        }
    }

    // MARK: Commands

    /// Runs shell lines in one of the two, and wants them to succeed.
    private func run(_ script: String, in keeper: Int32) async throws {
        let command = Self.entering(keeper) + ["sh", "-ec", script]
        let finished = try await ChildProcess.run(command[0], Array(command.dropFirst()), in: folder)
        guard finished.exit == .code(0) else { throw LabTrouble(script: script, errors: finished.errors) }
    }

    struct LabTrouble: Error, CustomStringConvertible {
        var script: String
        var errors: String
        var description: String { "'\(script)' fails: \(errors)" }
    }

    private func layCable() async throws {
        try folder.write("nameserver \(Self.nameServer)\noptions timeout:2 attempts:2\n", to: "resolv.conf")
        try folder.write("hosts: files dns\n", to: "nsswitch.conf")
        try folder.write("127.0.0.1 localhost\n", to: "hosts")
        try await run(
            """
            mount --make-rprivate /
            ip link set lo up
            ip link add out type veth peer name in netns \(world)
            sysctl -qw net.ipv6.conf.out.keep_addr_on_down=1
            ip addr add 10.77.0.2/24 dev out
            ip -6 addr add fd77::2/64 dev out nodad
            mount --bind '\(folder["resolv.conf"])' /etc/resolv.conf
            mount --bind '\(folder["nsswitch.conf"])' /etc/nsswitch.conf
            mount --bind '\(folder["hosts"])' /etc/hosts
            """, in: here)
        let addresses = (1...6).map {
            "ip addr add 10.78.0.1\($0)/32 dev lo; ip -6 addr add fd78::1\($0)/128 dev lo nodad"
        }
        try await run(
            """
            ip link set lo up
            sysctl -qw net.ipv6.conf.in.keep_addr_on_down=1
            ip addr add 10.77.0.1/24 dev in
            ip -6 addr add fd77::1/64 dev in nodad
            ip link set in up
            \(addresses.joined(separator: "\n"))
            nft add table inet lab
            nft 'add chain inet lab input { type filter hook input priority 0; }'
            """, in: world)
        try await run(Self.up, in: here)
    }

    private static let up = """
        ip link set out up
        ip route replace default via 10.77.0.1
        ip -6 route replace default via fd77::1
        """

    /// A simulator and a name server in the world.
    private func populate<Result>(_ scenario: String, _ body: () async throws -> Result) async throws -> Result {
        try folder.write(scenario, to: "scenario.yaml")
        let names = (Self.hosts + [Self.landmark]).enumerated().map { "\($1)=10.78.0.1\($0 + 1),fd78::1\($0 + 1)" }
        let server = Self.entering(world) + ["python3", Self.script, Self.nameServer] + names
        let simulator =
            Self.entering(world) + [
                Programs.simulator, "--scenario", folder["scenario.yaml"], "--host", "::", "--json", "--openai-port",
                "\(Self.port)", "--anthropic-port", "0", "--portkey-port", "0", "--ollama-port", "0",
                "--lmstudio-port", "0", "--control-port", "0",
            ]
        return try await ChildProcess.with(simulator[0], Array(simulator.dropFirst()), in: folder) { child in
            try await eventually(
                "a simulator in the lab", within: .seconds(20), seen: { child.errors.text }
            ) { child.output.text.contains("openai") ? true : nil }
            return try await ChildProcess.with(server[0], Array(server.dropFirst()), in: folder) { names in
                try await eventually("a name server", within: .seconds(20), seen: { names.errors.text }) {
                    names.output.text.contains("listening") ? true : nil
                }
                return try await body()
            }
        }
    }

    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("names.py").path

    // MARK: Losses

    private func firewall(_ rule: String) async throws {
        try await run("nft 'add rule inet lab input \(rule)'", in: world)
    }

    func lose(_ loss: Loss) async throws {
        switch loss {
        case .drop: try await firewall("iifname in drop")
        case .prohibited: try await firewall("iifname in reject with icmpx type admin-prohibited")
        case .reset:
            try await firewall("iifname in meta l4proto tcp reject with tcp reset")
            try await firewall("iifname in reject")
        case .unreachable: try await run("ip route del default; ip -6 route del default", in: here)
        case .noNames: try await firewall("iifname in udp dport 53 reject")
        case .lostNames: try await firewall("iifname in udp dport 53 drop")
        case .linkDown: try await run("ip link set out down", in: here)
        case .cableOut: try await run("ip link set in down", in: world)
        case .noIPv6: try await firewall("iifname in meta nfproto ipv6 drop")
        case .noIPv4:
            try await firewall("iifname in meta nfproto ipv4 udp dport != 53 drop")
            try await firewall("iifname in meta nfproto ipv4 meta l4proto tcp drop")
        }
    }

    func restore(after loss: Loss) async throws {
        switch loss {
        case .cableOut: try await run("ip link set in up", in: world)
        case .linkDown, .unreachable: break
        default: try await run("nft flush chain inet lab input", in: world)
        }
        try await run(Self.up, in: here)
    }
}
#endif
