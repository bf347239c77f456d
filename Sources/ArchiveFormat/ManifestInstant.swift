package import FoundationEssentials

/// An instant as a manifest writes it: `2026-11-22T00:30:00.250Z`, without the fraction on a whole second.
///
/// Two backups of one second must keep their order, or `latest` is not the latest; so an instant has milliseconds.
/// Manifests of before have whole seconds only and are read as well.
package enum ManifestInstant {
    /// All that a manifest keeps of an instant: whole milliseconds since 1970.
    package static func milliseconds(_ instant: Date) -> Double {
        (instant.timeIntervalSince1970 * 1000).rounded()
    }

    /// Rounded to the millisecond.
    static func text(_ instant: Date) -> String {
        let milliseconds = milliseconds(instant)
        let seconds = (milliseconds / 1000).rounded(.down)
        let fraction = Int(milliseconds - seconds * 1000)
        let text = Date(timeIntervalSince1970: seconds).formatted(.iso8601)
        guard fraction > 0 else { return text }
        return text.dropLast() + "." + String(String(fraction + 1000).dropFirst()) + "Z"
    }

    /// Reads what ``text(_:)`` writes; nil if it is no instant.
    static func date(_ text: String) -> Date? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return whole(text) }
        guard parts[1].wholeMatch(of: /[0-9]{3}Z/) != nil, let seconds = whole(parts[0] + "Z"),
            let fraction = UInt16(parts[1].dropLast())
        else { return nil }
        return seconds.addingTimeInterval(Double(fraction) / 1000)
    }

    private static func whole(_ text: some StringProtocol) -> Date? {
        // What cannot be read is no instant; the caller says where it stands.
        try? Date(String(text), strategy: .iso8601)
    }
}

extension JSONEncoder.DateEncodingStrategy {
    /// Instants of a manifest.
    static let manifest = custom { instant, encoder in
        var container = encoder.singleValueContainer()
        try container.encode(ManifestInstant.text(instant))
    }
}

extension JSONDecoder.DateDecodingStrategy {
    /// Instants of a manifest.
    static let manifest = custom { decoder in
        let container = try decoder.singleValueContainer()
        guard let instant = ManifestInstant.date(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no instant")
        }
        return instant
    }
}
