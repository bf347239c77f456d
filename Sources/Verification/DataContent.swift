import ArchiveFormat
import Compression

/// What the decoded data of one block or file is, and what is to be learned of it.
enum DataContent {
    /// COPY text of a table: how it ends, its rows and their digest.
    case rows(CopyTally, RowDigester)
    /// Large objects, one after the other.
    case objects(LargeObjectDigester)
    /// INSERT commands, of which nothing is learned.
    case other

    /// What is to be learned, with digesters of the worker's.
    init(isObjects: Bool, isCopyText: Bool, _ bench: Workbench) throws(StreamReader.Flaw) {
        do {
            if isObjects {
                self = .objects(try bench.objects())
            } else if isCopyText {
                self = .rows(CopyTally(), try bench.rows())
            } else {
                self = .other
            }
        } catch {
            throw .codec(error)
        }
    }

    /// Takes the next decoded bytes.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .rows(var tally, let digester):
            tally.take(bytes)
            digester.take(bytes)
            self = .rows(tally, digester)
        case .objects(let digester): digester.take(bytes)
        case .other: break
        }
    }

    /// Ends the large object of this number.
    func endObject(_ oid: UInt32) {
        switch self {
        case .objects(let digester): digester.end(oid: oid)
        case .rows, .other: break
        }
    }

    /// Whether all of it is there, as far as it tells itself: COPY text ends with `\.`.
    var isTerminated: Bool {
        switch self {
        case .rows(let tally, _): tally.isTerminated
        case .objects, .other: true
        }
    }

    /// Puts rows and digest into the outcome, unless something is wrong.
    func settle(_ outcome: inout BlockOutcome) {
        guard outcome.finding == nil else { return }
        switch self {
        case .rows(_, let digester):
            let digested = digester.end(.archive)
            outcome.rows = digested.rows
            outcome.digest = digested.digest
        case .objects(let digester):
            outcome.digest = digester.digest
        case .other: break
        }
    }
}
