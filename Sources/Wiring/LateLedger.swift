package import Engine
package import Faults
package import FoundationEssentials

/// What is known of slots, in a catalog that may not be there: what is asked of it then fails with the reason.
package struct LateLedger: SlotLedger {
    private let ledger: @Sendable () async throws(AnyFault) -> any SlotLedger

    package init(_ ledger: @escaping @Sendable () async throws(AnyFault) -> any SlotLedger) {
        self.ledger = ledger
    }

    package func schedules(ofJob job: String) async throws(AnyFault) -> [SeenSchedule] {
        try await ledger().schedules(ofJob: job)
    }

    package func runs(ofJob job: String, slots: ClosedRange<Date>) async throws(AnyFault) -> [RunRecord] {
        try await ledger().runs(ofJob: job, slots: slots)
    }
}

extension PgvigilSystem {
    /// What the catalog knows of slots; asked while it is down, it throws the reason.
    package var ledger: any SlotLedger {
        LateLedger { [keeper] () async throws(AnyFault) in
            guard let ledger = try await keeper.catalog().book as? any SlotLedger else {
                throw AnyFault(
                    code: "wiring.no-ledger", summary: "this catalog does not tell of slots",
                    remedy: "Ask for runs by their ids.", exitStatus: .undetermined)
            }
            return ledger
        }
    }
}
