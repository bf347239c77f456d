/// Which module may import which: the table of ARCHITECTURE.md, as data.
enum Tiers {
    private static let values = ["Faults", "Measures", "Cron", "Policy", "ArchiveFormat", "Jobs"]

    /// What each target may import of ours, of C libraries and of packages.
    static let imports: [String: Set<String>] = [
        // Tier 0
        "Faults": [],
        "Measures": ["Faults"],
        // Tier 1: values, no input or output
        "Cron": ["Faults", "Measures"],
        "Policy": ["Faults", "Measures"],
        "ArchiveFormat": ["Faults"],
        "Jobs": ["Faults", "Measures", "Cron", "Policy", "Yams"],
        // Tier 2: decides, and asks for effects through ports
        "Engine": Set(values + ["Synchronization"]),
        // Tier 3: one adapter for each part of the world
        "Postgres": ["Faults", "CLibPQ", "Glibc", "Synchronization", "Dispatch"],
        "Catalog": Set(values + ["Engine", "Postgres", "Synchronization"]),
        "Databases": Set(
            values + ["Engine", "Postgres", "Compression", "Glibc", "Synchronization", "Dispatch"]),
        "Compression": [
            "Faults", "ArchiveFormat", "CZlib", "CISAL", "CLZ4", "CZstd", "CXXHash", "CCrypto", "Glibc",
            "Synchronization",
        ],
        "Archiving": [
            "Faults", "Measures", "ArchiveFormat", "Compression", "Engine", "Synchronization", "Dispatch",
        ],
        "Verification": [
            "Faults", "ArchiveFormat", "Compression", "Engine", "Glibc", "Synchronization", "Dispatch",
        ],
        "Processes": [
            "Faults", "Measures", "Engine", "Subprocess", "SystemPackage", "Glibc", "Synchronization",
            "Dispatch",
        ],
        "Storage": Set(values + ["Engine", "Compression", "Glibc", "Synchronization", "Dispatch"]),
        "Notify": ["Faults", "Measures", "Cron", "Engine", "Jobs", "CCurl", "Dispatch"],
        "Web": ["Faults", "Jobs", "Hummingbird", "Logging", "NIOCore", "NIOPosix"],
        // Tier 4: the composition root
        "Wiring": Set(
            values + [
                "Engine", "Postgres", "Catalog", "Databases", "Compression", "Archiving", "Verification",
                "Processes", "Storage", "Notify", "Web",
                "Logging", "CMalloc", "Glibc", "Synchronization", "Dispatch",
            ]),
        // Tier 5: the program
        "pgvigil": Set(
            values + ["Engine", "Wiring", "ArgumentParser", "Glibc", "Synchronization", "Dispatch"]),
        // Tests
        "pgvigil-simulate": ["Simulation", "Dispatch", "Glibc", "Synchronization"],
    ]

    /// What every target may import: values of the standard library, without input or output where used as such.
    static let everywhere: Set<String> = ["Swift", "FoundationEssentials"]

    /// Functions of the C library that only compute; imported one by one they are open to every tier.
    static let pure: Set<String> = ["memchr", "memcmp", "memmem"].reduce(into: []) {
        $0.insert("import func Glibc.\($1)")
    }

    /// Names that Package.swift gives to products of other packages.
    static let products = [
        "yams": "Yams", "logging": "Logging", "subprocess": "Subprocess", "system": "SystemPackage",
        "argumentParser": "ArgumentParser", "hummingbird": "Hummingbird", "nioCore": "NIOCore",
        "nioPosix": "NIOPosix",
    ]

    /// The module that a line of code imports; nil for other lines.
    static func imported(by line: String) -> String? {
        let words = line.split(separator: " ").map(String.init)
        guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
            words[..<at].allSatisfy({
                ["package", "internal", "fileprivate", "private"].contains($0) || $0.hasPrefix("@")
            })
        else { return nil }
        let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[at + 1]) ? words.dropFirst(at + 2).first ?? "" : words[at + 1]
        return String(name.prefix { $0 != "." && $0 != ";" })
    }

    /// What `module("Name", [ … ])` and the executable's `name:` and `dependencies:` allow in the text of Package.swift.
    static func declared(in manifest: String) -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        let text = manifest.split(separator: "\n").map(String.init).filter { !$0.trimmed.hasPrefix("//") }
            .joined(separator: " ")
        for opening in ["module(", ".executableTarget("] {
            for part in text.components(after: opening) {
                guard part.trimmed.hasPrefix("\"") || part.trimmed.hasPrefix("name:"),
                    let name = part.quoted.first
                else {
                    continue
                }
                let head = part.prefix { $0 != "]" && $0 != ")" }
                let list = head.contains("[") ? String(head.drop { $0 != "[" }) : ""
                var modules = Set(list.quoted)
                for (variable, product) in products where list.holds(word: variable) {
                    modules.insert(product)
                }
                found[name] = modules
            }
        }
        return found
    }
}

extension String {
    /// What follows each occurrence of `mark`.
    fileprivate func components(after mark: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: mark) {
            rest = rest[range.upperBound...]
            parts.append(String(rest))
        }
        return parts
    }

    /// What stands between each pair of double quotes.
    fileprivate var quoted: [String] {
        split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
