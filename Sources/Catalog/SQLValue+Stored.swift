import Engine
import FoundationEssentials
import Postgres

/// How our values are written as parameters.
extension SQLValue {
    static func uuid(_ id: UUID) -> SQLValue { .text(id.uuidString.lowercased()) }

    /// An instant as microseconds since 1970, which no setting of the server's can misread.
    static func microseconds(_ date: Date?) -> SQLValue {
        .optional(date.map(\.microseconds))
    }

    /// A length of time in microseconds.
    static func microseconds(_ duration: Duration) -> SQLValue {
        .integer(Int64(clampingMicroseconds: duration / .microseconds(1)))
    }

    /// A value as JSON, whose texts hold no zero bytes.
    static func json(_ value: some Encodable) throws(CatalogFault) -> SQLValue {
        do {
            return .text(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
        } catch {
            throw .unknownValue(column: "a parameter", value: "\(value)")
        }
    }

    /// A text for people, without the zero bytes that PostgreSQL cannot store.
    static func line(_ text: String) -> SQLValue {
        .text(text.storable)
    }
}

extension String {
    /// Without the zero bytes that PostgreSQL cannot store.
    var storable: String { utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self }
}

extension Date {
    /// Since 1970; far beyond any date that PostgreSQL can hold at the most, which then says so.
    var microseconds: Int64 { Int64(clampingMicroseconds: timeIntervalSince1970 * 1_000_000) }

    init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }
}

extension Int64 {
    fileprivate init(clampingMicroseconds value: Double) {
        let bound = 9e18
        self = Int64(Swift.min(bound, Swift.max(-bound, value.rounded())))
    }
}

/// How stored values are read back; what cannot be read is a fault that names the column.
extension Rows.Row {
    func string(_ column: String) throws(CatalogFault) -> String {
        try value { () throws(PostgresFault) in try text(column) }
    }

    func optionalString(_ column: String) throws(CatalogFault) -> String? {
        try value { () throws(PostgresFault) in try optionalText(column) }
    }

    func whole(_ column: String) throws(CatalogFault) -> Int64 {
        try value { () throws(PostgresFault) in try integer(column) }
    }

    func optionalWhole(_ column: String) throws(CatalogFault) -> Int64? {
        try value { () throws(PostgresFault) in try optionalInteger(column) }
    }

    func flag(_ column: String) throws(CatalogFault) -> Bool {
        try value { () throws(PostgresFault) in try boolean(column) }
    }

    func uuid(_ column: String) throws(CatalogFault) -> UUID {
        let text = try string(column)
        guard let id = UUID(uuidString: text) else { throw .unknownValue(column: column, value: text) }
        return id
    }

    func date(_ column: String) throws(CatalogFault) -> Date {
        Date(microseconds: try whole(column))
    }

    func optionalDate(_ column: String) throws(CatalogFault) -> Date? {
        try optionalWhole(column).map(Date.init(microseconds:))
    }

    /// A value that the statement gave as JSON, or nil for NULL.
    func optionalJSON<Value: Decodable>(_ column: String, _ type: Value.Type) throws(CatalogFault) -> Value? {
        guard let text = try optionalString(column) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw .unknownValue(column: column, value: text)
        }
    }

    /// Both columns of a lease, or nil for NULL.
    func optionalLease() throws(CatalogFault) -> Lease? {
        try optionalString("daemon") == nil ? nil : Lease(daemon: uuid("daemon"), epoch: whole("epoch"))
    }

    /// Instants in an array of microseconds, such as `{1,2}`.
    func dates(_ column: String) throws(CatalogFault) -> [Date] {
        let text = try string(column)
        var dates: [Date] = []
        for part in text.dropFirst().dropLast().split(separator: ",") {
            guard let number = Int64(part) else { throw .unknownValue(column: column, value: text) }
            dates.append(Date(microseconds: number))
        }
        return dates
    }

    /// One of our enums, by its stored text.
    func named<Value: RawRepresentable<String>>(_ column: String) throws(CatalogFault) -> Value {
        let text = try string(column)
        guard let value = Value(rawValue: text) else { throw .unknownValue(column: column, value: text) }
        return value
    }

    /// One of our enums, or nil for NULL.
    func optionalNamed<Value: RawRepresentable<String>>(_ column: String) throws(CatalogFault) -> Value? {
        try optionalString(column) == nil ? nil : named(column)
    }

    private func value<Value>(_ get: () throws(PostgresFault) -> Value) throws(CatalogFault) -> Value {
        do throws(PostgresFault) {
            return try get()
        } catch {
            throw .server(error)
        }
    }
}

extension Rows {
    func oneRow() throws(CatalogFault) -> Row {
        do throws(PostgresFault) {
            return try one()
        } catch {
            throw .server(error)
        }
    }
}
