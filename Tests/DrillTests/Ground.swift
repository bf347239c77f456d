import Databases
import Engine
import FoundationEssentials
import Glibc
import Jobs
import Postgres
import TestKit

/// A folder that everybody may pass through; removed with the object.
final class Folder: Sendable {
    let path: String
    private let isOurs: Bool

    /// One that another process has made and removes.
    init(existing path: String) {
        self.path = path
        isOurs = false
    }

    init() throws {
        var template = Array("/tmp/pgvigil-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble(reason: String(cString: strerror(errno))) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        isOurs = true
        chmod(path, 0o711)
    }

    deinit {
        guard isOurs else { return }
        // What a failed test left running keeps its files; the folder in /tmp is all that is lost.
        try? FileManager.default.removeItem(atPath: path)
    }

    func names(_ below: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(below)").sorted()
    }
}

/// What went wrong with a test's own things.
struct Trouble: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
}

/// So many drills at the same time, since each has a server of its own.
actor Places {
    static let drills = Places(2)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// The servers that backups are made of: one a version, set up otherwise than any drill's.
actor Sources {
    static let shared = Sources()

    private var servers: [Int: Task<TemporaryServer, any Error>] = [:]

    /// The server of that version, with its roles.
    func server(_ version: Int) async throws -> TemporaryServer {
        if let task = servers[version] { return try await task.value }
        let task = Task {
            let server = try await TemporaryServer.start(
                version: version,
                settings: [
                    "timezone": "Asia/Kathmandu", "datestyle": "SQL, DMY", "intervalstyle": "sql_standard",
                    "extra_float_digits": "-4", "bytea_output": "escape",
                    "allow_in_place_tablespaces": "on",
                ])
            let connection = try await Connection.open(server.connectionInfo().options())
            try await connection.run(script: Self.text("roles.sql"))
            try await connection.query("CREATE TABLESPACE \"fast disk\" LOCATION ''")
            await connection.close()
            return server
        }
        servers[version] = task
        return try await task.value
    }

    /// Makes a database of a script, whose search path is empty as a careful one's is.
    ///
    /// - Parameter further: Statements that are performed one by one in the database afterwards.
    static func make(
        _ name: String, on server: TemporaryServer, script: String, more: [String] = []
    ) async throws {
        let first = try await Connection.open(server.connectionInfo().options())
        let quoted = name.replacing("\"", with: "\"\"")
        try await first.query(
            """
            CREATE DATABASE "\(quoted)" OWNER "App Owner" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'
            LC_CTYPE 'C.UTF-8' CONNECTION LIMIT 30
            """)
        await first.close()
        let second = try await Connection.open(server.connectionInfo(database: name).options())
        try await second.run(script: script)
        for statement in more { try await second.query(statement) }
        await second.close()
    }

    /// The text of a file beside this one.
    static func text(_ name: String, file: String = #filePath) throws -> String {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return try String(contentsOfFile: folder.joined(separator: "/") + "/" + name, encoding: .utf8)
    }
}
