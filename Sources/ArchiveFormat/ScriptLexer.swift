/// Splits SQL text into what matters for a check: comments, commands of psql, statements and COPY data.
///
/// It knows quotes, dollar quotes and comments, so that a function body which looks like data is not taken
/// for data. Authority: the manual's "Lexical Structure" (`sql-syntax-lexical.html`) and
/// `src/fe_utils/psqlscan.l`. It keeps the start of the current statement and a few counters, whatever the
/// size of the text.
struct ScriptLexer: Sendable {
    /// What the lexer met.
    enum Token: Sendable, Equatable {
        /// A `--` comment outside of everything else, without the dashes and the space.
        case comment([UInt8])
        /// A command of psql, without the backslash.
        case command([UInt8])
        /// A statement without its semicolon and the contents of its quotes; only its start when it is long.
        case statement([UInt8])
        /// The lines of COPY data up to and with `\.`.
        case copyEnded(rows: Int64, bytes: Int64)
    }

    /// Where the text stands.
    enum Place: Sendable, Equatable {
        case code
        case comment
        case blockComment(depth: Int)
        case command
        case quoted(escapes: Bool, escaped: Bool)
        case identifier
        /// After a `$` in code: what has come of the tag.
        case dollarOpening(tag: [UInt8])
        /// Inside a dollar quote; after a `$`, how much of the closing tag has come.
        case dollar(tag: [UInt8], matched: Int?)
        /// The rest of the line after `COPY … FROM stdin;`.
        case copyLine
        case copyData
    }

    /// Bytes of a comment, of a command and of a COPY statement that are kept; 1,600 columns take 100 KiB.
    static let keptMax = 256 * 1024
    /// Bytes of other statements that are kept.
    private static let statementMax = 64
    /// Bytes of a dollar quote's tag.
    private static let tagMax = 256

    /// Where the text stands now.
    private(set) var place = Place.code
    /// Bytes seen so far.
    private(set) var position: Int64 = 0
    /// What has come of large objects; whoever takes a statement ends theirs with it.
    var objects = ScriptObjects()

    private var kept: [UInt8] = []
    private var statement: [UInt8] = []
    /// The two bytes before the current one; 0 for what must not be looked at again.
    private var previous: UInt8 = 10
    private var beforePrevious: UInt8 = 10
    private var lineStart: [UInt8] = []
    private var rows: Int64 = 0
    private var copyBytes: Int64 = 0

    /// Whether a statement has begun and its semicolon has not come.
    var isInsideStatement: Bool { !statement.isEmpty }

    /// Goes on to the next token within `bytes`, and takes what it used from them; nil when more are needed.
    ///
    /// - Parameters:
    ///   - digester: gets all COPY data, `\.` included.
    ///   - objectDigester: gets the bytes of large objects.
    mutating func next(
        _ bytes: inout UnsafeRawBufferPointer, digester: (any CopyDigesting)? = nil,
        objectDigester: (any LargeObjectDigesting)? = nil
    ) -> Token? {
        var index = 0
        defer {
            position += Int64(index)
            bytes = bytes.dropping(index)
        }
        while index < bytes.count {
            switch place {
            case .copyData:
                let start = index
                let token = takeCopyData(bytes, &index)
                digester?.take(bytes.part(start, index))
                if let token { return token }
            case .quoted(escapes: false, _):
                let start = index
                index += ScriptLexer.distance(to: 0x27, in: bytes, from: index)
                objects.take(bytes.part(start, index), into: objectDigester)
                if index < bytes.count, let token = advance(bytes[index], &index) { return token }
            case .dollar(_, matched: nil):
                index += ScriptLexer.distance(to: 0x24, in: bytes, from: index)
                if index < bytes.count, let token = advance(bytes[index], &index) { return token }
            case .code, .comment, .blockComment, .command, .quoted, .identifier, .dollarOpening, .dollar,
                .copyLine:
                if let token = advance(bytes[index], &index) { return token }
            }
        }
        return nil
    }

    private mutating func advance(_ byte: UInt8, _ index: inout Int) -> Token? {
        index += 1
        let token = take(byte)
        beforePrevious = previous
        previous = byte
        return token
    }

    private mutating func take(_ byte: UInt8) -> Token? {
        switch place {
        case .code:
            return takeCode(byte)
        case .comment, .command:
            guard byte == 0x0A else {
                if kept.count < ScriptLexer.keptMax { kept.append(byte) }
                return nil
            }
            return endLine()
        case .blockComment(let depth):
            takeBlockComment(byte, depth: depth)
        case .quoted(let escapes, let escaped):
            if !escaped, byte == 0x27 {
                objects.endLiteral()
                place = .code
            } else {
                place = .quoted(escapes: escapes, escaped: escapes && !escaped && byte == 0x5C)
            }
        case .identifier:
            keepStatement(byte)
            if byte == 0x22 { place = .code }
        case .dollarOpening(let tag):
            return takeDollarOpening(byte, tag: tag)
        case .dollar(let tag, let matched):
            takeDollar(byte, tag: tag, matched: matched)
        case .copyLine:
            if byte == 0x0A { place = .copyData }
        case .copyData:
            break
        }
        return nil
    }

    private mutating func takeCode(_ byte: UInt8) -> Token? {
        switch byte {
        case 0x2D where previous == 0x2D:  // --
            if !statement.isEmpty { statement.removeLast() }
            place = .comment
        case 0x2A where previous == 0x2F:  // /*
            if !statement.isEmpty { statement.removeLast() }
            place = .blockComment(depth: 1)
        case 0x5C where statement.isEmpty:  // a command of psql
            place = .command
        case 0x27:  // '
            let isMarked = (previous == 0x45 || previous == 0x65) && !ScriptLexer.isWord(beforePrevious)
            place = .quoted(escapes: isMarked, escaped: false)
            keepStatement(byte)
            objects.beginLiteral(behind: statement)
        case 0x22:  // "
            place = .identifier
            keepStatement(byte)
        case 0x24 where !ScriptLexer.isWord(previous):  // $
            place = .dollarOpening(tag: [])
            keepStatement(byte)
        case 0x3B:  // ;
            defer { statement.removeAll(keepingCapacity: true) }
            if CopyStatement.parse(statement) != nil { beginCopy() }
            return .statement(statement)
        case 0x20, 0x09, 0x0A, 0x0D:
            if !statement.isEmpty { keepStatement(byte) }
        default:
            keepStatement(byte)
        }
        return nil
    }

    private mutating func endLine() -> Token? {
        defer {
            kept.removeAll(keepingCapacity: true)
            place = .code
        }
        guard place == .comment else { return .command(kept) }
        guard statement.isEmpty else { return nil }
        return .comment(kept.first == 0x20 ? Array(kept.dropFirst()) : kept)
    }

    private mutating func takeBlockComment(_ byte: UInt8, depth: Int) {
        if byte == 0x2F, previous == 0x2A, beforePrevious != 0 {
            place = depth == 1 ? .code : .blockComment(depth: depth - 1)
        } else if byte == 0x2A, previous == 0x2F {
            place = .blockComment(depth: depth + 1)
        }
    }

    private mutating func takeDollarOpening(_ byte: UInt8, tag: [UInt8]) -> Token? {
        if byte == 0x24 {
            place = .dollar(tag: tag, matched: nil)
            return nil
        }
        // A tag is an identifier, and so it does not begin with a digit ($1 is a parameter).
        let isFirstDigit = tag.isEmpty && (0x30...0x39).contains(byte)
        guard ScriptLexer.isWord(byte), !isFirstDigit, tag.count < ScriptLexer.tagMax else {
            place = .code
            return takeCode(byte)
        }
        place = .dollarOpening(tag: tag + [byte])
        keepStatement(byte)
        return nil
    }

    private mutating func takeDollar(_ byte: UInt8, tag: [UInt8], matched: Int?) {
        if byte == 0x24 {
            place = matched == tag.count ? .code : .dollar(tag: tag, matched: 0)
        } else if let matched, matched < tag.count, tag[matched] == byte {
            place = .dollar(tag: tag, matched: matched + 1)
        } else if matched != nil {
            place = .dollar(tag: tag, matched: nil)
        }
    }

    private mutating func beginCopy() {
        place = .copyLine
        rows = 0
        copyBytes = 0
        lineStart.removeAll(keepingCapacity: true)
    }

    /// Takes COPY data up to its end or that of the bytes.
    private mutating func takeCopyData(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Token? {
        while index < bytes.count {
            if let token = takeCopyLine(bytes, &index) { return token }
        }
        return nil
    }

    /// Takes COPY data up to the end of a line or of the bytes.
    private mutating func takeCopyLine(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Token? {
        let length = ScriptLexer.distance(to: 0x0A, in: bytes, from: index)
        if lineStart.count < 3 {
            lineStart.append(contentsOf: bytes[index..<index + min(length, 3 - lineStart.count)])
        }
        index += length
        copyBytes += Int64(length)
        guard index < bytes.count else { return nil }
        index += 1
        copyBytes += 1
        let isEnd = lineStart.count == 2 && lineStart[0] == 0x5C && lineStart[1] == 0x2E
        lineStart.removeAll(keepingCapacity: true)
        guard isEnd else {
            rows += 1
            return nil
        }
        place = .code
        (beforePrevious, previous) = (0x0A, 0x0A)
        return .copyEnded(rows: rows, bytes: copyBytes)
    }

    private mutating func keepStatement(_ byte: UInt8) {
        let isShort = statement.count < ScriptLexer.statementMax
        if isShort || (statement.count < ScriptLexer.keptMax && statement.starts(with: CopyStatement.keyword))
        {
            statement.append(byte)
        }
    }

    /// How many bytes stand before the next `byte`; all of the rest where there is none.
    private static func distance(to byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
        let end = bytes.count
        var index = start
        // Eight bytes at a time: a word without the byte has no zero among the bytes of the difference.
        while index + 8 <= end {
            let difference = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ pattern
            let zeros = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            guard zeros == 0 else { return index - start + zeros.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < end, bytes[index] != byte { index += 1 }
        return index - start
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == 0x5F || byte >= 0x80
    }
}
