import Measures

extension DrillReport {
    /// What must have been compared before a backup may be called proven.
    package struct Expectation: Sendable, Equatable {
        /// Tables with data in the archive; nil if nobody counted them, and then nothing can be proven.
        package var tables: Int?
        /// Large objects in the archive.
        package var largeObjects: Int
        /// Checks that must have a line, and none that is unknown.
        package var required: Set<DrillLine.Check>

        package init(tables: Int?, largeObjects: Int, required: Set<DrillLine.Check>) {
            self.tables = tables
            self.largeObjects = largeObjects
            self.required = required
        }

        /// What is required of a drill that asks for this proof.
        ///
        /// - Parameter hasContents: Whether the archive has a table of contents; a plain one has none, and so no
        ///   definitions can be compared entry by entry.
        package init(
            tables: Int?, largeObjects: Int, proof: Proof, hasContents: Bool, hasGlobals: Bool
        ) {
            var required: Set<DrillLine.Check> = [.manifest, .database, .restore]
            if tables != 0 { required.insert(.rows) }
            if tables != 0, proof == .content { required.insert(.content) }
            if largeObjects > 0 { required.insert(.largeObjects) }
            if hasContents { required.insert(.definition) }
            if hasGlobals { required.formUnion([.globals, .roles]) }
            self.init(tables: tables, largeObjects: largeObjects, required: required)
        }
    }

    /// The verdict that lines come to, and one line that says why.
    ///
    /// Anything broken is broken, whatever else could not be looked at. Nothing that was compared with nothing is
    /// proven: each required check needs a line, every table its rows, and all together something compared.
    package static func judge(
        _ lines: [DrillLine], _ expectation: Expectation
    ) -> (verdict: Verdict, summary: String) {
        let broken = lines.filter { $0.state == .broken }
        if let first = broken.first {
            let more = broken.count > 1 ? " and \(Decimals.grouped(Int64(broken.count - 1))) more" : ""
            return (.broken, "\(first.check.rawValue): \(first.said)\(more)")
        }
        if let gap = gap(lines, expectation) { return (.couldNotVerify, gap) }
        let tables = expectation.tables ?? 0
        let rows = "\(Decimals.grouped(Int64(tables))) \(tables == 1 ? "table" : "tables")"
        let checks = Set(lines.filter { $0.state == .ok }.map(\.check)).count
        return (.proven, "\(rows) as in the archive; \(checks) checks, and nothing broken")
    }

    /// Why it cannot be proven; nil if it is.
    private static func gap(_ lines: [DrillLine], _ expectation: Expectation) -> String? {
        let required = DrillLine.Check.allCases.filter(expectation.required.contains)
        for check in required {
            guard let line = lines.first(where: { $0.check == check && $0.state == .unknown }) else {
                continue
            }
            return "\(check.rawValue): \(line.said)"
        }
        for check in required where !lines.contains(where: { $0.check == check && $0.state == .ok }) {
            return "\(check.rawValue): nothing was compared"
        }
        guard let tables = expectation.tables else { return "rows: nobody counted the archive's tables" }
        func compared(_ check: DrillLine.Check) -> Int {
            lines.reduce(0) { $0 + ($1.check == check && $1.state == .ok ? $1.count : 0) }
        }
        if compared(.rows) < tables {
            return "rows: \(compared(.rows)) of \(tables) tables were compared"
        }
        let withReason = lines.reduce(compared(.content)) {
            $0 + ($1.check == .content && $1.state == .note ? $1.count : 0)
        }
        if expectation.required.contains(.content), withReason < tables {
            return "content: \(withReason) of \(tables) tables were compared or left out by the rule"
        }
        if expectation.largeObjects > 0, compared(.largeObjects) == 0 {
            return "large objects: none was compared"
        }
        let sum = compared(.rows) + compared(.largeObjects) + compared(.definition)
        return sum == 0 ? "nothing was compared with nothing" : nil
    }
}

extension DrillLine {
    /// The line as one clause.
    var said: String {
        switch (expected, found) {
        case (let expected?, let found?): "\(subject): expected \(expected), found \(found)"
        case (let expected?, nil): "\(subject): expected \(expected)"
        case (nil, let found?): "\(subject): \(found)"
        case (nil, nil): subject
        }
    }
}
