import FoundationEssentials
import Glibc
import Testing

/// The project's own files, read once.
enum Project {
    /// The folder that holds Package.swift, symbolic links followed.
    static let folder: String = {
        guard let resolved = realpath(#filePath, nil) else { return "." }
        defer { free(resolved) }
        return String(cString: resolved).split(separator: "/", omittingEmptySubsequences: false)
            .dropLast(3).joined(separator: "/")
    }()

    /// Every text file that a person wrote: sources, tests, scripts, jobs, documents and the files beside Package.swift.
    static let files: [SourceFile] = {
        var paths = names(in: folder).filter { isText($0) && !isFolder($0) }
        for top in ["Sources", "Tests", "docs", "scripts", "jobs", "cron", "packaging", "Benchmarks", ".ci"] {
            for path in everything(below: top) where isText(path) { paths.append(path) }
        }
        return paths.sorted().compactMap { path in
            text(of: path).map { SourceFile(path: path, text: $0) }
        }
    }()

    /// Whether the project has a file or folder of this path.
    static func holds(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(path)")
    }

    /// The text of one file; nil when there is none or it is not UTF-8.
    static func text(of path: String) -> String? {
        // Absence is what the nil says.
        try? String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
    }

    private static func isText(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if name == "Dockerfile" || path.hasPrefix(".ci/") { return true }
        if path.hasPrefix("scripts/") || path.hasPrefix("packaging/") { return !name.contains(".pyc") }
        let kinds = [
            ".swift", ".h", ".sql", ".md", ".yaml", ".yml", ".cron", ".tsv", ".txt", ".sh", ".py", ".json",
        ]
        return kinds.contains { name.hasSuffix($0) } && name != "Package.resolved"
    }

    private static func isFolder(_ path: String) -> Bool {
        var folderThere = false
        return FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &folderThere)
            && folderThere
    }

    private static func names(in path: String) -> [String] {
        // A folder that is not there has no files.
        (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }

    private static func everything(below top: String) -> [String] {
        // A folder that is not there has no files.
        let below = (try? FileManager.default.subpathsOfDirectory(atPath: "\(folder)/\(top)")) ?? []
        return below.map { "\(top)/\($0)" }.filter { !isFolder($0) }
    }
}
