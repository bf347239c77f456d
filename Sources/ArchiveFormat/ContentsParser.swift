/// Reads a header and a table of contents from bytes that arrive in pieces of any size.
///
/// It holds one entry at a time; what is finished waits in ``takeEntries()``. No allocation follows a number
/// of the archive: text grows as its bytes arrive, and a length is checked against what the file still holds.
package struct ContentsParser: Sendable {
    /// Bytes consumed so far, and so the position in the archive.
    package private(set) var position: Int64 = 0
    /// Whether the last entry has been read.
    package private(set) var isComplete = false
    /// Entries read so far.
    package private(set) var entriesRead = 0

    private let total: Int64?
    private let keptMax: Int
    private var field = ContentsField.magic
    private var scratch: [UInt8] = []
    private var text: PendingText?
    private var builder = ContentsBuilder()
    private var finished: [TOCEntry] = []

    private struct PendingText: Sendable {
        var remaining: Int
        var bytes: [UInt8]
    }

    /// - Parameters:
    ///   - total: bytes of the whole archive, if they are known; lengths are checked against it.
    ///   - keptMax: bytes of each text that are kept; what is beyond is read and left out, so that an entry
    ///     with a huge definition costs no memory. Cut entries do not serialise to the bytes they came from.
    package init(total: Int64? = nil, keptMax: Int = .max) {
        self.total = total
        self.keptMax = keptMax
    }

    /// The header, once it has been read.
    package var header: ArchiveHeader? { builder.isHeaderComplete ? builder.header : nil }

    /// What is being read, for the message about an archive that ends here.
    package var partInProgress: String {
        builder.isHeaderComplete ? "entry \(entriesRead + 1) of the table of contents" : "the header"
    }

    /// The entries finished since the last call, in order.
    package mutating func takeEntries() -> [TOCEntry] {
        defer { finished.removeAll(keepingCapacity: true) }
        return finished
    }

    /// Reads on; returns how many bytes were used, which is fewer than given only when the table is complete.
    ///
    /// - Throws: ``ArchiveFault`` about what cannot be right.
    package mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(ArchiveFault) -> Int {
        var used = 0
        while !isComplete {
            let rest = bytes.dropping(used)
            let taken = text == nil ? try takeFixed(rest) : try takeText(rest)
            guard let taken else {
                used = bytes.count
                break
            }
            used += taken
        }
        return used
    }

    /// Reads a field of fixed length; nil when the bytes do not suffice yet, and then they are all kept.
    private mutating func takeFixed(_ bytes: UnsafeRawBufferPointer) throws(ArchiveFault) -> Int? {
        let need: Int
        switch field.shape(offsetSize: builder.header.offsetSize) {
        case .fixed(let count): need = count
        case .integer, .text: need = ArchiveInteger.size
        }
        let missing = need - scratch.count
        guard bytes.count >= missing else {
            scratch.append(contentsOf: bytes)
            position += Int64(bytes.count)
            return nil
        }
        let start = position - Int64(scratch.count)
        position += Int64(missing)
        if scratch.isEmpty {
            try finish(bytes.part(0, need), at: start)
        } else {
            scratch.append(contentsOf: bytes.part(0, missing))
            let whole = scratch
            scratch.removeAll(keepingCapacity: true)
            try whole.withUnsafeBufferPointer { (buffer) throws(ArchiveFault) in
                try finish(UnsafeRawBufferPointer(buffer), at: start)
            }
        }
        return missing
    }

    /// Reads on in a text; nil when it is not finished yet.
    private mutating func takeText(_ bytes: UnsafeRawBufferPointer) throws(ArchiveFault) -> Int? {
        guard var pending = text else { return 0 }
        text = nil
        let taken = min(pending.remaining, bytes.count)
        let kept = min(taken, keptMax - pending.bytes.count)
        if kept > 0 { pending.bytes.append(contentsOf: bytes.part(0, kept)) }
        pending.remaining -= taken
        position += Int64(taken)
        guard pending.remaining == 0 else {
            text = pending
            return nil
        }
        try builder.set(field, text: ArchiveText(pending.bytes), at: position)
        advance()
        return taken
    }

    private mutating func finish(_ raw: UnsafeRawBufferPointer, at start: Int64) throws(ArchiveFault) {
        let shape = field.shape(offsetSize: builder.header.offsetSize)
        if case .fixed = shape {
            try builder.set(field, bytes: raw, at: start)
            return advance()
        }
        guard let value = ArchiveInteger.parse(raw) else {
            throw .malformed("the \(field.title) of \(partInProgress) is not an integer", offset: start)
        }
        if case .text = shape { return try beginText(value, at: start) }
        try builder.set(field, integer: value, at: start)
        if field == .entryCount { try checkCount(at: start) }
        advance()
    }

    private mutating func beginText(_ length: Int32, at start: Int64) throws(ArchiveFault) {
        if length == -1 {
            try builder.set(field, text: nil, at: start)
            advance()
            return
        }
        let remains = total.map { $0 - position } ?? Int64(ArchiveLimits.textBytesMax)
        guard length >= 0, Int64(length) <= min(remains, Int64(ArchiveLimits.textBytesMax)) else {
            throw .malformed(
                "the \(field.title) of \(partInProgress) has \(length) bytes, and \(remains) follow",
                offset: start)
        }
        text = PendingText(remaining: Int(length), bytes: [])
        // An empty text is complete without another byte.
        if length == 0 { _ = try takeText(UnsafeRawBufferPointer(start: nil, count: 0)) }
    }

    private func checkCount(at start: Int64) throws(ArchiveFault) {
        let count = Int(builder.header.entryCount)
        guard count <= ArchiveLimits.entriesMax else {
            throw .beyondLimit("\(ArchiveLimits.entriesMax) entries")
        }
        let remains = total.map { ($0 - position) / ArchiveLimits.entryBytesMin } ?? Int64.max
        guard count >= 0, Int64(count) <= remains else {
            throw .malformed(
                "the header announces \(count) entries, more than the archive holds", offset: start)
        }
    }

    /// Goes to the field that follows, from one entry to the next, and to the end.
    private mutating func advance() {
        if field == .dependency, !builder.endsDependencies { return }
        if let next = field.next(version: builder.header.version, layout: builder.header.layout) {
            field = next
            return
        }
        if field == .entryCount {
            builder.isHeaderComplete = true
        } else {
            finished.append(builder.takeEntry())
            entriesRead += 1
        }
        field = .dumpID
        isComplete = entriesRead >= Int(builder.header.entryCount)
    }
}
