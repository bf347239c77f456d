import Engine
import FoundationEssentials
import Glibc

/// Finds the installations of PostgreSQL's client programs.
struct ClientSearch: Sendable {
    /// How long `pg_dump --version` may take.
    static let answerTime = Duration.seconds(10)
    /// No more folders are asked than this.
    static let foldersMax = 64

    /// Folders that the user named, in their order.
    let given: [String]
    /// The search path of the shell, nil where there is none.
    let path: String?
    /// Where distributions keep them: Debian's `postgresql/NN/bin` below the first, Red Hat's `pgsql-NN/bin`
    /// below the second.
    var debianRoot = "/usr/lib/postgresql"
    var redHatRoot = "/usr"

    /// Asks every candidate for its version.
    ///
    /// - Parameter versionText: What a program prints when asked for its version, or nil.
    func perform(_ versionText: (String) async -> String?) async -> [ClientTools] {
        var seen: Set<String> = []
        var preferred: [ClientTools] = []
        var others: [ClientTools] = []
        for (index, folder) in (given + usual()).prefix(Self.foldersMax).enumerated() {
            guard let program = Self.program(in: folder), seen.insert(program).inserted,
                let text = await versionText(program), let version = ClientVersion.parse(text)
            else { continue }
            let tools = ClientTools(
                directory: String(program.dropLast("/pg_dump".count)), major: version.major,
                version: version.text)
            if index < given.count { preferred.append(tools) } else { others.append(tools) }
        }
        return preferred + others.sorted { ($0.major, $0.minor) > ($1.major, $1.minor) }
    }

    private func usual() -> [String] {
        let debian = Self.entries(of: debianRoot).map { "\(debianRoot)/\($0)/bin" }
        let redHat = Self.entries(of: redHatRoot).filter { $0.hasPrefix("pgsql-") }.map {
            "\(redHatRoot)/\($0)/bin"
        }
        let shell = (path ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        return debian + redHat + shell
    }

    private static func entries(of folder: String) -> [String] {
        // A folder that is not there holds no client.
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// The resolved path of a folder's `pg_dump`.
    ///
    /// Debian's `/usr/bin/pg_dump` is a link to `pg_wrapper`, which chooses a version of its own accord; the
    /// programs that it chooses from are found by themselves.
    private static func program(in folder: String) -> String? {
        guard let resolved = realpath("\(folder)/pg_dump", nil) else { return nil }
        defer { free(resolved) }
        let path = String(cString: resolved)
        return path.hasSuffix("/pg_dump") && access(path, X_OK) == 0 ? path : nil
    }
}

extension ClientTools {
    /// The number after the major version, 0 where there is none.
    fileprivate var minor: Int {
        version.split(separator: ".").dropFirst().first.flatMap {
            Int($0.prefix { $0.isASCII && $0.isNumber })
        } ?? 0
    }
}
