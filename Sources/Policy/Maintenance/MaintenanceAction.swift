package import Measures

/// One thing that maintenance may do to one object; the raw value is the text in files, records and JSON.
package enum MaintenanceClass: String, Sendable, Equatable, CaseIterable, Codable {
    /// Drops an invalid index that an interrupted rebuild of ours left.
    case leftover
    case freeze, vacuum, analyze, reindex
}

/// One thing worth doing, with its reason and whether it is done now.
package struct MaintenanceAction: Sendable, Equatable {
    package var kind: MaintenanceClass
    /// The table, or the index for `reindex` and `leftover`.
    package var oid: UInt32
    package var object: QualifiedName
    /// The table that the index belongs to; the object itself otherwise.
    package var table: QualifiedName
    /// One line for people: what was seen, against which limit.
    package var reason: String
    /// More urgent is larger; comparable within one plan only.
    package var urgency: Double
    package var size: ByteCount
    /// How long it will take; nil where nothing is known yet.
    package var predicted: Duration?
    /// Nothing of the kind was ever measured there: the prediction is a guess.
    package var isGuessed: Bool
    package var fit: Fit
    package var options: MaintenanceOptions

    package init(
        kind: MaintenanceClass, oid: UInt32, object: QualifiedName, table: QualifiedName, reason: String,
        urgency: Double, size: ByteCount, predicted: Duration? = nil, isGuessed: Bool = false,
        fit: Fit = .now, options: MaintenanceOptions = MaintenanceOptions()
    ) {
        self.kind = kind
        self.oid = oid
        self.object = object
        self.table = table
        self.reason = reason
        self.urgency = urgency
        self.size = size
        self.predicted = predicted
        self.isGuessed = isGuessed
        self.fit = fit
        self.options = options
    }

    /// Whether it is done now.
    package enum Fit: Sendable, Equatable {
        case now
        /// Even outside the window: the wraparound of transaction ids is near.
        case emergency
        /// Not in what is left of the window; why, in one line.
        case waits(because: String)
        /// Not at all this time; why, in one line.
        case skipped(because: String)
    }
}

/// How a statement is to be written.
package struct MaintenanceOptions: Sendable, Equatable {
    /// `VACUUM (INDEX_CLEANUP off)`, when time is short before the wraparound.
    package var skipsIndexes: Bool
    /// `VACUUM (FREEZE)`.
    package var freezes: Bool
    /// An ANALYZE follows: after a rebuild of an expression index, whose statistics are gone.
    package var analyzesAfter: Bool
    /// A rebuild that rests on a guess: it is done only if `pgstatindex`, where there is one, finds the index bloated so
    /// many times; nil where nobody is asked.
    package var confirmsAbove: Double?

    package init(
        skipsIndexes: Bool = false, freezes: Bool = false, analyzesAfter: Bool = false,
        confirmsAbove: Double? = nil
    ) {
        self.skipsIndexes = skipsIndexes
        self.freezes = freezes
        self.analyzesAfter = analyzesAfter
        self.confirmsAbove = confirmsAbove
    }
}

/// What became of an action; the raw value is the text in records and JSON.
package enum MaintenanceResult: String, Sendable, Equatable, CaseIterable, Codable {
    case done
    case noEffect = "no effect"
    case skipped, cancelled, failed
}
