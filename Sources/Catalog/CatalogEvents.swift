package import Engine
package import Faults
package import FoundationEssentials
package import Postgres

/// Events and deliveries in PostgreSQL, over a connection of their own.
///
/// It connects when it is first used, so a daemon without channels never does. The catalog must have been migrated.
package struct CatalogEvents: EventBook {
    private let connection: CatalogConnection

    /// The events of the catalog that the options name.
    ///
    /// - Parameter revive: As with ``CatalogBook/open(_:migrate:revive:)``.
    package init(_ options: ConnectionOptions, revive: @escaping @Sendable () async -> Void = {}) {
        connection = CatalogConnection(options, admin: CatalogAdmin(options), revive: revive)
    }

    /// Closes the connection; a later call opens another.
    package func close() async {
        await connection.close()
    }

    package func open(subjects: [String]) async throws(AnyFault) -> [OpenEvent] {
        try await ask { () throws(CatalogFault) in
            try await connection.query(EventStatements.open, [.array(subjects)]).map {
                row throws(CatalogFault) in try EventRow.event(row)
            }
        }
    }

    package func remindersDue(at now: Date, limit: Int) async throws(AnyFault) -> [OpenEvent] {
        try await ask { () throws(CatalogFault) in
            let values: [SQLValue] = [.microseconds(now), .integer(Int64(max(0, limit)))]
            return try await connection.query(EventStatements.untold, values).map {
                row throws(CatalogFault) in try EventRow.event(row)
            }
        }
    }

    package func apply(
        _ change: EventChange, deliveries: [NewDelivery]
    ) async throws(AnyFault) -> Bool {
        try await ask { () throws(CatalogFault) in
            let drafts = try DeliveryRow.values(deliveries)
            let values: [SQLValue]
            switch change {
            case .open(let event):
                values = EventRow.values(toOpen: event) + [drafts]
                return try await !connection.query(EventStatements.eventOpen, values).isEmpty
            case .update(let event):
                let version = event.version
                values = EventRow.values(of: event, version: version, after: version - 1, closedAt: nil)
            case .close(let event, let at):
                let version = event.version
                values = EventRow.values(of: event, version: version + 1, after: version, closedAt: at)
            }
            return try await !connection.query(EventStatements.eventUpdate, values + [drafts]).isEmpty
        }
    }

    package func post(_ deliveries: [NewDelivery]) async throws(AnyFault) {
        try await ask { () throws(CatalogFault) in
            _ = try await connection.query(EventStatements.post, [DeliveryRow.values(deliveries)])
        }
    }

    package func claim(
        channel: String, limit: Int, for time: Duration, claim: UUID
    ) async throws(AnyFault) -> [Delivery] {
        try await ask { () throws(CatalogFault) in
            let values: [SQLValue] = [
                .text(channel), .integer(Int64(max(0, limit))), .microseconds(time), .uuid(claim),
            ]
            return try await connection.query(EventStatements.claim, values).map {
                row throws(CatalogFault) in try DeliveryRow.delivery(row)
            }
        }
    }

    package func settle(_ delivery: UUID, claim: UUID, _ end: DeliveryEnd) async throws(AnyFault) {
        let state: DeliveryRecord.State
        var wait: Duration?
        var reason: String?
        switch end {
        case .delivered: state = .delivered
        case .again(let after, let error): (state, wait, reason) = (.waiting, after, error)
        case .givenUp(let error): (state, reason) = (.givenUp, error)
        }
        let values: [SQLValue] = [
            .uuid(delivery), .uuid(claim), .text(state.rawValue), wait.map(SQLValue.microseconds) ?? .null,
            reason.map(SQLValue.line) ?? .null,
        ]
        try await ask { () throws(CatalogFault) in
            _ = try await connection.query(EventStatements.settle, values)
        }
    }

    package func deliveries(limit: Int) async throws(AnyFault) -> [DeliveryRecord] {
        try await ask { () throws(CatalogFault) in
            try await connection.query(EventStatements.deliveries, [.integer(Int64(max(0, limit)))]).map {
                row throws(CatalogFault) in try DeliveryRow.record(row)
            }
        }
    }

    package func forget(olderThan age: Duration) async throws(AnyFault) {
        try await ask { () throws(CatalogFault) in
            _ = try await connection.query(EventStatements.deliveriesForget, [.microseconds(age)])
            _ = try await connection.query(EventStatements.eventsForget, [.microseconds(age)])
        }
    }

    private func ask<Answer>(
        _ question: () async throws(CatalogFault) -> Answer
    ) async throws(AnyFault) -> Answer {
        do throws(CatalogFault) {
            return try await question()
        } catch {
            throw AnyFault(error)
        }
    }
}
