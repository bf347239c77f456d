import Faults

/// A number of bytes, as people write and read it.
package struct ByteCount: Sendable, Equatable, Hashable, Comparable, Codable, CustomStringConvertible {
    package var bytes: Int64

    package init(_ bytes: Int64) {
        self.bytes = bytes
    }

    package init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }

    package static let zero = ByteCount(0)

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    /// Stays at the largest or smallest count there is, where the sum would go beyond it.
    package static func + (left: ByteCount, right: ByteCount) -> ByteCount {
        let (sum, overflow) = left.bytes.addingReportingOverflow(right.bytes)
        guard overflow else { return ByteCount(sum) }
        return ByteCount(left.bytes < 0 ? .min : .max)
    }

    /// `12 B`, `3.4 KiB`, `117 MiB`: three significant digits, binary units, independent of the locale.
    package var description: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = Double(bytes)
        var unit = 0
        while value.magnitude >= 1023.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(bytes) B" : "\(Decimals.threeDigits(value)) \(units[unit])"
    }

    /// Reads `64MiB`, `1.5 GB`, `2g`, `4096`; decimal and binary units, in any case.
    ///
    /// - Throws: ``MeasureFault/notAByteCount(_:)``.
    package static func parse(_ text: some StringProtocol) throws(MeasureFault) -> ByteCount {
        let lowered = text.lowercased()
        let digits = lowered.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = lowered.dropFirst(digits.count).drop { $0 == " " }
        guard let scale = scales[String(unit)], let number = Double(digits), number * Double(scale) < 9e18
        else {
            throw .notAByteCount(String(text))
        }
        // A whole number may have more digits than a Double holds.
        let exact = Int64(digits).map { $0.multipliedReportingOverflow(by: scale).partialValue }
        return ByteCount(exact ?? Int64(number * Double(scale)))
    }

    private static let scales: [String: Int64] = [
        "": 1, "b": 1, "k": 1 << 10, "kb": 1_000, "kib": 1 << 10, "m": 1 << 20, "mb": 1_000_000,
        "mib": 1 << 20,
        "g": 1 << 30, "gb": 1_000_000_000, "gib": 1 << 30, "t": 1 << 40, "tb": 1_000_000_000_000,
        "tib": 1 << 40,
    ]
}
