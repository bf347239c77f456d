/// Follows the large objects of a plain dump, where each is a few calls of functions, to the bytes that they hold.
///
/// An object is opened by its number, written in pieces and closed; an empty one is not written at all. Authority:
/// `_StartLO`, `_WriteLOData` and `_EndLO` in PostgreSQL, `src/bin/pg_dump/pg_backup_null.c`, and `appendByteaLiteral`
/// in `src/fe_utils/string_utils.c`: the bytes are `'\x…'`, with a second backslash where strings have escapes.
struct ScriptObjects: Sendable {
    /// How the call begins that opens an object.
    static let opening = Array("SELECT pg_catalog.lo_open(".utf8)
    private static let writing = Array("SELECT pg_catalog.lowrite(0, ".utf8)
    private static let closing = Array("SELECT pg_catalog.lo_close(0)".utf8)

    /// Whether every call was such a one that pg_dump writes, so that the digest is of all bytes.
    private(set) var isSound = true
    /// Whether there is a piece that a server would refuse.
    private(set) var isMalformed = false
    /// Objects that were closed.
    private(set) var closed = 0

    private var literal = Literal.other
    private var number: [UInt8] = []
    private var object: UInt32?
    /// The first digit of a byte whose second one has not come yet.
    private var high: UInt8?

    /// What the text in quotes is that stands here.
    private enum Literal: Sendable {
        case other
        case number
        /// The beginning of bytes: how many backslashes there were.
        case mark(Int)
        case bytes
    }

    /// Digits of the largest number.
    private static let digitsMax = 10
    /// Bytes that are given to the digester at once.
    private static let pieceBytes = 4_096

    /// Whether all objects were closed, each was read whole, and there are as many as this.
    func areWhole(count: Int) -> Bool { isSound && object == nil && closed == count }

    /// A quotation begins behind this part of a statement, the quote included.
    mutating func beginLiteral(behind statement: [UInt8]) {
        literal = .other
        guard statement.last == 0x27 else { return }
        let call = statement.dropLast()
        if call.elementsEqual(Self.writing) {
            literal = .mark(0)
            high = nil
        } else if call.elementsEqual(Self.opening) {
            literal = .number
            number.removeAll(keepingCapacity: true)
        }
    }

    /// Takes the next bytes within the quotes.
    mutating func take(_ bytes: UnsafeRawBufferPointer, into digester: (any LargeObjectDigesting)?) {
        var start = 0
        while start < bytes.count {
            switch literal {
            case .other: return
            case .number:
                if number.count <= Self.digitsMax { number.append(bytes[start]) }
                start += 1
            case .mark(let backslashes):
                switch bytes[start] {
                case 0x5C where backslashes < 2: literal = .mark(backslashes + 1)
                case 0x78 where backslashes > 0: literal = .bytes
                case _:
                    // Escapes of octal digits are bytes too, and not followed.
                    isSound = false
                    literal = .other
                }
                start += 1
            case .bytes:
                takeDigits(bytes.dropping(start), into: digester)
                start = bytes.count
            }
        }
    }

    /// The quotation is over.
    mutating func endLiteral() {
        switch literal {
        case .other, .number: break
        case .mark: isSound = false
        case .bytes: if high != nil { refuse() }
        }
        literal = .other
    }

    /// A statement is over, whose quotes are empty here.
    mutating func end(statement: [UInt8], into digester: (any LargeObjectDigesting)?) {
        if statement.starts(with: Self.opening) {
            let oid = UInt32(String(decoding: number, as: UTF8.self))
            if object != nil || oid == nil { isSound = false }
            object = oid
            number.removeAll(keepingCapacity: true)
        } else if statement.starts(with: Self.writing) {
            if object == nil || statement.dropFirst(Self.writing.count) != [0x27, 0x29] { isSound = false }
        } else if statement == Self.closing {
            guard let oid = object else { return isSound = false }
            digester?.end(oid: oid)
            closed += 1
            object = nil
        }
    }

    private mutating func takeDigits(
        _ digits: UnsafeRawBufferPointer, into digester: (any LargeObjectDigesting)?
    ) {
        withUnsafeTemporaryAllocation(byteCount: Self.pieceBytes, alignment: 1) { piece in
            var count = 0
            for digit in digits {
                let value = Self.value(digit)
                guard value < 16 else { return refuse() }
                guard let first = high else {
                    high = value
                    continue
                }
                high = nil
                piece[count] = first << 4 | value
                count += 1
                if count == piece.count {
                    digester?.take(UnsafeRawBufferPointer(piece))
                    count = 0
                }
            }
            digester?.take(UnsafeRawBufferPointer(piece).part(0, count))
        }
    }

    private mutating func refuse() {
        isSound = false
        isMalformed = true
        literal = .other
    }

    private static func value(_ digit: UInt8) -> UInt8 {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        case _: 0xFF
        }
    }
}
