import ArchiveFormat
import Compression

/// What one worker works with: its buffers and its decoders, made once and used for every block.
///
/// With 32 workers at most and these sizes, all of them together stay under 48 MiB.
final class Workbench {
    /// Bytes that are read from the disk at once.
    static let inputBytes = 1 << 20
    /// Bytes that are decoded at once; small enough to stay in a processor's second-level cache.
    static let outputBytes = 256 << 10

    let input: UnsafeMutableRawBufferPointer
    let output: UnsafeMutableRawBufferPointer
    let meter: ProgressMeter
    private let windowLogMax: Int32
    private var decoders: [Choice: any StreamDecoder] = [:]
    private var rowDigester: RowDigester?
    private var objectDigester: LargeObjectDigester?
    private var raw: ISALInflater?
    /// Whether zlib and gzip streams are decoded by ISA-L; what it does not like is for zlib itself to judge.
    var isFast = false

    /// What kind of stream is to be decoded.
    enum Wrapping: Sendable, Hashable {
        case stored
        case zlib
        case gzip
        case lz4
        case zstd
    }

    private struct Choice: Hashable {
        var wrapping: Wrapping
        var isFast: Bool
    }

    init(meter: ProgressMeter, windowLogMax: Int32) {
        self.meter = meter
        self.windowLogMax = windowLogMax
        input = .allocate(byteCount: Workbench.inputBytes, alignment: 64)
        output = .allocate(byteCount: Workbench.outputBytes, alignment: 64)
    }

    deinit {
        input.deallocate()
        output.deallocate()
    }

    /// Bytes from the start of a window in the input buffer to the end of that buffer.
    func distanceToEnd(of window: UnsafeRawBufferPointer) -> Int {
        guard let start = window.baseAddress, let base = input.baseAddress else { return 0 }
        return UnsafeRawPointer(base).advanced(by: input.count) - start
    }

    /// A digester that has seen nothing.
    func rows() throws(CompressionFault) -> RowDigester {
        if let rowDigester {
            rowDigester.reset()
            return rowDigester
        }
        let digester = try RowDigester()
        rowDigester = digester
        return digester
    }

    /// A digester that has seen nothing.
    func objects() throws(CompressionFault) -> LargeObjectDigester {
        if let objectDigester {
            objectDigester.reset()
            return objectDigester
        }
        let digester = try LargeObjectDigester()
        objectDigester = digester
        return digester
    }

    /// A decoder at the start of a stream; nil for data that is stored as it is.
    func decoder(_ wrapping: Wrapping) throws(CompressionFault) -> (any StreamDecoder)? {
        let choice = Choice(wrapping: wrapping, isFast: isFast)
        if let decoder = decoders[choice] {
            try decoder.reset()
            return decoder
        }
        let decoder: any StreamDecoder
        switch wrapping {
        case .stored: return nil
        case .zlib: decoder = isFast ? ISALInflater(.zlib) : try Inflater(.zlib)
        case .gzip: decoder = isFast ? ISALInflater(.gzip) : try Inflater(.gzip)
        case .lz4: decoder = try LZ4Decoder()
        case .zstd: decoder = try ZstdDecoder(windowLogMax: windowLogMax)
        }
        decoders[choice] = decoder
        return decoder
    }

    /// A decoder for a part of a zlib stream, without what is around it.
    func rawDecoder() -> ISALInflater {
        let decoder = raw ?? ISALInflater(.raw)
        decoder.reset()
        raw = decoder
        return decoder
    }
}
