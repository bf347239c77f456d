import Faults
package import Jobs

/// Chooses the client programs for a server.
package enum ClientChoice {
    /// The client of the server's own major version, else the next newer one.
    ///
    /// pg_dump refuses servers newer than itself (manual, pg_dump, Notes).
    ///
    /// - Throws: ``EngineFault/noClient(server:found:)`` when every client is older, and
    ///   ``EngineFault/codecNeedsNewerClient(codec:needs:have:)``.
    package static func choose(
        among clients: [ClientTools], server: Int, compression: BackupSpec.Compression
    ) throws(EngineFault) -> ClientTools {
        let usable = clients.filter { $0.major >= server }
        guard let nearest = usable.map(\.major).min(),
            let client = usable.first(where: { $0.major == nearest })
        else {
            throw .noClient(server: server, found: clients.map(\.major).sorted(by: >))
        }
        switch compression {
        case .none, .isal, .zlib: return client
        case .lz4, .zstd:
            // pg_dump knows lz4 and zstd from version 16 on (release notes of 16).
            if client.major >= 16 { return client }
            guard let newer = usable.filter({ $0.major >= 16 }).min(by: { $0.major < $1.major }) else {
                throw .codecNeedsNewerClient(codec: "\(compression)", needs: 16, have: client.major)
            }
            return newer
        }
    }
}
