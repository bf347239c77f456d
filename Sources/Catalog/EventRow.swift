import Engine
import FoundationEssentials
import Jobs
import Postgres

/// An event as it is stored.
enum EventRow {
    static func values(toOpen event: OpenEvent) -> [SQLValue] {
        [
            .uuid(event.id), .text(event.kind.rawValue), .line(event.subject), .optional(event.job),
            .microseconds(event.openedAt), .integer(Int64(event.count)), .integer(Int64(event.told)),
            .integer(Int64(event.reminders)), .microseconds(event.remindAt), .array(event.causes),
            .line(event.text), .integer(Int64(event.version)),
        ]
    }

    static func values(of event: OpenEvent, version: Int, after: Int, closedAt: Date?) -> [SQLValue] {
        [
            .uuid(event.id), .integer(Int64(event.count)), .integer(Int64(event.told)),
            .integer(Int64(event.reminders)), .microseconds(event.remindAt), .microseconds(closedAt),
            .array(event.causes), .line(event.text), .integer(Int64(version)), .integer(Int64(after)),
        ]
    }

    static func event(_ row: Rows.Row) throws(CatalogFault) -> OpenEvent {
        OpenEvent(
            id: try row.uuid("id"), kind: try row.named("kind"), subject: try row.string("subject"),
            job: try row.optionalString("job"), openedAt: try row.date("opened_at"),
            count: Int(try row.whole("count")), told: Int(try row.whole("told")),
            reminders: Int(try row.whole("reminders")), remindAt: try row.date("remind_at"),
            causes: try row.decoded("causes"), text: try row.string("text"),
            version: Int(try row.whole("version")))
    }
}

/// A delivery as it is stored.
enum DeliveryRow {
    private struct Draft: Encodable {
        var id: String
        var channel: String
        var message: Message
    }

    /// Deliveries as one JSON text.
    static func values(_ deliveries: [NewDelivery]) throws(CatalogFault) -> SQLValue {
        let drafts = deliveries.map {
            Draft(id: $0.id.uuidString.lowercased(), channel: $0.channel, message: $0.message)
        }
        do {
            return .text(String(decoding: try JSONEncoder().encode(drafts), as: UTF8.self))
        } catch {
            throw .unknownValue(column: "message", value: "\(error)")
        }
    }

    static func delivery(_ row: Rows.Row) throws(CatalogFault) -> Delivery {
        Delivery(
            id: try row.uuid("id"), message: try row.decoded("message"), tries: Int(try row.whole("tries")))
    }

    static func record(_ row: Rows.Row) throws(CatalogFault) -> DeliveryRecord {
        DeliveryRecord(
            id: try row.uuid("id"), channel: try row.string("channel"),
            occasion: try row.string("occasion"), subject: try row.string("subject"),
            title: try row.string("title"), createdAt: try row.date("created_at"),
            tries: Int(try row.whole("tries")), state: try row.named("state"),
            settledAt: try row.optionalDate("settled_at"), error: try row.optionalString("error"))
    }
}

extension Rows.Row {
    /// A value that is stored as JSON.
    fileprivate func decoded<Value: Decodable>(_ column: String) throws(CatalogFault) -> Value {
        let text = try string(column)
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            throw .unknownValue(column: column, value: text)
        }
    }
}
