// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import Foundation
import PackageDescription

// Warnings stop the build where it counts: in CI and in `make lint`. While writing they only warn.
let strict = ProcessInfo.processInfo.environment["GATEPOST_STRICT"] != nil
let swift: [SwiftSetting] = strict ? [.treatAllWarnings(as: .error)] : []

/// A library target of the house. Arrows go down only (docs/architecture.md); a target names all it imports.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name), "TestSupport"] + (name == "GatewayModel" ? [] : ["GatewayModel"])
            + dependencies,
        swiftSettings: swift)
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

let package = Package(
    name: "gatepost",
    products: [.executable(name: "gatepost", targets: ["gatepost"])],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),

        room("GatewayModel"),
        room("Cryptography", ["COpenSSL"]),

        room("StrictTOML", [toml]),
        .target(name: "CShipped"),
        room("Shipped", ["CShipped"]),
        room("Policy", ["GatewayModel", "Cryptography", "StrictTOML", "Shipped"]),
        room("Templates", ["GatewayModel", "Cryptography", "StrictTOML"]),
        room("Mail", ["GatewayModel"]),
        room("Texting"),
        room("Providers", ["GatewayModel", "Cryptography", "StrictTOML", "Shipped"]),
        room("Transport", ["GatewayModel", "CCurl"]),
        room("Store", ["GatewayModel", "Cryptography", grdb]),
        room("Spool", ["GatewayModel", "Cryptography", logging]),
        room("Settings", ["GatewayModel", "StrictTOML"]),

        room(
            "Engine",
            [
                "GatewayModel", "Cryptography", "Policy", "Templates", "Mail", "Texting", "Providers", "Settings",
                collections, logging,
            ]),
        room("Channels", ["GatewayModel", "Transport", "Providers", "Settings", logging]),
        room("Sink", ["GatewayModel", "Providers", "Cryptography", "COpenSSL"]),

        room(
            "GatepostCommands",
            [
                "GatewayModel", "Cryptography", "Policy", "Templates", "Mail", "Texting", "Providers", "Transport",
                "Store", "Spool", "Settings",
                "Engine", "Channels", "Sink", "Shipped", "StrictTOML", arguments, lifecycle, signals, logging,
            ]),
        .executableTarget(name: "gatepost", dependencies: ["GatepostCommands"], swiftSettings: swift),

        .target(name: "TestSupport", dependencies: ["GatewayModel"], path: "Tests/Support", swiftSettings: swift),
        tests(of: "GatewayModel", ["Cryptography"]),
        tests(of: "Policy", ["StrictTOML", "Cryptography", "Shipped"]),
        tests(of: "Templates", [.product(name: "Mustache", package: "swift-mustache")]),
        tests(of: "Mail"),
        tests(of: "Texting"),
        tests(of: "Providers", ["StrictTOML", "Cryptography", "COpenSSL", "Shipped"]),
        .target(name: "CProxies", path: "Tests/Proxies"),
        tests(of: "Transport", ["CProxies"]),
        tests(of: "Spool", ["Cryptography"]),
        tests(of: "Settings", ["StrictTOML"]),
        tests(of: "Store", ["Policy", "Cryptography", grdb]),
        tests(of: "Channels", ["Transport", "Providers", "Settings", "Sink"]),
        tests(
            of: "Engine", ["Policy", "Templates", "Mail", "Texting", "Providers", "Settings", "Cryptography", logging]),
        tests(of: "Sink", ["Providers"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["GatewayModel", "Cryptography", "Policy", "Store", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "ContractTests", dependencies: ["GatewayModel", "TestSupport"], swiftSettings: swift),
    ]
)

// A year of ten thousand people wants optimised code (`make year`), for which the other tests cannot be built.
if ProcessInfo.processInfo.environment["GATEPOST_YEAR_PEOPLE"] != nil {
    package.targets.removeAll { $0.type == .test && $0.name != "SimulationTests" }
}

// The fuzzers need a compiler switch of their own (Tests/fuzz.sh); nothing else should see them.
if ProcessInfo.processInfo.environment["GATEPOST_FUZZ"] != nil {
    package.products.append(.executable(name: "gatepost-fuzz", targets: ["gatepost-fuzz"]))
    package.targets.append(
        .executableTarget(
            name: "gatepost-fuzz", dependencies: ["Channels", "Spool", "Templates"], path: "Tests/fuzz",
            exclude: ["seeds"]))
}
