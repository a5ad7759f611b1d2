// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "embedding",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "llm-health", path: "../.."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .target(
            name: "ChatApp",
            dependencies: [
                .product(name: "Health", package: "llm-health"),
                .product(name: "LLMHealth", package: "llm-health"),
            ]
        ),
        .executableTarget(
            name: "chat-app",
            dependencies: [
                "ChatApp",
                .product(name: "Health", package: "llm-health"),
                .product(name: "LLMHealth", package: "llm-health"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "ChatAppTests",
            dependencies: [
                "ChatApp",
                .product(name: "Health", package: "llm-health"),
                .product(name: "LLMHealth", package: "llm-health"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
    ]
)
