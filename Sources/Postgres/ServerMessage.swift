import CLibPQ

/// An error or a notice as the server sent it, field by field.
///
/// Manual, "Error and Notice Message Fields" (section 55.8).
package struct ServerMessage: Sendable, Equatable {
    /// Not translated: `ERROR`, `FATAL`, `WARNING`, `NOTICE`…
    package var severity: String
    /// Five characters: manual, Appendix A.
    package var sqlState: String
    package var message: String
    package var detail: String?
    package var hint: String?
    /// The relation that it is about, as `schema.name`, where the server tells.
    package var relation: String?
    /// The constraint that it is about, where the server tells.
    package var constraint: String?

    /// A message made of its parts.
    package init(
        severity: String, sqlState: String, message: String, detail: String? = nil, hint: String? = nil,
        relation: String? = nil, constraint: String? = nil
    ) {
        self.severity = severity
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.relation = relation
        self.constraint = constraint
    }

    init(result: OpaquePointer?) {
        func field(_ letter: Character) -> String? {
            PQresultErrorField(result, Int32(letter.asciiValue ?? 0)).map { String(cString: $0) }
        }
        // `V` is the severity that is never translated; servers since 9.6 send it.
        severity = field("V") ?? field("S") ?? "ERROR"
        sqlState = field("C") ?? ""
        message = field("M") ?? PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
        detail = field("D")
        hint = field("H")
        relation = field("t").map { table in field("s").map { "\($0).\(table)" } ?? table }
        constraint = field("n")
    }
}

/// Collects what libpq hands over while a statement runs; touched only by the thread that runs it.
final class NoticeBox {
    private static let noticesMax = 1000
    private(set) var messages: [ServerMessage] = []

    func add(_ message: ServerMessage) {
        // A procedure that raises a notice per row must not fill the memory.
        if messages.count < Self.noticesMax { messages.append(message) }
    }

    func take() -> [ServerMessage] {
        defer { messages = [] }
        return messages
    }

    /// Makes `connection` deliver here; the box must live as long as the connection.
    func attach(to connection: OpaquePointer?) {
        PQsetNoticeReceiver(
            connection,
            { argument, result in
                guard let argument else { return }
                Unmanaged<NoticeBox>.fromOpaque(argument).takeUnretainedValue().add(
                    ServerMessage(result: result))
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
