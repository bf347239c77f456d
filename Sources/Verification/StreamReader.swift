import ArchiveFormat
import Compression

/// Decodes one stream into a sink, and knows whether it is complete.
struct StreamReader {
    /// Why a stream is not what it should be.
    enum Flaw: Error, Equatable {
        case codec(CompressionFault)
        /// Bytes follow the end of the stream.
        case trailing
        /// The stream does not end.
        case unfinished

        /// Whether a decoder that is allowed more memory might go on.
        var needsWindow: Bool {
            if case .codec(.window) = self { true } else { false }
        }
    }

    /// Bytes after decoding, so far.
    private(set) var decoded: Int64 = 0
    /// Bytes of the stored data that are known to be right, so far.
    private(set) var used: Int64 = 0
    /// Whether every stream met so far carried a checksum.
    private(set) var isChecked: Bool
    /// Whether anything was fed.
    private(set) var isEmpty = true

    private let decoder: (any StreamDecoder)?
    private let room: UnsafeMutableRawBufferPointer
    private let allowsMembers: Bool
    private var membersDone = 0
    private var madeInMember = 0
    private var memberStart: Int64 = 0

    /// - Parameter allowsMembers: whether further streams may follow the first, as gzip members do.
    init(_ wrapping: Workbench.Wrapping, bench: Workbench, allowsMembers: Bool) throws(Flaw) {
        do {
            decoder = try bench.decoder(wrapping)
        } catch {
            throw .codec(error)
        }
        room = bench.output
        self.allowsMembers = allowsMembers
        isChecked = decoder != nil
    }

    /// Decodes the next bytes; the sink gets what comes of them in pieces.
    mutating func feed(
        _ bytes: UnsafeRawBufferPointer, sink: (UnsafeRawBufferPointer) -> Void
    ) throws(Flaw) {
        guard !bytes.isEmpty else { return }
        isEmpty = false
        guard let decoder else {
            decoded += Int64(bytes.count)
            used += Int64(bytes.count)
            sink(bytes)
            return
        }
        var rest = bytes
        var made = 0
        repeat {
            if decoder.isFinished {
                guard !rest.isEmpty else { return }
                try beginMember(decoder)
            }
            let step = try decode(rest, with: decoder)
            rest = rest.dropping(step.used)
            used += Int64(step.used)
            made = step.made
            if made > 0 {
                decoded += Int64(made)
                madeInMember += made
                sink(UnsafeRawBufferPointer(room).part(0, made))
            }
            if decoder.isFinished {
                membersDone += 1
                isChecked = isChecked && decoder.hasChecksum
            }
            if step.used == 0, made == 0, !decoder.isFinished, !rest.isEmpty {
                throw .codec(.broken("no progress"))
            }
        } while !rest.isEmpty || made == room.count
    }

    /// Ends the stream.
    ///
    /// - Parameter allowsNothing: whether no byte at all is a stream without data.
    mutating func finish(allowsNothing: Bool) throws(Flaw) {
        guard let decoder, !decoder.isFinished else { return }
        if allowsNothing, isEmpty { return }
        guard membersDone > 0, madeInMember == 0 else { throw .unfinished }
        used = memberStart
        throw .trailing
    }

    private mutating func beginMember(_ decoder: any StreamDecoder) throws(Flaw) {
        guard allowsMembers else { throw .trailing }
        do {
            try decoder.reset()
        } catch {
            throw .codec(error)
        }
        madeInMember = 0
        memberStart = used
    }

    private mutating func decode(
        _ bytes: UnsafeRawBufferPointer, with decoder: any StreamDecoder
    ) throws(Flaw) -> Decoded {
        do {
            return try decoder.decode(bytes, into: room)
        } catch .broken where membersDone > 0 && madeInMember == 0 {
            // What follows a whole stream and does not begin as another one belongs to nothing.
            throw .trailing
        } catch {
            used += Int64(decoder.usedAtFailure)
            throw .codec(error)
        }
    }
}
