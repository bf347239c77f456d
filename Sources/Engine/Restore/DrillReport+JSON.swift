import FoundationEssentials

extension DrillReport {
    /// The report as one line of JSON: sorted keys, instants in UTC.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        // A report holds nothing that JSON cannot.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }

    /// Reads what ``json`` writes; nil for anything else.
    package static func parse(_ text: String) -> DrillReport? {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        // Whoever asks says which report it is that cannot be read.
        return try? decoder.decode(DrillReport.self, from: Data(text.utf8))
    }
}
