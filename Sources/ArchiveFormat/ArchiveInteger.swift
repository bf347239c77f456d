/// The integers of an archive: a sign byte, then four bytes of magnitude, least significant first.
///
/// Authority: `ReadInt` and `WriteInt` in PostgreSQL, `src/bin/pg_dump/pg_backup_archiver.c`.
package enum ArchiveInteger {
    /// Bytes of one integer.
    package static let size = 5

    /// The integer of five bytes; nil where pg_dump cannot have written them (a sign but 0 and 1, a negative
    /// zero, a magnitude beyond 32 bits).
    package static func parse(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        guard bytes.count >= size, bytes[0] <= 1 else { return nil }
        let magnitude = Int64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        guard bytes[0] == 1 else { return Int32(exactly: magnitude) }
        return magnitude == 0 ? nil : Int32(exactly: -magnitude)
    }

    /// Appends the five bytes of the integer.
    package static func append(_ value: Int32, to bytes: inout [UInt8]) {
        bytes.append(value < 0 ? 1 : 0)
        append(littleEndian: UInt64(value.magnitude), count: 4, to: &bytes)
    }

    /// Appends the lowest `count` bytes of the value, least significant first.
    package static func append(littleEndian value: UInt64, count: Int, to bytes: inout [UInt8]) {
        for index in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
        }
    }

    /// The value of bytes that stand least significant first; at most eight of them count.
    package static func parse(littleEndian bytes: UnsafeRawBufferPointer) -> UInt64 {
        var value: UInt64 = 0
        for (index, byte) in bytes.prefix(8).enumerated() { value |= UInt64(byte) << UInt64(8 * index) }
        return value
    }
}
