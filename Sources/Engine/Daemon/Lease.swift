package import FoundationEssentials

/// The right to write of a run: which daemon has it, by which taking.
///
/// The catalog gives every registration of a daemon a higher epoch than all before it; a write whose lease is not the
/// one in the run's row changes nothing. That fences a daemon off that was thought dead and was only asleep.
package struct Lease: Sendable, Equatable, Hashable, Codable {
    package var daemon: UUID
    /// From 1.
    package var epoch: Int64

    package init(daemon: UUID, epoch: Int64) {
        self.daemon = daemon
        self.epoch = epoch
    }
}

/// A process that fires slots, or one that does a run by hand, as the catalog knows it.
package struct DaemonRecord: Sendable, Equatable {
    package var id: UUID
    package var role: Role
    package var owner: Owner
    package var labels: [String: String]
    package var version: String
    package var startedAt: Date
    /// The rest is the catalog's to say; nil and zero in what a daemon registers.
    package var epoch: Int64
    /// By the catalog's clock.
    package var seenAt: Date?
    package var state: State
    /// One line for people: what it does.
    package var doing: String

    /// What it is there for; the raw value is the text in the catalog and in JSON.
    package enum Role: String, Sendable, Equatable, CaseIterable, Codable {
        case serve, hand
    }

    /// How it stands; the raw value is the text in JSON.
    package enum State: String, Sendable, Equatable, CaseIterable, Codable {
        /// Its lease holds.
        case alive
        /// Its lease ran out, and its runs may be taken over.
        case silent
        /// It said goodbye.
        case stopped
    }

    package init(
        id: UUID, role: Role, owner: Owner, labels: [String: String] = [:], version: String,
        startedAt: Date, epoch: Int64 = 0, seenAt: Date? = nil, state: State = .alive, doing: String = ""
    ) {
        self.id = id
        self.role = role
        self.owner = owner
        self.labels = labels
        self.version = version
        self.startedAt = startedAt
        self.epoch = epoch
        self.seenAt = seenAt
        self.state = state
        self.doing = doing
    }
}
