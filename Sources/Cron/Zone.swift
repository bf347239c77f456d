package import FoundationEssentials
import Measures

/// A time zone as a value: every change of its offset from UTC, up to the year 2200, and the rule for later.
///
/// Only offsets count. Whether the zone's own data calls an offset daylight saving is of no account, since
/// some zones say so of winter (Europe/Dublin), and some move without any flag.
package struct Zone: Sendable, Equatable {
    /// The first year for which the rule of the footer is not laid out as a table.
    static let tableEnd = 2200

    /// The name that it was loaded by, such as `Europe/Paris`.
    package var name: String
    /// The instants at which the offset changes, rising.
    private let changes: [Int]
    /// One more than the changes: the offset before each, and the one after the last.
    private let offsets: [Int]
    /// What the footer says of the time after the table.
    private let rule: PosixRule?

    /// Parses the bytes of a TZif file (RFC 9636, versions 1 to 4) with its footer.
    ///
    /// - Parameter name: what the zone is called; it is not looked at.
    /// - Throws: ``CronFault/badZoneFile(name:because:)``, ``CronFault/zoneCountsLeapSeconds(name:)``.
    package static func parse(tzif: [UInt8], name: String) throws(CronFault) -> Zone {
        let file = try TZifFile.read(tzif, name: name)
        return Zone(name: name, file: file)
    }

    /// Coordinated Universal Time, which has no changes.
    package static let utc = Zone(name: "UTC", changes: [], offsets: [0], rule: nil)

    /// Whether a name can be one of the time zone database, and cannot lead out of the folder of zone files.
    package static func isPlausible(name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 64 else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else {
                return false
            }
            return part.utf8.allSatisfy { byte in
                CrontabWord.isLetterOrDigit(byte) || "_+-".utf8.contains(byte)
            }
        }
    }

    /// Checks a name as ``isPlausible(name:)`` does.
    ///
    /// - Throws: ``CronFault/badZoneName(_:column:)``.
    package static func check(name: String) throws(CronFault) {
        guard isPlausible(name: name) else { throw .badZoneName(name, column: 1) }
    }

    /// Seconds east of UTC at an instant; parts of a second do not count.
    package func offset(at instant: Date) -> Int {
        offset(at: Int64(max(-1e15, min(1e15, instant.timeIntervalSince1970.rounded(.down)))))
    }

    /// What the zone's clocks show at an instant, less UTC, in seconds; positive east of Greenwich.
    ///
    /// - Parameter instant: seconds since 1970-01-01T00:00:00Z.
    package func offset(at instant: Int64) -> Int {
        let instant = min(max(Int(instant), Stretch.past), Stretch.future)
        if let rule, instant >= CivilDay.number(year: Self.tableEnd, month: 1, day: 1) * CivilDay.seconds {
            return rule.offset(at: instant)
        }
        return offsets[index(at: instant)]
    }

    /// Whether its clocks change for as long as can be seen: by a rule that goes on for ever, or by a table
    /// of decades (some zones follow the moon).
    var keepsChanging: Bool {
        rule?.daylight != nil
            || changes.last ?? Stretch.past > CivilDay.number(year: 2037, month: 1, day: 1) * CivilDay.seconds
    }

    /// The stretch that holds an instant.
    func stretch(at instant: Int) -> Stretch { stretch(index(at: instant)) }

    /// The stretch after one that is not the last, else the same.
    func stretch(after stretch: Stretch) -> Stretch { self.stretch(min(stretch.index + 1, changes.count)) }

    /// The stretch before one that is not the first, else the same.
    func stretch(before stretch: Stretch) -> Stretch { self.stretch(max(stretch.index - 1, 0)) }

    private init(name: String, changes: [Int], offsets: [Int], rule: PosixRule?) {
        self.name = name
        self.changes = changes
        self.offsets = offsets
        self.rule = rule
    }

    /// Lays the file's transitions and then those of its footer out as one table; changes of nothing but the
    /// abbreviation or the flag are no changes here.
    private init(name: String, file: TZifFile) {
        var changes: [Int] = []
        // Without a transition the footer speaks of all time.
        let governing = file.transitions.isEmpty ? file.rule : nil
        var offsets = [governing?.standard ?? file.firstOffset]
        let later =
            file.rule.map { $0.changes(after: file.transitions.last?.instant, before: Self.tableEnd) } ?? []
        for (instant, offset) in file.transitions + later {
            if instant <= Stretch.past {
                offsets[0] = offset
            } else if offset != offsets[offsets.count - 1] {
                changes.append(instant)
                offsets.append(offset)
            }
        }
        self.init(name: name, changes: changes, offsets: offsets, rule: file.rule)
    }

    private func stretch(_ index: Int) -> Stretch {
        Stretch(
            index: index, start: index == 0 ? Stretch.past : changes[index - 1],
            end: index == changes.count ? Stretch.future : changes[index],
            offset: offsets[index], offsetBefore: offsets[max(index - 1, 0)])
    }

    /// How many changes came at or before the instant.
    private func index(at instant: Int) -> Int {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
