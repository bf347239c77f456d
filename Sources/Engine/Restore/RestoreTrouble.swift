import ArchiveFormat
import Faults

/// One thing that pg_restore or psql could not do, read from its standard error.
///
/// Values of rows that a server quotes in DETAIL and CONTEXT are left out.
package struct RestoreTrouble: Sendable, Equatable {
    /// The object, as `TABLE shop.orders`, or what was tried.
    package var object: String
    /// The server's message, on one line.
    package var message: String
    package var meaning: Meaning

    /// What it says of the backup.
    package enum Meaning: String, Sendable, Equatable {
        /// The backup does not restore.
        case broken
        /// This server lacks something that the backup needs; nothing is known of the backup.
        case couldNotVerify = "could not verify"
    }

    /// The troubles in a standard error, in order.
    ///
    /// What only follows from another one, such as a comment on an extension that is not available, means the same as
    /// that one.
    package static func parse(_ text: String) -> [RestoreTrouble] {
        var reader = TroubleReader()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { reader.take(line) }
        var troubles = reader.finish()
        // What could not be made, by its name; what needs it follows.
        var lost: Set<String> = []
        var lacksExtension = false
        for index in troubles.indices {
            if troubles[index].follows(from: lost, lacksExtension: lacksExtension) {
                troubles[index].meaning = .couldNotVerify
            }
            guard troubles[index].meaning == .couldNotVerify else { continue }
            lost.formUnion(troubles[index].names)
            if troubles[index].object.contains("EXTENSION ") { lacksExtension = true }
        }
        return troubles
    }

    /// The line of a report; broken or unknown.
    package var line: DrillLine {
        switch meaning {
        case .broken: DrillLine(.restore, object, found: message, state: .broken)
        case .couldNotVerify: .unknown(.restore, object, message)
        }
    }

    /// The names that its object may be spoken of by.
    private var names: Set<String> {
        guard let last = object.split(separator: " ").last else { return [] }
        let plain = SQLText(String(last)).tokens.filter { !$0.isSymbol(".") }.map { $0.identifier ?? $0.text }
        return Set(plain.suffix(1) + [plain.joined(separator: ".")])
    }

    /// Whether it says that something is not there that another one could not make.
    ///
    /// Types, functions and operators without which an object cannot be may be of an extension that is not there, and
    /// nobody can tell.
    private func follows(from lost: Set<String>, lacksExtension: Bool) -> Bool {
        guard message.contains(" does not exist") || message.contains("is not installed") else {
            return false
        }
        let tokens = SQLText(message).tokens
        if tokens.contains(where: { $0.kind == .quotedName && lost.contains($0.identifier ?? "") }) {
            return true
        }
        let kinds = ["type ", "function ", "operator ", "access method ", "text search ", "procedure "]
        if lacksExtension, kinds.contains(where: { message.hasPrefix($0) }) { return true }
        // A function is named without quotes, with its arguments: function public.cfun() does not exist.
        guard message.hasPrefix("function ") else { return false }
        let name = message.dropFirst("function ".count).prefix { $0 != "(" }
        return lost.contains(String(name))
    }
}

/// Puts the lines of a standard error together to troubles.
private struct TroubleReader {
    private var troubles: [RestoreTrouble] = []
    private var entry: String?
    private var message: String?
    private var details: [Substring] = []
    private var command: [Substring]?

    mutating func take(_ line: Substring) {
        if let mark = line.firstRange(of: "from TOC entry ") {
            close()
            entry = Self.object(line[mark.upperBound...])
        } else if let error = Self.error(line) {
            // A second error without an entry of its own is of the same entry only if a command follows.
            let keeps = message == nil
            let last = entry
            close()
            entry = keeps ? last : nil
            message = error
        } else if Self.isOther(line) {
            close()
        } else if line.hasPrefix("Command was: ") {
            command = [line.dropFirst("Command was: ".count)]
        } else if command != nil {
            command?.append(line)
        } else if message != nil {
            details.append(line)
        }
    }

    mutating func finish() -> [RestoreTrouble] {
        close()
        return troubles
    }

    private mutating func close() {
        defer {
            (message, command, entry) = (nil, nil, nil)
            details.removeAll()
        }
        guard let message else { return }
        let said = SQLText(command.map { $0.joined(separator: "\n") } ?? "").statements.first
        let object = entry ?? said.map(Self.object) ?? Self.copied(message) ?? "pg_restore"
        let (text, shown) = Self.server(message)
        let all =
            ([text] + details.filter { $0.hasPrefix("DETAIL:") || $0.hasPrefix("HINT:") }.map(String.init))
            .joined(separator: " ")
        troubles.append(
            RestoreTrouble(
                object: FaultText.oneLine(object), message: FaultText.oneLine(shown),
                meaning: Self.isLack(all) ? .couldNotVerify : .broken))
    }

    /// What stands behind `pg_restore: error: `, or behind psql's `ERROR:`; nil for other lines.
    private static func error(_ line: Substring) -> String? {
        if line.hasPrefix("pg_restore: error: ") { return String(line.dropFirst(19)) }
        guard line.hasPrefix("psql:"), let mark = line.firstRange(of: ": ERROR:") else {
            return line.hasPrefix("ERROR:") ? String(line) : nil
        }
        return "ERROR:" + line[mark.upperBound...]
    }

    private static func isOther(_ line: Substring) -> Bool {
        line.hasPrefix("pg_restore: ") || line.hasPrefix("psql:")
    }

    /// The server's words, and those with what the program says besides, without `ERROR:`.
    private static func server(_ message: String) -> (text: String, shown: String) {
        guard let mark = message.firstRange(of: "ERROR:") ?? message.firstRange(of: "FATAL:") else {
            return (message, message)
        }
        let text = String(message[mark.upperBound...].drop { $0 == " " })
        return (text, text)
    }

    /// `217; 1259 16390 TABLE shop orders owner` without numbers and owner.
    private static func object(_ text: Substring) -> String {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).dropFirst(3)
        // The owner is the last word, or `(no owner)`; a name with spaces in it keeps all its parts.
        let end = words.suffix(2).elementsEqual(["(no", "owner)"]) ? 2 : 1
        return words.dropLast(min(end, words.count)).filter { $0 != "-" && !$0.isEmpty }
            .joined(separator: " ")
    }

    private static let afterKind: Set<String> = ["IF", "NOT", "EXISTS", "ONLY", "OR", "REPLACE", "UNIQUE"]

    /// `CREATE EXTENSION citext`, `ALTER TABLE shop.orders`: the verb, the kind and the name.
    private static func object(_ statement: SQLText.Statement) -> String {
        var words: [String] = []
        var tokens = statement.tokens[...]
        while let token = tokens.popFirst() {
            if afterKind.contains(token.text.uppercased()) { continue }
            guard token.kind == .word || token.kind == .quotedName else { break }
            words.append(token.text)
            if tokens.first?.isSymbol(".") == true {
                words[words.count - 1] += "." + (tokens.dropFirst().first?.text ?? "")
                break
            }
            if words.count == 3, token.text.uppercased() != token.text || token.kind == .quotedName { break }
            if words.count == 6 { break }
        }
        return words.joined(separator: " ")
    }

    /// `COPY failed for table "orders": …` names the table by itself.
    private static func copied(_ message: String) -> String? {
        guard message.hasPrefix("COPY failed for table ") else { return nil }
        return SQLText(message).tokens.first { $0.kind == .quotedName }.map {
            "TABLE DATA \($0.identifier ?? "")"
        }
    }

    /// Whether the server lacks something that a machine must have, and that no backup holds.
    private static func isLack(_ text: String) -> Bool {
        let told = [
            "could not open extension control file", "is not available", "could not access file \"",
            "could not load library \"", "must be loaded via", "has no installation script",
            "must be preloaded", "No space left on device", "unrecognized configuration parameter",
            "unrecognized parameter namespace", "is not supported by this build",
            "ICU is not supported in this build", "unsupported XML feature", "could not open collator",
            // The server itself went away, or had no room.
            "server closed the connection unexpectedly", "terminating connection", "the database system is",
            "out of memory",
            "invalid value for parameter \"default_tablespace\"",
        ]
        if told.contains(where: { text.contains($0) }) { return true }
        let isLocale =
            text.contains("could not create locale") || text.contains("invalid locale name")
            || text.contains("invalid LC_COLLATE locale name")
        let isPlace = text.hasPrefix("tablespace \"") && text.contains("does not exist")
        return isLocale || isPlace
    }
}
