import Engine
import Faults
import FoundationEssentials
import Measures
import Postgres

/// A step as it is stored.
enum StepRow {
    static func values(_ step: StepRecord) throws(CatalogFault) -> [SQLValue] {
        [
            .uuid(step.run), .integer(Int64(step.attempt)), .integer(Int64(step.ordinal)),
            .text(step.name.rawValue),
            .optional(step.target), .optional(step.database), .text(step.state.rawValue), .line(step.detail),
            .optional(try step.fault.map(StoredFault.encode)), .optional(step.bytes?.bytes),
            .microseconds(step.startedAt), .microseconds(step.endedAt),
        ]
    }

    static func record(_ row: Rows.Row) throws(CatalogFault) -> StepRecord {
        StepRecord(
            run: try row.uuid("run"), attempt: Int(try row.whole("attempt")),
            ordinal: Int(try row.whole("ordinal")),
            name: try row.named("name"), target: try row.optionalString("target"),
            database: try row.optionalString("database"), startedAt: try row.date("started_at"),
            endedAt: try row.optionalDate("ended_at"), state: try row.named("state"),
            detail: try row.string("detail"), fault: try row.optionalString("fault").map(StoredFault.decode),
            bytes: try row.optionalWhole("bytes").map(ByteCount.init))
    }
}

/// A fault as it is stored: the keys are described in the comment on `pgvigil.step.fault`.
private struct StoredFault: Codable {
    var code: String
    var summary: String
    var remedy: String
    var exit: Int32
    var mayPass: Bool
    var file: String?
    var line: Int?
    var column: Int?

    static func encode(_ fault: AnyFault) throws(CatalogFault) -> String {
        // jsonb has no zero byte either.
        func text(_ text: String) -> String { text.replacing("\0", with: "\u{FFFD}") }
        let stored = StoredFault(
            code: fault.code, summary: text(fault.summary), remedy: text(fault.remedy),
            exit: fault.exitStatus.rawValue, mayPass: fault.mayPass, file: fault.place.map { text($0.file) },
            line: fault.place?.line, column: fault.place?.column)
        do {
            return String(decoding: try JSONEncoder().encode(stored), as: UTF8.self)
        } catch {
            throw .unknownValue(column: "the fault of a step", value: fault.code)
        }
    }

    static func decode(_ text: String) throws(CatalogFault) -> AnyFault {
        let stored: StoredFault
        do {
            stored = try JSONDecoder().decode(StoredFault.self, from: Data(text.utf8))
        } catch {
            throw .unknownValue(column: "the fault of a step", value: text)
        }
        guard let exit = ExitStatus(rawValue: stored.exit) else {
            throw .unknownValue(column: "the fault of a step", value: text)
        }
        return AnyFault(
            code: stored.code, summary: stored.summary, remedy: stored.remedy,
            place: stored.file.map { Place(file: $0, line: stored.line, column: stored.column) },
            exitStatus: exit,
            mayPass: stored.mayPass)
    }
}
