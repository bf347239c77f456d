import Compression
import Faults
import TestKit
import Testing

@Suite struct `Decoding streams` {
    /// What pg_dump 17 wrote for the rows "one" and "two".
    static let rows = "one\ntwo\n\\.\n\n\n"
    static let zlib = hex("789ccbcf4be52a29cfe78ad1e3e2e202001d640359")
    static let lz4 = hex("04224d184040c00d0000806f6e650a74776f0a5c2e0a0a0a00000000")
    static let zstd = hex("28b52ffd00586900006f6e650a74776f0a5c2e0a0a0a")
    /// The same rows by `gzip -n9`, and with a checksum over the content by the libraries of lz4 and zstd.
    static let gzip = hex("1f8b0800000000000203cbcf4be52a29cfe78ad1e3e2e20200f33729ac0d000000")
    static let zstdWithChecksum = hex("28b52ffd240d6900006f6e650a74776f0a5c2e0a0a0ac4435853")
    static let lz4WithChecksum = hex("04224d186440a70d0000806f6e650a74776f0a5c2e0a0a0a00000000263c3a3f")

    /// One kind of stream with an example of it.
    enum Kind: String, CaseIterable {
        case zlib, gzip, lz4, zstd

        var bytes: [UInt8] {
            switch self {
            case .zlib: `Decoding streams`.zlib
            case .gzip: `Decoding streams`.gzip
            case .lz4: `Decoding streams`.lz4
            case .zstd: `Decoding streams`.zstd
            }
        }

        func decoder() throws -> any StreamDecoder {
            switch self {
            case .zlib: try Inflater(.zlib)
            case .gzip: try Inflater(.gzip)
            case .lz4: try LZ4Decoder()
            case .zstd: try ZstdDecoder(windowLogMax: 23)
            }
        }
    }

    static func hex(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// Decodes in pieces of `size` bytes into room for `room`; gives the text and how many bytes were used.
    private func decode(
        _ bytes: [UInt8], _ decoder: any StreamDecoder, size: Int = 4096, room: Int = 4096
    ) throws -> (text: [UInt8], used: Int) {
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
        defer { output.deallocate() }
        var text: [UInt8] = []
        var used = 0
        try bytes.withUnsafeBytes { raw in
            while !decoder.isFinished {
                let piece = UnsafeRawBufferPointer(rebasing: raw[used..<min(used + size, raw.count)])
                let step = try decoder.decode(piece, into: output)
                text += output.prefix(step.made)
                used += step.used
                if step == Decoded(used: 0, made: 0) { break }
            }
        }
        return (text, used)
    }

    @Test(arguments: Kind.allCases, [1, 2, 7, 4096])
    func `gives what went in, in pieces of any size`(kind: Kind, size: Int) throws {
        for room in [1, 3, 4096] {
            let decoder = try kind.decoder()
            let (text, used) = try decode(kind.bytes, decoder, size: size, room: room)
            #expect(text == Array(Self.rows.utf8))
            #expect(used == kind.bytes.count)
            #expect(decoder.isFinished)
        }
    }

    @Test(arguments: Kind.allCases)
    func `uses nothing beyond the end and begins anew`(kind: Kind) throws {
        let decoder = try kind.decoder()
        for _ in 1...3 {
            let (text, used) = try decode(kind.bytes + [1, 2, 3], decoder)
            #expect(text == Array(Self.rows.utf8))
            #expect(used == kind.bytes.count)
            let more = try decode([1, 2, 3], decoder)
            #expect(more.used == 0 && more.text.isEmpty)
            try decoder.reset()
            #expect(!decoder.isFinished)
        }
    }

    @Test(arguments: Kind.allCases)
    func `is not finished at any byte before the last`(kind: Kind) throws {
        for count in 0..<kind.bytes.count {
            let decoder = try kind.decoder()
            _ = try decode(Array(kind.bytes.prefix(count)), decoder)
            #expect(!decoder.isFinished, "\(count) bytes")
        }
    }

    @Test(arguments: Kind.allCases)
    func `survives every flipped bit`(kind: Kind) throws {
        for bit in 0..<kind.bytes.count * 8 {
            var bytes = kind.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let decoder = try kind.decoder()
            // What it throws is looked at below; here it must answer, and with zlib never with other data.
            guard let (text, _) = try? decode(bytes, decoder) else { continue }
            let isWhole = decoder.isFinished && text == Array(Self.rows.utf8)
            let isCut = !decoder.isFinished
            #expect(isWhole || isCut || kind == .lz4 || kind == .zstd, "bit \(bit)")
        }
    }

    @Test func `tells broken data from data with another checksum`() throws {
        func fault(_ kind: Kind, _ change: (inout [UInt8]) -> Void) throws -> CompressionFault? {
            var bytes = kind.bytes
            change(&bytes)
            let decoder = try kind.decoder()
            do {
                _ = try decode(bytes, decoder)
                return nil
            } catch let fault as CompressionFault {
                return fault
            }
        }
        #expect(try fault(.zlib) { $0[20] ^= 1 } == .checksum("Adler-32"))
        #expect(try fault(.gzip) { $0[$0.count - 8] ^= 1 } == .checksum("CRC-32"))
        #expect(try fault(.gzip) { $0[$0.count - 1] ^= 1 } == .checksum("CRC-32"))
        #expect(try fault(.zlib) { $0[0] ^= 1 }?.code == "stream.broken")
        #expect(try fault(.lz4) { $0[0] ^= 1 }?.code == "stream.broken")
        #expect(try fault(.zstd) { $0[0] ^= 1 }?.code == "stream.broken")
    }

    @Test func `knows whether a stream has a checksum, and checks it`() throws {
        for kind in Kind.allCases {
            let decoder = try kind.decoder()
            _ = try decode(kind.bytes, decoder, size: 1)
            #expect(decoder.hasChecksum == (kind == .zlib || kind == .gzip), "pg_dump's \(kind)")
        }
        for (bytes, decoder, name) in [
            (Self.zstdWithChecksum, try ZstdDecoder(windowLogMax: 23) as any StreamDecoder, "XXH64"),
            (Self.lz4WithChecksum, try LZ4Decoder() as any StreamDecoder, "XXH32"),
        ] {
            #expect(try decode(bytes, decoder).text == Array(Self.rows.utf8))
            #expect(decoder.hasChecksum)
            try decoder.reset()
            let wrong = bytes.dropLast() + [bytes[bytes.count - 1] ^ 1]
            let fault = #expect(throws: CompressionFault.self) { _ = try decode(Array(wrong), decoder) }
            #expect(fault == .checksum(name))
        }
    }

    @Test func `refuses a window beyond the limit without allocating it`() throws {
        var bytes = Self.zstd
        bytes[5] = 0xF8
        let fault = #expect(throws: CompressionFault.self) {
            _ = try decode(bytes, ZstdDecoder(windowLogMax: 23))
        }
        #expect(fault == .window(8 << 20))
    }

    @Test func `has faults that say what to do`() {
        let faults: [CompressionFault] = [
            .broken("invalid distance code"), .checksum("Adler-32"), .window(8 << 20),
            .library("zlib has no memory"),
        ]
        #expect(
            faults.map(\.code) == ["stream.broken", "stream.checksum", "stream.window", "stream.library"])
        let lines = faults.map { "\($0.code) (exit \($0.exitStatus.rawValue)) \($0)" }
        Golden.expect(lines.joined(separator: "\n"), "faults of decoding")
    }
}
