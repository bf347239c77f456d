/// A parameter of a statement, sent apart from its text.
///
/// The server infers the type; where it cannot, the statement casts (`$1::bigint`).
package enum SQLValue: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    case null
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    /// A one-dimensional array (`text[]`, or of any type that its text form casts to); nil is NULL.
    case array([String?])

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(nilLiteral: ()) { self = .null }

    /// A text, or NULL.
    package static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
    /// An integer, or NULL.
    package static func optional(_ integer: Int64?) -> SQLValue { integer.map(SQLValue.integer) ?? .null }

    /// The text format that the server reads: manual, "Array Input and Output Syntax" (section 8.15.6).
    var wireText: String? {
        switch self {
        case .null: nil
        case .text(let text): text
        case .integer(let integer): String(integer)
        case .number(let number): String(number)
        case .boolean(let flag): flag ? "t" : "f"
        case .array(let elements): "{" + elements.map(Self.element).joined(separator: ",") + "}"
        }
    }

    private static func element(_ text: String?) -> String {
        guard let text else { return "NULL" }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
