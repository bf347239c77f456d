import ArchiveFormat
import Compression
import FoundationEssentials
import Glibc
import Verification

/// The fixtures of the archive format, and a folder of its own for each test to damage copies in.
final class Scratch {
    static let fixtures =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        + "/ArchiveFormatTests/Fixtures"

    /// Names of all fixtures that are archives.
    static let archives: [String] = {
        // Without fixtures, the tests that count them fail.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: fixtures)) ?? []
        return names.filter { !$0.hasSuffix(".sh") && !$0.hasPrefix(".") }.sorted()
    }()

    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/verification-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        // What is left in a temporary folder does no harm.
        try? FileManager.default.removeItem(atPath: path)
    }

    static func fixture(_ name: String) -> String { "\(fixtures)/\(name)" }

    static func bytes(_ name: String) throws -> [UInt8] { try read(fixture(name)) }

    /// The names in a fixture that is a folder, sorted.
    static func files(of folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture(folder)).sorted()
    }

    static func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    /// Writes a file; returns its path.
    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(filePath: file))
        return file
    }

    /// Copies a fixture, file or folder; returns the path of the copy.
    func copy(_ fixture: String, as name: String? = nil) throws -> String {
        let target = "\(path)/\(name ?? fixture)"
        try FileManager.default.copyItem(atPath: Scratch.fixture(fixture), toPath: target)
        return target
    }

    /// Makes a backup set of a fixture, with a manifest of what a verification finds in it; returns its
    /// folder.
    func makeSet(_ fixture: String, archive: String, globals: String? = nil) async throws -> String {
        let folder = "\(path)/set"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        _ = try copy(fixture, as: "set/\(archive)")
        if let globals { _ = try copy(globals, as: "set/globals.sql") }
        let report = await ArchiveVerifier().verify(path: "\(folder)/\(archive)")
        try write(
            Array(try Scratch.manifest(of: folder, archive: archive, report).render().utf8),
            "set/manifest.json")
        return folder
    }

    private static func manifest(
        of folder: String, archive: String, _ report: VerificationReport
    ) throws -> Manifest {
        var files: [Manifest.File] = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() {
            var isFolder = false
            guard FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder),
                !isFolder
            else {
                continue
            }
            let bytes = try read("\(folder)/\(name)")
            files.append(.init(path: name, size: Int64(bytes.count), sha256: try SHA256Hasher.hash(bytes)))
        }
        let instant = Date(timeIntervalSince1970: 1_795_307_400)
        return Manifest(
            id: UUID(), run: UUID(), job: "job", target: "store", started: instant, finished: instant,
            format: report.format ?? .custom, compression: "zlib:6", archive: archive,
            globals: .withoutPasswords,
            files: files, serverVersion: "15.18", clientVersion: "15.18",
            database: .init(
                name: "tiny", owner: "ada", encoding: "UTF8", collate: "C", ctype: "C", localeProvider: "c",
                settings: [], size: 1),
            extensions: [], warnings: [],
            tables: report.tables.map {
                .init(
                    schema: $0.schema, name: $0.name, rows: $0.rows, bytes: $0.bytes, digest: $0.digest)
            },
            largeObjects: report.largeObjects, largeObjectsDigest: report.largeObjectsDigest,
            verification: .init(level: .decode, at: instant))
    }
}

/// A file whose bytes are changed in place and put back, for tests that do so thousands of times.
final class Patchable {
    private let descriptor: Int32
    private let bytes: [UInt8]

    init(_ path: String) throws {
        bytes = try Scratch.read(path)
        descriptor = open(path, O_RDWR | O_CLOEXEC)
    }

    deinit { close(descriptor) }

    var count: Int { bytes.count }

    /// Flips one bit, or flips it back.
    func write(bit: Int, flipped: Bool) -> Bool {
        var byte = bytes[bit / 8] ^ (flipped ? 1 << UInt8(bit % 8) : 0)
        return pwrite(descriptor, &byte, 1, off_t(bit / 8)) == 1
    }

    /// Cuts the file to so many bytes; counts must fall.
    func cut(to count: Int) -> Bool { ftruncate(descriptor, off_t(count)) == 0 }
}
