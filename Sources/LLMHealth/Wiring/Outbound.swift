import Basics
import Health
import Observation

/// The ways out of the process.
struct Outbound: Sendable {
    /// For probes and lists of models.
    let probes: Egress
    /// For local runtimes, whose polls are further apart than a prober keeps its connections.
    let runtimes: Egress
    /// For gateways' own liveness: it keeps no connection, since one from before says nothing of now.
    let gateways: Egress

    /// Reads certificates; connects to nothing.
    ///
    /// - Parameter idleTimeout: how long an unused connection of probes is kept; `nil` for the usual time.
    /// - Throws: ``StartError``; then nothing is left open.
    static func open(_ network: Configuration.Network, idleTimeout: Duration? = nil) async throws(StartError)
        -> Outbound
    {
        var exits: [Egress] = []
        do {
            var settings = EgressConfiguration(network)
            if let idleTimeout { settings.idleTimeout = idleTimeout }
            exits.append(try Egress(settings))
            exits.append(try Egress(EgressConfiguration(idleTimeout: .seconds(60))))
            settings = EgressConfiguration(network)
            settings.idleTimeout = .milliseconds(1)
            exits.append(try Egress(settings))
            return Outbound(probes: exits[0], runtimes: exits[1], gateways: exits[2])
        } catch {
            for exit in exits { await exit.shutdown() }
            throw StartError("\(error)")
        }
    }

    /// Closes all connections.
    func shutdown() async {
        await probes.shutdown()
        await runtimes.shutdown()
        await gateways.shutdown()
    }

    /// The same, and returns at once.
    func close() {
        for exit in [probes, runtimes, gateways] { exit.close() }
    }
}

extension EgressConfiguration {
    init(_ network: Configuration.Network) {
        self.init()
        if let proxy = network.proxy {
            let host = proxy.host.contains(":") ? "[\(proxy.host)]" : proxy.host
            let password = PercentEncoding.encoded(proxy.password?.reveal() ?? "")
            let login = proxy.user.map { "\(PercentEncoding.encoded($0.reveal())):\(password)@" } ?? ""
            let address = "http://\(login)\(host):\(proxy.port)"
            httpsProxy = address
            httpProxy = address
        }
        noProxy = network.noProxy.joined(separator: ",")
        caFile = network.caFile
        certificateFile = network.clientCertificate
        keyFile = network.clientKey
    }
}
