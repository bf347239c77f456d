import ArchiveFormat
import Engine
import FoundationEssentials
import Jobs

/// Backup sets without bytes.
enum SimulatedSet {
    static func make(_ execution: Execution, _ item: BackupItem) -> StoredSet {
        let process = execution.process
        let id = process.chance.uuid()
        let at = process.wall
        let manifest = Manifest(
            id: id, run: execution.run.id, job: execution.job.name, target: item.target, started: at,
            finished: at,
            format: .custom, compression: "zlib:6", archive: "archive.dump", globals: .withPasswords,
            files: [Manifest.File(path: "archive.dump", size: 1000, sha256: "")], serverVersion: "18.0",
            clientVersion: "18.0",
            database: Manifest.Database(
                name: item.database, owner: "postgres", encoding: "UTF8", collate: "C", ctype: "C",
                localeProvider: "c", settings: [], size: 1000), extensions: [], warnings: [], tables: [],
            largeObjects: 0, verification: Manifest.Verification(level: .decode, at: at))
        let path = "\(item.target)/\(item.database)/\(id)"
        return StoredSet(store: "local", path: path, directory: "/\(path)", manifest: manifest)
    }
}
