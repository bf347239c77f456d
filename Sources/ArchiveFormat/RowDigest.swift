/// A digest of a multiset of rows: the sum modulo 2^128 of a 128-bit hash of each, so that their order does not matter
/// and each duplicate counts.
package struct RowDigest: Sendable, Hashable, Codable, CustomStringConvertible {
    package private(set) var value: UInt128

    /// The digest of no rows, or of those whose hashes sum to `value`.
    package init(_ value: UInt128 = 0) { self.value = value }

    /// 32 lower-case hexadecimal digits; nil for anything else.
    package init?(text: String) {
        guard text.utf8.count == 32,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let value = UInt128(text, radix: 16)
        else { return nil }
        self.value = value
    }

    /// Takes the hash of one row in.
    package mutating func add(_ hash: UInt128) { value &+= hash }

    /// Takes the hash of one row out.
    package mutating func subtract(_ hash: UInt128) { value &-= hash }

    /// The digest of these rows and those of another digest together.
    package func adding(_ other: RowDigest) -> RowDigest { RowDigest(value &+ other.value) }

    /// The digest of these rows without those of another digest.
    package func subtracting(_ other: RowDigest) -> RowDigest { RowDigest(value &- other.value) }

    package var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = RowDigest(text: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a digest has 32 lower-case hexadecimal digits")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
