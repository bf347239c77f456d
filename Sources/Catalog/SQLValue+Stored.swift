import Engine
import FoundationEssentials
import Postgres

/// How our values are written as parameters.
extension SQLValue {
    static func uuid(_ id: UUID) -> SQLValue { .text(id.uuidString.lowercased()) }

    /// An instant as microseconds since 1970, which no setting of the server's can misread.
    static func microseconds(_ date: Date?) -> SQLValue {
        // Far beyond any date that PostgreSQL can hold, which then says so.
        .optional(date.map { Int64(clampingMicroseconds: $0.timeIntervalSince1970 * 1_000_000) })
    }

    /// A text for people, without the zero bytes that PostgreSQL cannot store.
    static func line(_ text: String) -> SQLValue {
        .text(text.replacing("\0", with: "\u{FFFD}"))
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
        Date(timeIntervalSince1970: Double(try whole(column)) / 1_000_000)
    }

    func optionalDate(_ column: String) throws(CatalogFault) -> Date? {
        try optionalWhole(column).map { Date(timeIntervalSince1970: Double($0) / 1_000_000) }
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

extension Trigger {
    /// Both or none: the planned instant and what identifies the schedule line.
    var slotAndSchedule: (Date?, ScheduleKey?) {
        switch self {
        case .hand: (nil, nil)
        case .slot(let key, let date): (date, key)
        }
    }
}
