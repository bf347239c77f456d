import Faults
import FoundationEssentials

/// The text of a webhook's body, in which fields such as `{{summary}}` stand for parts of the event.
package enum MessageTemplate {
    /// The fields that a template may hold, all of them text but `count`.
    package static let fields = [
        "event", "job", "target", "outcome", "summary", "run", "slot", "started", "ended", "host", "count",
    ]

    /// The only field that stands for a number, and may stand outside quotes.
    package static let numberField = "count"

    /// Checks that all fields are known, and that the text is JSON once they are filled in.
    ///
    /// - Throws: ``JobsFault/badTemplate(_:remedy:)``.
    static func check(_ template: String) throws(JobsFault) {
        // What stands for text is no JSON outside quotes, as the text itself would not be.
        let filled = try fill(template) { $0 == numberField ? "0" : "x" }
        do {
            _ = try JSONDecoder().decode(AnyJSON.self, from: Data(filled.utf8))
        } catch {
            throw .badTemplate(
                "the template is no JSON once its fields are filled in",
                remedy: "Write JSON with quotes around the fields, such as {\"text\": \"{{summary}}\"}.")
        }
    }

    /// The template with every field replaced.
    ///
    /// - Parameter value: What stands for a field of ``fields``, already fit for where it stands.
    /// - Throws: ``JobsFault/badTemplate(_:remedy:)`` for an unknown field and a `{{` without its `}}`.
    package static func fill(
        _ template: String, _ value: (String) -> String
    ) throws(JobsFault) -> String {
        var result = ""
        var rest = template[...]
        while let opening = rest.firstRange(of: "{{") {
            result += rest[..<opening.lowerBound]
            rest = rest[opening.upperBound...]
            guard let closing = rest.firstRange(of: "}}") else {
                throw .badTemplate("a {{ of the template has no }}", remedy: "Write }} behind the field.")
            }
            let name = String(rest[..<closing.lowerBound])
            guard fields.contains(name) else {
                let nearest = Suggestion.nearest(to: name, among: fields)
                throw .badTemplate(
                    "there is no field '\(name.prefix(40))' for templates",
                    remedy: nearest.map { "Write {{\($0)}}." }
                        ?? "The fields are \(fields.joined(separator: ", ")).")
            }
            result += value(name)
            rest = rest[closing.upperBound...]
        }
        return result + rest
    }
}

/// Any JSON, of which only matters that it is: the decoder reads the whole text before it asks.
private struct AnyJSON: Decodable {
    init(from decoder: any Decoder) {}
}
