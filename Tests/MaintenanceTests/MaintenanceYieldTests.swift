import Databases
import Engine
import FoundationEssentials
import Policy
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Whom maintenance lets wait` {
    @Test func `in an emergency, whoever it is`() async throws {
        let bed = try await MaintenanceBed()
        try await bed.table(rows: 20_000)
        var action = try await bed.action(.freeze, "t")
        action.fit = .emergency
        let (emergency, gently) = (action, MaintenanceBed.slow)
        let freeze = Task { await bed.perform(emergency, gently: gently) }
        #expect(try await bed.waits(in: "scanning heap"))
        let other = try await bed.session("migration")
        let alter = Task { try await other.query("ALTER TABLE t ADD COLUMN more int", limit: .seconds(120)) }
        #expect(try await bed.hasWaiting("a.application_name = 'migration'"))
        #expect(try await bed.phase() != nil, "it goes on")
        freeze.cancel()
        let effect = await freeze.value
        #expect(effect.detail.hasPrefix("the run was stopped"), "\(effect)")
        _ = try await alter.value
        await other.close()
        try await bed.close()
    }
}
