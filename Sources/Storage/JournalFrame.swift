import Compression
import Engine
import Faults
import FoundationEssentials

/// How a record stands in a journal's file: one line of text, with its length and its checksums before it.
///
/// `LENGTH DIGEST CHECK JSON`: the bytes of the JSON in 8 hexadecimal digits, the first 16 of its SHA-256, and the first 8
/// of the SHA-256 of these two as they stand. Since the lengths are checked for themselves, a line that a crash has cut
/// is told from one that was damaged later.
enum JournalFrame {
    /// What a line says.
    enum Record: Equatable {
        case entry(JournalEntry)
        /// All entries whose lines begin before this byte are with the catalog.
        case dropped(before: Int)
    }

    /// What was found at a place of a file.
    enum Finding: Equatable {
        case record(Record, end: Int)
        /// The file ends in the middle of it.
        case torn
        /// The line's own length is sound, and what it holds is not.
        case damaged(end: Int)
        /// No line begins there.
        case alien
    }

    private struct Line: Codable {
        var entry: JournalEntry?
        var before: Int?
    }

    private static let lengthDigits = 8
    private static let digestDigits = 16
    private static let checkDigits = 8
    /// With a blank after each of the three.
    static let headSize = lengthDigits + digestDigits + checkDigits + 3
    private static let checkedSize = lengthDigits + 1 + digestDigits
    private static let blank = UInt8(ascii: " ")
    private static let newline = UInt8(ascii: "\n")

    /// The line of a record.
    static func encode(_ record: Record) throws(StorageFault) -> [UInt8] {
        let line =
            switch record {
            case .entry(let entry): Line(entry: entry)
            case .dropped(let before): Line(before: before)
            }
        let json: [UInt8]
        do { json = Array(try JSONEncoder().encode(line)) } catch {
            throw .io(doing: "write a record to", path: "the journal", reason: "\(error)", mayPass: false)
        }
        return try seal(json)
    }

    /// The line around any JSON.
    static func seal(_ json: [UInt8]) throws(StorageFault) -> [UInt8] {
        let digits = String(json.count, radix: 16)
        let length = String(repeating: "0", count: max(0, lengthDigits - digits.count)) + digits
        let head = Array("\(length) \(try digest(json, digestDigits))".utf8)
        return head + Array(" \(try digest(head, checkDigits)) ".utf8) + json + [newline]
    }

    /// What is at a place of a file's bytes.
    static func look(_ bytes: [UInt8], at start: Int) throws(StorageFault) -> Finding {
        let rest = bytes.count - start
        guard rest >= headSize else { return .torn }
        guard let length = try length(bytes, at: start) else {
            // A file system may have grown the file and not have written to it when the power went.
            return bytes[start...].allSatisfy { $0 == 0 } ? .torn : .alien
        }
        let from = start + headSize
        guard length < rest - headSize else { return .torn }
        let end = from + length + 1
        let json = Array(bytes[from..<(end - 1)])
        let digest = Array(bytes[(start + lengthDigits + 1)..<(start + checkedSize)])
        guard bytes[end - 1] == newline, digest == Array(try Self.digest(json, digestDigits).utf8),
            let record = decode(json)
        else { return .damaged(end: end) }
        return .record(record, end: end)
    }

    /// The next place after this where a sound line begins; nil if there is none.
    static func next(_ bytes: [UInt8], after start: Int) throws(StorageFault) -> Int? {
        var place = start + 1
        while place + headSize <= bytes.count {
            if try length(bytes, at: place) != nil { return place }
            place += 1
        }
        return nil
    }

    /// The length of the JSON by a head that is sound.
    private static func length(_ bytes: [UInt8], at start: Int) throws(StorageFault) -> Int? {
        let blanks = [lengthDigits, checkedSize, headSize - 1]
        guard blanks.allSatisfy({ bytes[start + $0] == blank }) else { return nil }
        let checked = Array(bytes[start..<(start + checkedSize)])
        let check = bytes[(start + checkedSize + 1)..<(start + headSize - 1)]
        guard Array(check) == Array(try digest(checked, checkDigits).utf8) else { return nil }
        return Int(String(decoding: checked.prefix(lengthDigits), as: UTF8.self), radix: 16)
    }

    private static func decode(_ json: [UInt8]) -> Record? {
        // A line that this program does not understand is damaged to it, and kept aside as such.
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(json)) else { return nil }
        return line.entry.map(Record.entry) ?? line.before.map { .dropped(before: $0) }
    }

    private static func digest(_ bytes: [UInt8], _ digits: Int) throws(StorageFault) -> String {
        do throws(CompressionFault) { return String(try SHA256Hasher.hash(bytes).prefix(digits)) } catch {
            throw .noHash(reason: error.summary)
        }
    }
}

/// What a journal's file holds.
struct JournalScan: Equatable {
    /// Each with the byte at which its line begins; those that were dropped are not among them.
    var entries: [(place: Int, entry: JournalEntry)] = []
    /// Where the last line ends; what follows is what a crash has cut.
    var end = 0
    /// Places of what is no record.
    var damage: [Int] = []

    /// Reads a whole file.
    init(_ bytes: [UInt8]) throws(StorageFault) {
        var dropped = 0
        var place = 0
        while place < bytes.count {
            switch try JournalFrame.look(bytes, at: place) {
            case .record(.entry(let entry), let next):
                entries.append((place, entry))
                place = next
            case .record(.dropped(let before), let next):
                dropped = max(dropped, before)
                place = next
            case .damaged, .alien:
                // Not by its length: it may have been cut, and whole lines follow where it would have gone on.
                damage.append(place)
                place = try JournalFrame.next(bytes, after: place) ?? bytes.count
            case .torn:
                guard let next = try JournalFrame.next(bytes, after: place) else {
                    end = place
                    entries.removeAll { $0.place < dropped }
                    return
                }
                damage.append(place)
                place = next
            }
        }
        end = bytes.count
        entries.removeAll { $0.place < dropped }
    }

    static func == (one: JournalScan, other: JournalScan) -> Bool {
        one.end == other.end && one.damage == other.damage
            && one.entries.elementsEqual(other.entries) { $0.place == $1.place && $0.entry == $1.entry }
    }
}
