// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses llm-health builds it.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "llm-health", path: "..")],
    targets: [
        .target(name: "CHeap"),
        .executableTarget(
            name: "EngineBenchmark", dependencies: ["CHeap", .product(name: "Health", package: "llm-health")]),
    ],
    swiftLanguageModes: [.v6]
)
