import ArchiveFormat
import FoundationEssentials

/// Changes the manifest of a published set, and nothing else of it.
enum ManifestEdit {
    /// What the new manifest is called until it is whole; one that a killed process left is overwritten.
    private static let draftName = ".\(Manifest.fileName)"

    /// Reads the manifest, lets it be changed, and puts it in the place of the old one with one rename.
    ///
    /// Only the keys `proof` and `verification` are replaced, so that what a later program wrote beside them stays.
    /// - Returns: The manifest as it is now.
    static func perform(
        in folder: String, _ change: (inout Manifest) -> Void
    ) throws(StorageFault) -> Manifest {
        let path = "\(folder)/\(Manifest.fileName)"
        let bytes = try Disk.read(path, bytesMax: ArchiveLimits.manifestBytesMax)
        var manifest = try manifest(bytes, path)
        let before = manifest
        change(&manifest)
        guard manifest != before else { return manifest }
        let edited = try merge(manifest, into: bytes, path)
        // What stands there afterwards must be what was meant, before the old one is given up.
        guard try Self.manifest(edited, path) == Self.manifest(Array(text(manifest, path).utf8), path) else {
            throw .badManifest(path: path, detail: "it has values that cannot be written again")
        }
        let draft = "\(folder)/\(draftName)"
        try Disk.removeTree(draft)
        try Disk.create(draft, edited)
        try Disk.move(draft, to: path)
        return try Self.manifest(edited, path)
    }

    /// The old text with the two keys of the new manifest.
    private static func merge(_ manifest: Manifest, into bytes: [UInt8], _ path: String) throws(StorageFault)
        -> [UInt8]
    {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            var old = try JSONDecoder().decode([String: JSONValue].self, from: Data(bytes))
            let new = try JSONDecoder().decode(
                [String: JSONValue].self, from: Data(text(manifest, path).utf8))
            for key in ["proof", "verification"] { old[key] = new[key] }
            return Array(try encoder.encode(old)) + [UInt8(ascii: "\n")]
        } catch {
            throw .badManifest(path: path, detail: "\(error)")
        }
    }

    private static func text(_ manifest: Manifest, _ path: String) throws(StorageFault) -> String {
        do throws(ArchiveFault) { return try manifest.render() } catch {
            throw .badManifest(path: path, detail: error.summary)
        }
    }

    private static func manifest(_ bytes: [UInt8], _ path: String) throws(StorageFault) -> Manifest {
        do throws(ArchiveFault) { return try Manifest.parse(bytes) } catch {
            throw .badManifest(path: path, detail: error.summary)
        }
    }
}

/// Any JSON, for what is passed through and not understood.
private enum JSONValue: Codable, Equatable {
    case null
    case flag(Bool)
    case whole(Int64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        /// Each kind is tried in turn: the decoder does not tell which it is.
        func read<Kind: Decodable>(_ kind: Kind.Type) -> Kind? {
            // It is of another kind then.
            try? container.decode(kind)
        }
        if container.decodeNil() {
            self = .null
        } else if let flag = read(Bool.self) {
            self = .flag(flag)
        } else if let whole = read(Int64.self) {
            self = .whole(whole)
        } else if let number = read(Double.self) {
            self = .number(number)
        } else if let text = read(String.self) {
            self = .text(text)
        } else if let list = read([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .whole(let whole): try container.encode(whole)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        }
    }
}
