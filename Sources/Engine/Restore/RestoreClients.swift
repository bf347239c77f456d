import ArchiveFormat
import Faults

/// Chooses the client programs that restore.
enum RestoreClients {
    /// Those of the server's own major version, else the next newer ones: pg_dump refuses servers that are newer than
    /// itself, and what a newer pg_restore writes, an older server may not know.
    ///
    /// - Throws: ``RestoreFault/noClients(major:found:)``.
    static func choose(among clients: [ClientTools], server: Int) throws(AnyFault) -> ClientTools {
        let usable = clients.filter { $0.major >= server }
        guard let nearest = usable.map(\.major).min(),
            let client = usable.first(where: { $0.major == nearest })
        else {
            throw RestoreFault.noClients(major: server, found: clients.map(\.major).sorted(by: >)).plain
        }
        return client
    }
}

extension Manifest {
    /// The major version of the server that was saved; 0 if its version does not begin with a number.
    var serverMajor: Int { Int(serverVersion.prefix { $0.isNumber }) ?? 0 }
}
