package import Measures

/// What a job says about when maintenance is worth doing; the defaults are safe on any database.
package struct MaintenanceLimits: Sendable, Equatable {
    package var freeze: FreezeLimits
    package var vacuum: VacuumLimits
    package var analyze: AnalyzeLimits
    package var reindex: ReindexLimits
    /// Whether invalid indexes that our own interrupted rebuilds left are dropped.
    package var dropsLeftovers: Bool
    /// A snapshot of others that is held for longer makes VACUUM and rebuilds wait for another night.
    package var blockerAge: Duration
    /// What did not fit for so many nights is starving, at least 1.
    package var starvingAfter: Int

    package init(
        freeze: FreezeLimits = FreezeLimits(), vacuum: VacuumLimits = VacuumLimits(),
        analyze: AnalyzeLimits = AnalyzeLimits(), reindex: ReindexLimits = ReindexLimits(),
        dropsLeftovers: Bool = true, blockerAge: Duration = .seconds(300), starvingAfter: Int = 3
    ) {
        self.freeze = freeze
        self.vacuum = vacuum
        self.analyze = analyze
        self.reindex = reindex
        self.dropsLeftovers = dropsLeftovers
        self.blockerAge = blockerAge
        self.starvingAfter = starvingAfter
    }

    /// Which objects a class of maintenance may touch.
    package func choice(of kind: MaintenanceClass) -> ObjectChoice {
        switch kind {
        case .leftover: ObjectChoice(isOn: dropsLeftovers)
        case .freeze: freeze.choice
        case .vacuum: vacuum.choice
        case .analyze: analyze.choice
        case .reindex: reindex.choice
        }
    }
}

/// When old rows are frozen, so that transaction ids do not run out.
package struct FreezeLimits: Sendable, Equatable {
    package var choice: ObjectChoice
    /// From this share of `autovacuum_freeze_max_age` (and of the multixacts' one) on, above 0 and at most 1.
    ///
    /// Half of it, so that a table is frozen by night before autovacuum must do it by day.
    package var share: Double
    /// Above this age, in transactions or multixacts, a table is frozen outside the window too.
    ///
    /// 500 million is where Amazon RDS raises its alarm, a quarter of what there is before the server stops.
    package var emergencyAge: Int64

    package init(
        choice: ObjectChoice = ObjectChoice(), share: Double = 0.5, emergencyAge: Int64 = 500_000_000
    ) {
        self.choice = choice
        self.share = share
        self.emergencyAge = emergencyAge
    }
}

/// When dead rows are cleared away, and the visibility map is filled in.
package struct VacuumLimits: Sendable, Equatable {
    package var choice: ObjectChoice
    /// Times the number of rows at which autovacuum would come to the table by its own parameters, above 0.
    ///
    /// Half of it: the night's work is done before autovacuum finds it by day. Tables below eight pages are left to
    /// autovacuum, since they cost nothing at any time.
    package var factor: Double

    package init(choice: ObjectChoice = ObjectChoice(sizeMin: ByteCount(64 << 10)), factor: Double = 0.5) {
        self.choice = choice
        self.factor = factor
    }
}

/// When the planner's statistics are taken anew.
package struct AnalyzeLimits: Sendable, Equatable {
    package var choice: ObjectChoice
    /// Times the number of modified rows at which autovacuum would analyze the table, above 0.
    package var factor: Double
    /// Partitioned parents, which autovacuum never analyzes, have their turn when the last one is older than this.
    package var parentsEvery: Duration

    package init(
        choice: ObjectChoice = ObjectChoice(), factor: Double = 0.5,
        parentsEvery: Duration = .seconds(7 * 86_400)
    ) {
        self.choice = choice
        self.factor = factor
        self.parentsEvery = parentsEvery
    }
}

/// When an index is built anew.
package struct ReindexLimits: Sendable, Equatable {
    package var choice: ObjectChoice
    /// Times the size that it had for as many rows right after a clean rebuild, above 1.
    ///
    /// Twice and 10 MiB are the thresholds of pg_index_watch.
    package var factor: Double

    package init(choice: ObjectChoice = ObjectChoice(sizeMin: ByteCount(10 << 20)), factor: Double = 2) {
        self.choice = choice
        self.factor = factor
    }
}

/// Which objects a class of maintenance may touch.
package struct ObjectChoice: Sendable, Equatable {
    /// Whether the class is done at all.
    package var isOn: Bool
    /// Smaller ones are left alone; a table counts with its TOAST table, an index by itself.
    package var sizeMin: ByteCount
    /// Larger ones are skipped, and named; nil for no bound.
    package var sizeMax: ByteCount?
    /// Only these; nil takes all.
    package var include: [NamePattern]?
    /// Left out after that.
    package var exclude: [NamePattern]

    package init(
        isOn: Bool = true, sizeMin: ByteCount = .zero, sizeMax: ByteCount? = nil,
        include: [NamePattern]? = nil, exclude: [NamePattern] = []
    ) {
        self.isOn = isOn
        self.sizeMin = sizeMin
        self.sizeMax = sizeMax
        self.include = include
        self.exclude = exclude
    }
}

/// A pattern for the names of tables and indexes, `schema.name`, or a name alone for any schema.
///
/// How a pattern matches is brought along, since patterns are read where files are read; two are the same if their
/// text is.
package struct NamePattern: Sendable, Equatable {
    package var text: String
    /// Whether it can match more than one name.
    package var isPattern: Bool
    /// Whether a whole text matches.
    private let matchesText: @Sendable (String) -> Bool

    /// A pattern as it is written, with what it matches.
    package init(_ text: String, isPattern: Bool, matches: @escaping @Sendable (String) -> Bool) {
        self.text = text
        self.isPattern = isPattern
        matchesText = matches
    }

    package static func == (left: NamePattern, right: NamePattern) -> Bool { left.text == right.text }

    /// Whether it means the object of this name.
    package func matches(_ name: QualifiedName) -> Bool {
        matchesText(text.contains(".") ? "\(name.schema).\(name.name)" : name.name)
    }
}
