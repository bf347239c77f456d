import Databases
import FoundationEssentials
import Jobs
import TestKit
import Testing

@Suite struct `Maintenance of a standby` {
    @Test func `refuses a standby, and says which server it wants`() async throws {
        let primary = try await TemporaryServer.start(
            settings: ["wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on"],
            authentication: ["local all all trust", "local replication all trust"])
        let standby = try await Standby(of: primary.cluster)
        defer { standby.remove() }
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: standby.connectionInfo)
            for (arguments, status) in [(["--plan"], 0), ([], 1)] as [([String], Int32)] {
                let end = try await scene.start(["maintain", "main"] + arguments).end()
                #expect(end.status == status, "\(end)")
                #expect((end.output + end.errors).contains("standby"), "\(end)")
            }
            let run = try await scene.read(MaintainRunRow.self, "runs", "show", "latest")
            let look = run.steps?.first { $0.name == "look" }
            #expect(run.outcome == "failed" && look?.code == "maintain.refused", "\(run)")
            #expect(look?.remedy?.contains("primary") ?? false)
        }
        try await primary.cluster.stop()
    }
}
