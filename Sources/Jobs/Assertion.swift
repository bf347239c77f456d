/// A question of the user's to a restored database, with the answer that is expected.
package struct Assertion: Sendable, Equatable {
    /// One statement that reads.
    package var sql: String
    /// The databases that it is asked in, by exact name or glob; nil for all that the drill restores.
    package var database: String?
    /// What reports call it; nil lets them show the statement.
    package var name: String?
    package var expectation: Expectation

    package init(sql: String, database: String? = nil, name: String? = nil, expectation: Expectation) {
        self.sql = sql
        self.database = database
        self.name = name
        self.expectation = expectation
    }

    /// Whether it is asked in a database of this name.
    package func concerns(_ database: String) -> Bool {
        self.database.map { Glob.matches($0, database) } ?? true
    }

    /// How two values compare; the raw value is the text in files.
    package enum Comparison: String, Sendable, Equatable, CaseIterable {
        case equal = "="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    /// What the answer has to be.
    package enum Expectation: Sendable, Equatable, CustomStringConvertible {
        /// So many rows: `expect: rows > 0`.
        case rows(Comparison, Int64)
        /// The first column of the first row: `expect: value = 42`.
        case value(Comparison, String)
        /// The first column of the first row is an instant no longer than this before the backup was started:
        /// `max_age: 26h`.
        case maxAge(Duration)
    }

    /// What an answer was worth.
    package struct Finding: Sendable, Equatable {
        package var isMet: Bool
        /// For reports: `rows > 0`.
        package var expected: String
        /// For reports: `0 rows`.
        package var found: String

        package init(isMet: Bool, expected: String, found: String) {
            self.isMet = isMet
            self.expected = expected
            self.found = found
        }
    }
}
