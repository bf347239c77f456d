import CISAL
import CZlib

/// Adler-32, the checksum of zlib streams (RFC 1950, section 8).
package enum Adler32 {
    /// The checksum of no bytes.
    package static let empty: UInt32 = 1

    /// The checksum of what `value` is of, followed by these bytes.
    package static func extend(_ value: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return value }
        return isal_adler32(value, start, UInt64(bytes.count))
    }

    /// The checksum of two stretches one behind the other; the second has `count` bytes.
    package static func combine(_ first: UInt32, _ second: UInt32, count: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: adler32_combine(UInt(first), UInt(second), Int(count)))
    }
}
