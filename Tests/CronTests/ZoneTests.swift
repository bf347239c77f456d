import Cron
import FoundationEssentials
import TestKit
import Testing

@Suite struct `Time zones` {
    @Test func `have the offsets that others read from the same files`() throws {
        for row in Rows.read("offsets.tsv") {
            let zone = try Zones.load(row[0])
            let instant = try #require(Int64(row[1]))
            #expect(zone.offset(at: instant) == Int(row[2]), "\(row)")
        }
    }

    @Test func `follow their footer in the far future`() throws {
        for row in Rows.read("footers.tsv") {
            let zone = try Zone.parse(tzif: TZifBytes(footer: row[0]).bytes, name: "Test")
            let instant = Int64(try Stamp.parse(row[1]).timeIntervalSince1970)
            #expect(zone.offset(at: instant) == Int(row[2]), "\(row)")
        }
    }

    @Test(arguments: [0, UInt8(ascii: "2"), UInt8(ascii: "3"), UInt8(ascii: "4")])
    func `are read in every version of the format`(_ version: UInt8) throws {
        let file = TZifBytes(
            version: version, transitions: [(1_000_000, 1), (2_000_000, 0)], offsets: [3_600, 7_200],
            footer: "AAA-1")
        let zone = try Zone.parse(tzif: file.bytes, name: "Test")
        let found = [Int64(0), 999_999, 1_000_000, 1_999_999, 2_000_000, 9_000_000_000].map {
            zone.offset(at: $0)
        }
        #expect(found == [3_600, 3_600, 7_200, 7_200, 3_600, 3_600])
    }

    @Test func `take version 1 no further than its table`() throws {
        let file = TZifBytes(version: 0, transitions: [(1_000_000, 1)], offsets: [0, 3_600])
        #expect(try Zone.parse(tzif: file.bytes, name: "Test").offset(at: 1 << 40) == 3_600)
    }

    @Test func `have an offset at every instant that an integer holds`() throws {
        let zone = try Zones.load("Europe/Paris")
        #expect((-50_000...50_000).contains(zone.offset(at: .min)))
        #expect((3_600...7_200).contains(zone.offset(at: .max)))
    }

    @Test func `begin with type 0 and take transitions from the beginning of time as that`() throws {
        let file = TZifBytes(transitions: [(Int.min, 1), (1_000, 2)], offsets: [60, 120, 180], footer: "")
        let zone = try Zone.parse(tzif: file.bytes, name: "Test")
        #expect(zone.offset(at: -1_000) == 120 && zone.offset(at: 1_000) == 180)
    }

    @Test func `equal others of the same name and the same changes`() throws {
        let one = try Zones.load("Europe/Paris")
        #expect(try Zones.load("Europe/Paris") == one)
        #expect(try Zones.load("Europe/Berlin") != one)
        #expect(one.name == "Europe/Paris" && Zone.utc.name == "UTC")
    }
}

@Suite struct `Files that are no time zone` {
    private static let sound = TZifBytes(
        transitions: [(1_000_000, 1), (2_000_000, 0)], offsets: [3_600, 7_200],
        footer: "AAA-1BBB,M3.5.0,M10.5.0")

    private func code(_ bytes: [UInt8]) -> String? {
        do {
            _ = try Zone.parse(tzif: bytes, name: "Test")
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `every prefix is refused`() {
        let bytes = Self.sound.bytes
        for count in 0..<bytes.count {
            #expect(code(Array(bytes.prefix(count))) == "zone.bad-file", "\(count)")
        }
        #expect(code(bytes) == nil)
    }

    @Test func `every flipped bit is refused or harmless`() throws {
        for name in ["Europe/Paris", "Asia/Kathmandu"] {
            let data = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))
            let bytes = Array(data)
            // The whole of a small file; of a large one its headers and its end.
            let positions = Array(0..<min(bytes.count, 400)) + Array(max(bytes.count - 60, 0)..<bytes.count)
            for position in positions {
                for bit in 0..<8 {
                    var flipped = bytes
                    flipped[position] ^= 1 << UInt8(bit)
                    // Refusing the file is as good as reading it; only a crash is not.
                    guard let zone = try? Zone.parse(tzif: flipped, name: name) else { continue }
                    #expect((-90_000...93_600).contains(zone.offset(at: 1_800_000_000)))
                    #expect((-90_000...93_600).contains(zone.offset(at: 9_000_000_000)))
                }
            }
        }
    }

    @Test func `what is wrong is said`() {
        var file = Self.sound
        file.version = UInt8(ascii: "1")
        #expect(code(file.bytes) == "zone.bad-file")
        file = Self.sound
        file.transitions = [(2_000_000, 1), (1_000_000, 0)]
        #expect(code(file.bytes) == "zone.bad-file")
        file = Self.sound
        file.transitions = [(1_000_000, 7)]
        #expect(code(file.bytes) == "zone.bad-file")
        file = Self.sound
        file.offsets = [3_600, 100_000]
        #expect(code(file.bytes) == "zone.bad-file")
        file = Self.sound
        file.offsets = []
        file.transitions = []
        #expect(code(file.bytes) == "zone.bad-file")
        #expect(code(Array("not a zone at all, but long enough for a header of one".utf8)) == "zone.bad-file")
        #expect(code([UInt8](repeating: 0, count: 2_000_000)) == "zone.bad-file")
    }

    @Test(arguments: [
        "A", "AAA", "AAA1BBB", "AAA1BBB,", "AAA1BBB,M3.5.0", "AAA1BBB,M13.5.0,M10.5.0",
        "AAA1BBB,M3.6.0,M10.5.0",
        "AAA1BBB,M3.5.7,M10.5.0", "AAA1BBB,M3.5.0,M10.5.0x", "AAA1BBB,M3.5.0/168,M10.5.0", "AAA25", "AAA1:60",
        "<AAA1", "AAA1BBB,J0,J10", "AAA1BBB,366,10", "AAA1BBB,M3,M10", "AAA1BBB99,M3.5.0,M10.5.0",
        "AAA1B,0,1",
        "AAA1BBB,M3.5.0,M10.5.0/99999999999999999999",
    ])
    func `footers that are no rule`(_ footer: String) {
        var file = Self.sound
        file.footer = footer
        #expect(code(file.bytes) == "zone.bad-file")
    }

    @Test func `zones that count leap seconds, with the name of the one that does not`() throws {
        var file = Self.sound
        file.leapSeconds = 2
        let fault = try #require(throws: CronFault.self) {
            try Zone.parse(tzif: file.bytes, name: "right/Europe/Paris")
        }
        #expect(fault.code == "zone.leap-seconds")
        #expect(fault.remedy == "Write Europe/Paris.")
    }

    @Test func `names that lead elsewhere`() throws {
        for name in [
            "Europe/Paris", "UTC", "Etc/GMT+12", "America/Argentina/Buenos_Aires", "America/Port-au-Prince",
        ] {
            #expect(Zone.isPlausible(name: name), "\(name)")
        }
        for name in [
            "", "/etc/passwd", "../etc/passwd", "Europe/../../etc/passwd", "Europe/", "Europe//Paris",
            ".hidden",
            "Europe/.", "Europe/Paris ", "Zürich", "a\0b", "-x", "C:\\x", String(repeating: "a", count: 65),
        ] {
            #expect(!Zone.isPlausible(name: name), "\(name)")
            let fault = try #require(throws: CronFault.self) { try Zone.check(name: name) }
            #expect(fault.code == "zone.bad-name")
        }
    }
}
