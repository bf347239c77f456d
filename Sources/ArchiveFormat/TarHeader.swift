/// The head of one member of a tar file, 512 bytes.
///
/// Authority: POSIX `pax`, "ustar Interchange Format"; `tarCreateHeader` in PostgreSQL, `src/port/tar.c`,
/// which writes sizes from 8 GiB on in base 256.
package struct TarHeader: Sendable, Equatable {
    /// Bytes of a header, and the unit that members are padded to.
    package static let blockSize = 512

    /// The member's name.
    package var name: String
    /// Bytes of its data, without the padding.
    package var size: Int64

    /// What a block is.
    package enum Block: Sendable, Equatable {
        case member(TarHeader)
        /// All zeros: two of them end the file.
        case zeros
    }

    /// Reads one block of 512 bytes, which begins at `offset`.
    ///
    /// - Throws: ``ArchiveFault/malformed(_:offset:)``; the message tells a wrong checksum.
    package static func parse(_ block: UnsafeRawBufferPointer, at offset: Int64) throws(ArchiveFault) -> Block
    {
        guard block.count == blockSize else { throw .truncated("a tar header", offset: offset) }
        if block[0] == 0, sum(block) == 0 { return .zeros }
        guard isChecksumRight(block) else { throw .malformed(wrongChecksum, offset: offset) }
        guard block[257..<262].elementsEqual("ustar".utf8) else {
            throw .malformed("a tar header is not in the ustar format", offset: offset)
        }
        guard block[156] == 0x30 || block[156] == 0 else {
            throw .malformed("a tar member is not a plain file", offset: offset)
        }
        guard let name = DataFileName.parse(Array(block[0..<100].prefix { $0 != 0 })) else {
            throw .malformed("a tar member has a name that pg_dump does not give", offset: offset)
        }
        guard let size = size(block) else {
            throw .malformed("the size of the tar member \(name) is not a number", offset: offset)
        }
        return .member(TarHeader(name: name, size: size))
    }

    /// What the fault of a wrong checksum says.
    package static let wrongChecksum = "the checksum of a tar header is wrong"

    /// Bytes that the member takes after its header, padding included.
    package var paddedSize: Int64 {
        (size + Int64(TarHeader.blockSize) - 1) / Int64(TarHeader.blockSize) * Int64(TarHeader.blockSize)
    }

    /// The checksum is the sum of all bytes with its own field taken as spaces.
    private static func isChecksumRight(_ block: UnsafeRawBufferPointer) -> Bool {
        let field = block.part(148, 156)
        return octal(block, at: 148, count: 8) == sum(block) - sum(field) + 8 * 0x20
    }

    private static func sum(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        var sum: Int64 = 0
        for index in 0..<bytes.count { sum += Int64(bytes[index]) }
        return sum
    }

    /// The number of a field of octal digits, with spaces before and spaces or zeros after it.
    private static func octal(_ block: UnsafeRawBufferPointer, at start: Int, count: Int) -> Int64? {
        var value: Int64 = 0
        var digits = 0
        for index in start..<start + count {
            let byte = block[index]
            if byte >= 0x30, byte <= 0x37 {
                // Digits after the end of the number are not a part of it.
                guard digits >= 0 else { return nil }
                value = value * 8 + Int64(byte - 0x30)
                digits += 1
            } else if byte == 0x20 || byte == 0 {
                if digits > 0 { digits = -digits }
                if digits == 0, byte == 0 { return nil }
            } else {
                return nil
            }
        }
        return digits == 0 ? nil : value
    }

    /// The size field: octal digits, or base 256 with the highest bit set; nil for what is neither or beyond
    /// 2^62.
    private static func size(_ block: UnsafeRawBufferPointer) -> Int64? {
        guard block[124] & 0x80 != 0 else { return octal(block, at: 124, count: 12) }
        var value: UInt64 = 0
        for index in 124..<136 {
            guard value < 1 << 54 else { return nil }
            value = value << 8 | UInt64(index == 124 ? block[index] & 0x7F : block[index])
        }
        return value <= UInt64(Int64.max) / 2 ? Int64(value) : nil
    }
}
