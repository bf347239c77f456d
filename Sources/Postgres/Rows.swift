/// What a statement returned, copied out of libpq: rows by number, values by column name.
package struct Rows: Sendable, RandomAccessCollection {
    private let columns: [String: Int]
    private let values: [String?]
    private let width: Int
    /// Rows that the statement returned.
    package let count: Int
    /// Rows that an INSERT, UPDATE, DELETE or SELECT touched.
    package let affected: Int
    /// What the server calls it, such as `DELETE 500` or `VACUUM`.
    package let tag: String
    /// Notices and warnings that came while it ran, at most 1,000.
    package let notices: [ServerMessage]

    init(
        columns: [String], values: [String?], count: Int, affected: Int, tag: String = "",
        notices: [ServerMessage]
    ) {
        self.columns = Dictionary(
            columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        self.values = values
        width = columns.count
        self.count = count
        self.affected = affected
        self.tag = tag
        self.notices = notices
    }

    /// The first column of the first row; nil for NULL, and where there is none.
    package var firstValue: String? { count > 0 ? values.first.flatMap { $0 } : nil }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }
    package subscript(position: Int) -> Row { Row(rows: self, number: position) }

    /// One row.
    package struct Row: Sendable {
        fileprivate let rows: Rows
        fileprivate let number: Int

        /// A text, or nil for NULL.
        ///
        /// - Throws: ``PostgresFault/unexpectedValue(column:found:wanted:)`` if there is no such column; so do all getters.
        package func optionalText(_ column: String) throws(PostgresFault) -> String? {
            guard let index = rows.columns[column] else {
                throw .unexpectedValue(column: column, found: "no such column", wanted: "a value")
            }
            return rows.values[number * rows.width + index]
        }

        /// A text that is not NULL.
        package func text(_ column: String) throws(PostgresFault) -> String {
            try read(column, "a text") { $0 }
        }

        /// An integer that is not NULL.
        package func integer(_ column: String) throws(PostgresFault) -> Int64 {
            try read(column, "an integer") { Int64($0) }
        }

        /// An integer, or nil for NULL.
        package func optionalInteger(_ column: String) throws(PostgresFault) -> Int64? {
            try optionalText(column) == nil ? nil : integer(column)
        }

        /// A number that is not NULL.
        package func number(_ column: String) throws(PostgresFault) -> Double {
            try read(column, "a number") { Double($0) }
        }

        /// A boolean that is not NULL.
        package func boolean(_ column: String) throws(PostgresFault) -> Bool {
            try read(column, "a boolean") { $0 == "t" ? true : $0 == "f" ? false : nil }
        }

        private func read<Value>(
            _ column: String, _ wanted: String, _ parse: (String) -> Value?
        ) throws(PostgresFault) -> Value {
            guard let text = try optionalText(column) else {
                throw .unexpectedValue(column: column, found: "NULL", wanted: wanted)
            }
            guard let value = parse(text) else {
                throw .unexpectedValue(column: column, found: text, wanted: wanted)
            }
            return value
        }
    }
}

extension Rows {
    /// The only row.
    ///
    /// - Throws: ``PostgresFault/unexpectedValue(column:found:wanted:)`` if there is none.
    package func one() throws(PostgresFault) -> Row {
        guard let row = first else { throw .unexpectedValue(column: "*", found: "no row", wanted: "a row") }
        return row
    }

    /// One column of all rows, which must not hold NULL.
    ///
    /// - Throws: ``PostgresFault/unexpectedValue(column:found:wanted:)``.
    package func texts(_ column: String) throws(PostgresFault) -> [String] {
        try map { row throws(PostgresFault) in try row.text(column) }
    }
}
