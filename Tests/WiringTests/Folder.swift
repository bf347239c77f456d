import Engine
import Faults
import FoundationEssentials
import Wiring

/// A folder with configuration, gone when it is let go.
final class Folder: Sendable {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pgvigil-wiring-\(UUID())")
        path = folder.path
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    deinit {
        // It is in the temporary folder, which is cleaned by others.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Surroundings in which this folder is all there is.
    func surroundings(_ environment: [String: String] = [:]) -> Surroundings {
        Surroundings(
            environment: environment, workingDirectory: path, home: path, isRoot: false,
            owner: Owner(machine: "m", host: "h", pid: 1, stateDirectory: ""), zoneName: "Europe/Paris")
    }

    /// What a loader makes of the folder, named or not.
    func examine(
        _ environment: [String: String] = ["DATABASE_URL": "postgres://h/shop"], named: String? = nil
    ) -> (configuration: LoadedConfiguration?, faults: [String]) {
        let loader = ConfigurationLoader(surroundings: surroundings(environment), directory: named)
        let (configuration, faults) = loader.examine()
        return (configuration, faults.map { "\($0.place.map { "\($0): " } ?? "")\($0.code)" })
    }
}
