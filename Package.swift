// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// What every target of ours is built with: language mode 6, warnings as errors, imports that say who sees them.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A target of ours; the second argument lists all that it may import.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// The tests of one subject; rows, goldens and fixtures lie beside them and are read by path.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    let folder = "\(Context.packageDirectory)/Tests/\(name)"
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return .testTarget(
        name: name, dependencies: dependencies + ["TestKit"],
        exclude: files.filter { !$0.hasSuffix(".swift") }.sorted(), swiftSettings: strict)
}

func cLibrary(_ name: String, _ pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "pgvigil",
    products: [.executable(name: "pgvigil", targets: ["pgvigil"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.20.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // C libraries of the system, each imported by one adapter.
        cLibrary("CLibPQ", "libpq", apt: "libpq-dev"),
        cLibrary("CZlib", "zlib", apt: "zlib1g-dev"),
        cLibrary("CLZ4", "liblz4", apt: "liblz4-dev"),
        cLibrary("CZstd", "libzstd", apt: "libzstd-dev"),
        cLibrary("CXXHash", "libxxhash", apt: "libxxhash-dev"),
        cLibrary("CISAL", "libisal", apt: "libisal-dev"),
        cLibrary("CCrypto", "libcrypto", apt: "libssl-dev"),
        cLibrary("CCurl", "libcurl", apt: "libcurl4-openssl-dev"),
        .systemLibrary(name: "CMalloc"),

        // Tier 0
        module("Faults"),
        module("Measures", ["Faults"]),

        // Tier 1: values, no input or output
        module("Cron", ["Faults", "Measures"]),
        module("Policy", ["Faults", "Measures"]),
        module("ArchiveFormat", ["Faults"]),
        module("Jobs", ["Faults", "Measures", "Cron", "Policy", yams]),

        // Tier 2
        module("Engine", ["Faults", "Measures", "Cron", "Policy", "ArchiveFormat", "Jobs"]),

        // Tier 3: adapters
        module("Postgres", ["Faults", "CLibPQ"]),
        module(
            "Catalog", ["Faults", "Measures", "Engine", "Jobs", "Policy", "ArchiveFormat", "Postgres"],
            resources: [.embedInCode("SQL")]),
        module(
            "Databases",
            ["Faults", "Measures", "ArchiveFormat", "Engine", "Jobs", "Policy", "Postgres", "Compression"]),
        module(
            "Compression",
            ["Faults", "ArchiveFormat", "CZlib", "CISAL", "CLZ4", "CZstd", "CXXHash", "CCrypto"]),
        module("Archiving", ["Faults", "Measures", "ArchiveFormat", "Compression", "Engine"]),
        module("Verification", ["Faults", "ArchiveFormat", "Compression", "Engine"]),
        module("Processes", ["Faults", "Measures", "Engine", subprocess, system]),
        module(
            "Storage", ["Faults", "Measures", "Engine", "Jobs", "Policy", "ArchiveFormat", "Compression"]),
        module("Notify", ["Faults", "Measures", "Cron", "Engine", "Jobs", "CCurl"]),
        module("Web", ["Faults", "Jobs", hummingbird, logging, nioCore, nioPosix]),

        // Tiers 4 and 5
        module(
            "Wiring",
            [
                "Faults", "Measures", "Cron", "Policy", "ArchiveFormat", "Jobs", "Engine", "Postgres",
                "Catalog", "CMalloc",
                "Databases", "Compression", "Archiving", "Verification", "Processes", "Storage", "Notify",
                "Web",
            ], resources: [.embedInCode("SQL"), .embedInCode("Shipped")]),
        .executableTarget(
            name: "pgvigil",
            dependencies: [
                "Faults", "Measures", "Cron", "Policy", "ArchiveFormat", "Jobs", "Engine", "Wiring",
                argumentParser,
            ],
            swiftSettings: strict),

        // Tests
        .target(
            name: "TestKit",
            dependencies: ["Faults", "Measures", "Engine", "Jobs", "Policy", "ArchiveFormat", "Databases"],
            path: "Tests/TestKit", swiftSettings: strict),
        // Several daemons on one catalog, in virtual time, by the seed.
        .target(
            name: "Simulation",
            dependencies: [
                "Faults", "Measures", "Cron", "Policy", "Jobs", "ArchiveFormat", "Engine", "TestKit",
            ],
            path: "Tests/Simulation", swiftSettings: strict),
        .executableTarget(
            name: "pgvigil-simulate", dependencies: ["Simulation"], path: "Tests/SimulateProgram",
            swiftSettings: strict),
        tests(
            "SimulationTests",
            ["Simulation", "Engine", "Jobs", "Policy", "Cron", "Faults", "Measures"]),
        tests("FaultsTests", ["Faults", "Measures"]),
        tests("CronTests", ["Cron", "Faults", "Measures"]),
        tests("PolicyTests", ["Policy", "Faults", "Measures"]),
        tests("ArchiveFormatTests", ["ArchiveFormat", "Faults"]),
        tests("JobsTests", ["Jobs", "Policy", "Cron", "Faults", "Measures"]),
        tests(
            "EngineTests",
            ["Engine", "Archiving", "Jobs", "Policy", "Cron", "ArchiveFormat", "Faults", "Measures"]),
        tests("CompressionTests", ["Compression", "ArchiveFormat", "Faults"]),
        tests("VerificationTests", ["Verification", "Compression", "ArchiveFormat", "Faults"]),
        // Archives of our own against stock pg_restore and real servers.
        tests(
            "ArchivingTests",
            [
                "Archiving", "Verification", "Compression", "Processes", "Storage", "Databases", "Postgres",
                "Engine", "Jobs", "Policy", "ArchiveFormat", "Faults", "Measures",
            ]),
        tests("ProcessesTests", ["Processes", "Engine", "Jobs", "Policy", "Faults", "Measures"]),
        tests(
            "StorageTests", ["Storage", "Engine", "Jobs", "Policy", "ArchiveFormat", "Faults", "Measures"]),
        tests(
            "PostgresTests",
            [
                "Postgres", "Databases", "Engine", "Jobs", "Faults", "ArchiveFormat", "Compression",
                "Verification",
            ]),
        tests(
            "CatalogTests",
            [
                "Catalog", "Postgres", "Databases", "Engine", "Jobs", "Cron", "Policy", "ArchiveFormat",
                "Faults",
                "Measures",
            ]),
        tests(
            "DatabasesTests",
            [
                "Databases", "Postgres", "Compression", "ArchiveFormat", "Engine", "Jobs", "Policy", "Faults",
                "Measures",
            ]),
        // VACUUM, ANALYZE and REINDEX on real servers, watched by phase.
        tests(
            "MaintenanceTests",
            ["Databases", "Postgres", "Engine", "Jobs", "Policy", "Faults", "Measures"]),
        // Whole drills on real servers.
        tests(
            "DrillTests",
            [
                "Engine", "Databases", "Postgres", "Processes", "Storage", "Verification", "Compression",
                "Jobs", "Policy", "ArchiveFormat", "Faults", "Measures",
            ]),
        tests("NotifyTests", ["Notify", "Processes", "Engine", "Jobs", "Faults", "Measures"]),
        tests("WebTests", ["Web", "Engine", "Jobs", "Faults"]),
        tests("TidyTests", []),
        tests(
            "WiringTests",
            ["Wiring", "Engine", "Jobs", "Cron", "Storage", "Faults", "Measures", "ArchiveFormat"]),
        tests("SystemTests", ["Databases", "Jobs", "Postgres", "Faults"]),
    ]
)

// Entry points of libFuzzer, for scripts/fuzz alone.
if Context.environment["PGVIGIL_FUZZ"] != nil {
    func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
        .target(name: name, dependencies: dependencies, path: "Tests/Fuzz/\(name)", swiftSettings: strict)
    }
    package.targets += [
        fuzzer("FuzzReader", ["ArchiveFormat", "Faults"]),
        fuzzer(
            "FuzzRewriter",
            ["Archiving", "Compression", "ArchiveFormat", "Engine", "Faults", "Measures"]),
        fuzzer("FuzzCron", ["Cron", "Faults"]),
    ]
}
