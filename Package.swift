// swift-tools-version: 6.2
import PackageDescription

/// The language rules that every target of ours is held to.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let deque = product(name: "DequeModule", package: "swift-collections")
    static let heap = product(name: "HeapModule", package: "swift-collections")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP1 = product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let nioHTTPCompression = product(name: "NIOHTTPCompression", package: "swift-nio-extras")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let nioWebSocket = product(name: "NIOWebSocket", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let swiftCSV = product(name: "SwiftCSV", package: "SwiftCSV")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams = product(name: "Yams", package: "Yams")
}

let package = Package(
    name: "llm-health",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "llm-health", targets: ["llm-health"]),
        .executable(name: "llm-simulator", targets: ["llm-simulator"]),
        .library(name: "Health", targets: ["Health"]),
        .library(name: "LLMHealth", targets: ["LLMHealth"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV.git", from: "0.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // What several need and the standard library does not have.
        .target(name: "Basics", swiftSettings: settings),
        // The decision: values only.
        .target(name: "Health", dependencies: ["Basics", .heap], swiftSettings: settings),
        // Worlds and peers that it is tried against, and recorded evidence.
        .target(name: "Trials", dependencies: ["Basics", "Health", .heap], swiftSettings: settings),

        // What stands between the HTTP client and the peers it asks.
        .systemLibrary(name: "CZlib"),
        .target(name: "HTTPGuard", dependencies: ["CZlib", .nioCore, .nioHTTP1], swiftSettings: settings),

        // Metrics, as they are counted and exposed.
        .target(name: "Telemetry", dependencies: [.coreMetrics], swiftSettings: settings),

        // Sources of evidence.
        .target(
            name: "Observation",
            dependencies: [
                "Basics", "Health", "HTTPGuard", "Telemetry", .asyncHTTPClient, .deque, .heap, .logging, .metrics,
                .nioCore,
                .nioHTTP1,
                .nioHTTPCompression,
                .nioPosix, .nioSSL,
                .serviceLifecycle,
            ],
            swiftSettings: settings
        ),

        // Sinks.
        .target(
            name: "History",
            dependencies: [
                "Basics", "CZlib", "Health", "HTTPGuard", "Telemetry", .asyncHTTPClient, .grdb, .logging, .metrics,
                .nioCore,
                .nioHTTP1,
                .nioHTTPCompression, .nioSSL,
                .serviceLifecycle,
            ],
            swiftSettings: settings),
        // What browsers are given: components, pages, badges.
        .target(
            name: "Web", dependencies: ["Health", "History"], exclude: ["Assets", "Components"],
            swiftSettings: settings,
            plugins: ["EmbedAssets"]),
        .target(
            name: "API",
            dependencies: [
                "Basics", "Health", "History", "Telemetry", "Web", .hummingbird, .hummingbirdCore, .httpTypes, .logging,
                .metrics,
                .nioCore,
                .nioHTTP1, .nioHTTPTypes, .nioHTTPTypesHTTP1, .nioPosix, .nioWebSocket, .serviceLifecycle,
            ],
            exclude: ["Schemas"],
            swiftSettings: settings,
            plugins: ["EmbedAssets"]
        ),

        // The library face and the command line.
        .target(
            name: "LLMHealth",
            dependencies: [
                "API", "Basics", "Health", "History", "HTTPGuard", "Observation", "Telemetry", "Trials", "Web",
                .asyncHTTPClient, .logging, .metrics, .nioCore, .nioPosix, .serviceLifecycle, .swiftCSV, .unixSignals,
                .yams,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "llm-health", dependencies: ["Health", "LLMHealth", .argumentParser, .logging],
            swiftSettings: settings),

        // Models that misbehave on demand.
        .target(
            name: "Simulator",
            dependencies: [
                "Basics", .hummingbird, .httpTypes, .logging, .nioCore, .nioPosix, .serviceLifecycle, .yams,
                .asyncHTTPClient,
                .nioHTTP1,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "llm-simulator",
            dependencies: ["Simulator", .argumentParser, .logging, .serviceLifecycle, .unixSignals],
            swiftSettings: settings
        ),

        // The stores' speed, beside bare loops; in this package because the stores are not public.
        .executableTarget(
            name: "history-benchmark",
            dependencies: ["Health", "History", .asyncHTTPClient, .grdb, .nioCore, .nioHTTP1],
            swiftSettings: settings),

        // What a probe costs, beside the HTTP client alone.
        .executableTarget(
            name: "probe-benchmark",
            dependencies: ["Health", "Observation", .asyncHTTPClient, .logging, .nioCore, .nioHTTP1, .nioPosix],
            swiftSettings: settings),

        // Build tools.
        .executableTarget(name: "embed-assets", swiftSettings: settings),
        .plugin(name: "EmbedAssets", capability: .buildTool(), dependencies: ["embed-assets"]),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["CZlib", "Health", .nioCore, .nioPosix], path: "Tests/TestSupport",
            swiftSettings: settings),
        .testTarget(name: "BasicsTests", dependencies: ["Basics"], swiftSettings: settings),
        .testTarget(
            name: "HealthTests", dependencies: ["Basics", "Health", "TestSupport"], resources: [.copy("References")],
            swiftSettings: settings),
        .testTarget(
            name: "TrialsTests", dependencies: ["Health", "TestSupport", "Trials"], swiftSettings: settings),
        .testTarget(
            name: "ObservationTests",
            dependencies: [
                "Basics", "Health", "HTTPGuard", "Observation", "Simulator", "TestSupport", .asyncHTTPClient,
                .coreMetrics,
                .logging, .nioCore, .nioHTTP1, .nioPosix,
            ],
            resources: [.copy("Recordings")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HistoryTests",
            dependencies: ["Health", "History", "TestSupport", .grdb, .logging, .nioCore, .serviceLifecycle],
            resources: [.copy("References")], swiftSettings: settings),
        .testTarget(
            name: "WebTests", dependencies: ["Health", "History", "TestSupport", "Web"], swiftSettings: settings),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Health", "History", "Telemetry", "TestSupport", "Web", .hummingbird, .hummingbirdTesting,
                .httpTypes,
                .logging,
                .nioCore, .nioPosix, .serviceLifecycle,
            ],
            swiftSettings: settings
        ),
        // What the live stream costs under load; run by hand.
        .executableTarget(
            name: "stream-load",
            dependencies: ["API", "Health", "History", .logging, .nioCore, .nioPosix, .serviceLifecycle],
            path: "Tests/StreamLoad", swiftSettings: settings),
        // What the server beneath the API can do at most; run by hand.
        .executableTarget(
            name: "bare-server", dependencies: [.hummingbird, .httpTypes, .nioCore], path: "Tests/BareServer",
            swiftSettings: settings),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", .coreMetrics], swiftSettings: settings),
        .testTarget(
            name: "SimulatorTests",
            dependencies: [
                "Basics", "Simulator", .asyncHTTPClient, .hummingbird, .logging, .nioCore, .nioHTTP1, .nioPosix,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Health", "History", "Simulator", "TestSupport", "llm-health", "llm-simulator", .asyncHTTPClient, .grdb,
                .logging,
                .nioCore, .nioHTTP1, .nioPosix,
            ],
            exclude: ["Network/names.py", "References"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LLMHealthTests",
            dependencies: [
                "Basics", "API", "Health", "History", "LLMHealth", "Observation", "Simulator", "Telemetry",
                "TestSupport",
                "Trials", "Web",
                .asyncHTTPClient, .grdb, .logging, .nioCore, .serviceLifecycle,
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)

// While one part is worked on, `LLM_HEALTH_ONLY_TESTS=HistoryTests swift test` leaves everything else unbuilt; several
// are separated by commas.
if let only = Context.environment["LLM_HEALTH_ONLY_TESTS"] {
    var kept: Set<String> = []
    func keep(_ name: String) {
        guard let target = package.targets.first(where: { $0.name == name }), kept.insert(name).inserted else { return }
        for case .byNameItem(let name, _) in target.dependencies { keep(name) }
        for case .plugin(let name, _) in target.plugins ?? [] { keep(name) }
    }
    for name in only.split(separator: ",") { keep(String(name)) }
    package.targets.removeAll { !kept.contains($0.name) }
    package.products.removeAll()
}
