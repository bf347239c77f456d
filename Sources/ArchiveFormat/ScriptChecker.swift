/// Checks a plain dump, the SQL text of `pg_dump -Fp` or `pg_dumpall`, as it passes by.
///
/// A file that was cut restores without an error, so what counts is that it ends as pg_dump ends it: the
/// trailer comment, and the `\unrestrict` that answers each `\restrict` (both of CVE-2025-8714's fix on).
package struct ScriptChecker: Sendable {
    /// What the script says and holds, as far as it has been read.
    package private(set) var content = Content()
    /// Whether the text began as a dump does; nil until enough has been seen.
    package private(set) var isDump: Bool?

    private var lexer = ScriptLexer()
    private var head: [UInt8] = []
    private var openDumps: [Dump] = []
    private var hasEnded = false
    private var restrictKey: [UInt8]?
    private var found: [Finding] = []
    private var copy: CopyStatement?
    private var inserts: (schema: String, name: String, start: Int64)?

    /// What a script says of itself and holds.
    package struct Content: Sendable, Equatable {
        package var tables: [VerificationReport.TableContent] = []
        package var largeObjects = 0
        package var databaseName: String?
        package var serverVersion: String?
        package var dumpVersion: String?
        /// Whether `pg_dumpall` wrote it.
        package var isCluster = false
    }

    /// Which of the two kinds of dump a trailer ends.
    private enum Dump: String, Sendable {
        case database = "PostgreSQL database dump"
        case cluster = "PostgreSQL database cluster dump"
    }

    /// How every dump begins, but for the word `cluster`.
    private static let start = Array("--\n-- PostgreSQL database ".utf8)

    /// A checker at the start of a script.
    package init() {}

    /// Takes the next bytes in.
    ///
    /// - Parameters:
    ///   - digester: digests the rows; without one the tables have no digest.
    ///   - objectDigester: digests the large objects; ``hasAllObjects`` tells whether it has got all of them.
    package mutating func take(
        _ bytes: UnsafeRawBufferPointer, digester: (any CopyDigesting)? = nil,
        objectDigester: (any LargeObjectDigesting)? = nil
    ) {
        if isDump == nil {
            head.append(contentsOf: bytes.prefix(ScriptChecker.start.count - head.count))
            if !ScriptChecker.start.starts(with: head) {
                isDump = false
            } else if head.count == ScriptChecker.start.count {
                isDump = true
            }
        }
        guard isDump != false else { return }
        var rest = bytes
        while let token = lexer.next(&rest, digester: digester, objectDigester: objectDigester) {
            take(token, digester, objectDigester)
        }
    }

    /// Whether every large object so far was read to its end, byte by byte.
    package var hasAllObjects: Bool { lexer.objects.areWhole(count: content.largeObjects) }

    /// Ends the script, and gives what is wrong with it.
    ///
    /// - Parameter subject: what the findings about the whole file are about.
    package mutating func finish(subject: String) -> [Finding] {
        endInserts(at: lexer.position)
        func finding(_ kind: FindingKind, _ message: String, _ about: String? = nil) -> Finding {
            Finding(kind, subject: about ?? subject, offset: lexer.position, message: message)
        }
        switch lexer.place {
        case .copyLine, .copyData:
            let table = copy.map { $0.schema.isEmpty ? $0.table : "\($0.schema).\($0.table)" } ?? subject
            found.append(finding(.plainCopyOpen, "the file ends within the rows of \(table)", table))
        case .quoted, .identifier, .dollar, .blockComment:
            found.append(finding(.plainQuoteOpen, "the file ends within a quotation or a comment"))
        case .code, .comment, .command, .dollarOpening:
            break
        }
        if !openDumps.isEmpty || !hasEnded {
            let trailer = (openDumps.last ?? .database).rawValue
            found.append(finding(.plainTrailer, "the file does not end with '-- \(trailer) complete'"))
        } else if lexer.isInsideStatement {
            found.append(finding(.plainLeftOver, "there is text after the end of the dump"))
        }
        if restrictKey != nil {
            found.append(finding(.plainRestrict, "the key of \\restrict is never given back by \\unrestrict"))
        }
        return found
    }

    private mutating func take(
        _ token: ScriptLexer.Token, _ digester: (any CopyDigesting)?,
        _ objectDigester: (any LargeObjectDigesting)?
    ) {
        switch token {
        case .comment(let bytes): takeComment(String(decoding: bytes, as: UTF8.self))
        case .command(let bytes): takeCommand(bytes)
        case .statement(let bytes):
            lexer.objects.end(statement: bytes, into: objectDigester)
            takeStatement(bytes)
        case .copyEnded(let rows, let bytes):
            let digested = digester?.end(.script)
            guard let table = copy else { return }
            content.tables.append(
                .init(
                    schema: table.schema, name: table.table, rows: rows, bytes: bytes,
                    digest: digested?.digest))
            copy = nil
        }
    }

    private mutating func takeComment(_ text: String) {
        switch text {
        case Dump.database.rawValue, Dump.cluster.rawValue:
            guard let dump = Dump(rawValue: text) else { return }
            // A dump of a cluster holds dumps of databases, and nothing holds more.
            guard openDumps.isEmpty || (openDumps == [.cluster] && dump == .database) else {
                report(.plainTrailer, "'-- \(text)' stands where the dump before has not ended")
                return
            }
            openDumps.append(dump)
            hasEnded = false
            if dump == .cluster { content.isCluster = true }
        case "\(Dump.database.rawValue) complete", "\(Dump.cluster.rawValue) complete":
            endInserts(at: lexer.position)
            guard let open = openDumps.last, text == "\(open.rawValue) complete" else {
                report(.plainTrailer, "the trailer '-- \(text)' ends nothing")
                return
            }
            openDumps.removeLast()
            hasEnded = openDumps.isEmpty
        default:
            takeDescription(text)
        }
    }

    /// Takes `Dumped from database version …` and `Data for Name: …; Type: TABLE DATA; Schema: …; Owner: …`.
    private mutating func takeDescription(_ text: String) {
        if let version = ScriptChecker.rest(of: text, after: "Dumped from database version ") {
            content.serverVersion = content.serverVersion ?? version
        } else if let version = ScriptChecker.rest(of: text, after: "Dumped by pg_dump version ") {
            content.dumpVersion = content.dumpVersion ?? version
        } else if text.hasPrefix("Name: ") || text.hasPrefix("Data for Name: ") {
            endInserts(at: lexer.position)
            let parts = text.split(separator: "; Type: TABLE DATA; Schema: ", maxSplits: 1)
            guard parts.count == 2,
                let name = ScriptChecker.rest(of: String(parts[0]), after: "Data for Name: ")
            else { return }
            let schema = parts[1].split(separator: "; Owner: ", maxSplits: 1).first.map(String.init) ?? ""
            inserts = (schema, name, lexer.position)
        }
    }

    private mutating func takeCommand(_ bytes: [UInt8]) {
        let words = bytes.split(separator: 0x20, maxSplits: 1).map { Array($0) }
        let name = words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let key = words.count == 2 ? words[1] : []
        switch name {
        case "restrict":
            if restrictKey != nil {
                report(.plainRestrict, "a second \\restrict stands before the \\unrestrict")
            }
            restrictKey = key
        case "unrestrict":
            if restrictKey == nil || restrictKey != key {
                report(.plainRestrict, "the key of \\unrestrict is not that of \\restrict")
            }
            restrictKey = nil
        case "connect":
            break
        default:
            report(.plainRestrict, "'\\\(name)' is no command that pg_dump writes")
        }
    }

    private mutating func takeStatement(_ bytes: [UInt8]) {
        if hasEnded { report(.plainLeftOver, "there is a statement after the end of the dump") }
        copy = CopyStatement.parse(bytes)
        if copy != nil { inserts = nil }
        if bytes.starts(with: ScriptObjects.opening) { content.largeObjects += 1 }
        if lexer.objects.isMalformed {
            report(.objectsMalformed, "a large object is written in other than hexadecimal digits")
        }
    }

    /// Ends the table whose data is INSERT statements.
    private mutating func endInserts(at position: Int64) {
        guard let table = inserts else { return }
        content.tables.append(
            .init(schema: table.schema, name: table.name, rows: nil, bytes: position - table.start))
        inserts = nil
    }

    private mutating func report(_ kind: FindingKind, _ message: String) {
        // One finding of a kind tells what is wrong; a hostile file could hold millions.
        guard !found.contains(where: { $0.kind == kind }) else { return }
        found.append(Finding(kind, subject: "the script", offset: lexer.position, message: message))
    }

    private static func rest(of text: String, after prefix: String) -> String? {
        text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }
}
