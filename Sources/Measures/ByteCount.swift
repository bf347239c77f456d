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

    package static func + (left: ByteCount, right: ByteCount) -> ByteCount {
        ByteCount(left.bytes.addingReportingOverflow(right.bytes).partialValue)
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
        let lowered = text.lowercased().filter { $0 != " " }
        let digits = lowered.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let scales: [String: Double] = [
            "": 1, "b": 1, "k": 1024, "kb": 1000, "kib": 1024, "m": 1_048_576, "mb": 1e6, "mib": 1_048_576,
            "g": 1_073_741_824, "gb": 1e9, "gib": 1_073_741_824, "t": 1_099_511_627_776, "tb": 1e12,
            "tib": 1_099_511_627_776,
        ]
        guard let number = Double(digits), let scale = scales[String(lowered.dropFirst(digits.count))],
            number * scale < 9e18
        else { throw .notAByteCount(String(text)) }
        return ByteCount(Int64(number * scale))
    }
}
