import Faults
import Policy

extension Form where Value == JobKind {
    /// The kinds that this version runs are offered; the other words are known, and refused with a remedy of
    /// their own.
    static let kind = Form(
        shape: .choice(JobKeys.kinds.map(\.rawValue)), read: Form.choice.read)
}

extension Form where Value == Retention {
    /// The rules of `keep:`.
    static let keep = Form.section(KeepKeys.all, owner: "keep") { section in
        Retention(
            last: section.value(KeepKeys.last), hourly: section.value(KeepKeys.hourly),
            daily: section.value(KeepKeys.daily), weekly: section.value(KeepKeys.weekly),
            monthly: section.value(KeepKeys.monthly), yearly: section.value(KeepKeys.yearly),
            within: section.value(KeepKeys.within))
    }
}

extension Form where Value == RetryPolicy {
    /// `{attempts: 3, backoff: 1m..15m}`.
    static let retry = Form.section(RetryKeys.all, owner: "retry") { section in
        let attempts = section.value(RetryKeys.attempts)
        let backoff = section.value(RetryKeys.backoff)
        guard let attempts, let backoff else { return nil }
        return RetryPolicy(
            attemptsMax: attempts, backoffMin: backoff.lowerBound, backoffMax: backoff.upperBound)
    }
}

extension Form where Value == ClosedRange<Duration> {
    /// `1m..15m`, each end from a second to a day.
    static let durationRange = Form<String>.text("duration or range", pattern: DurationForm.rangePattern)
        .map { text, field -> ClosedRange<Duration>? in
            DurationForm.readRange(text, .seconds(1) ... .seconds(86_400), field)
        }
}

extension Form where Value == BackupSpec.Compression {
    /// The words of `pg_dump --compress`, with `zlib` for its `gzip`.
    static let compression = Form<String>.text(
        "compression", pattern: "^(none|lz4|isal(:[1-3])?|zlib(:[0-9])?|zstd(:([1-9]|1[0-9]|2[0-2]))?)$"
    ).map { text, field -> BackupSpec.Compression? in
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let level = parts.count == 2 ? Int(parts[1]) : nil
        switch (parts.first, level) {
        case ("none", nil) where parts.count == 1: return BackupSpec.Compression.none
        case ("lz4", nil) where parts.count == 1: return .lz4
        case ("isal", nil) where parts.count == 1: return .isal(level: 2)
        case ("zlib", nil) where parts.count == 1: return .zlib(level: 6)
        case ("zstd", nil) where parts.count == 1: return .zstd(level: 3)
        case ("isal", let level?) where (1...3).contains(level): return .isal(level: level)
        case ("zlib", let level?) where (0...9).contains(level): return .zlib(level: level)
        case ("zstd", let level?) where (1...22).contains(level): return .zstd(level: level)
        case ("gzip", _):
            field.refuse(because: "it is called zlib here", remedy: "Write zlib:\(level ?? 6).")
        case ("lz4", _):
            field.refuse(because: "lz4 has no levels here", remedy: "Write lz4.")
        case ("isal", _), ("zlib", _), ("zstd", _):
            field.refuse(
                because: "there is no such level",
                remedy: "Write isal:1 to isal:3, zlib:0 to zlib:9, or zstd:1 to zstd:22.")
        default:
            let words = ["none", "isal", "zlib", "lz4", "zstd"]
            let nearest = Suggestion.nearest(to: String(parts.first ?? ""), among: words)
            field.refuse(
                because: "it is no compression that pgvigil knows",
                remedy: nearest.map { "Write \($0)." } ?? "Write none, isal:2, zlib:6, lz4 or zstd:3.")
        }
        return nil
    }
}

extension Form where Value == WorkerCount {
    /// `auto`, or a number.
    static func workerCount(_ range: ClosedRange<Int>) -> Form {
        Form(shape: .either([.choice(["auto"]), .whole(range)])) { field in
            guard field.written != "auto" else { return .automatic }
            return Form<Int>.whole(range).read(field).map { .exactly($0) }
        }
    }
}
