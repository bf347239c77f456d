import Faults
import FoundationEssentials
import Measures
import TestKit
import Testing

@Suite struct `Durations` {
    @Test(arguments: Rows.read("durations.tsv"))
    func `are read with their units`(_ row: [String]) throws {
        guard let seconds = Double(row[1]) else {
            #expect(throws: MeasureFault.notADuration(row[0])) { try DurationText.parse(row[0]) }
            return
        }
        #expect(try DurationText.parse(row[0]) == .milliseconds(Int64(seconds * 1000)), "\(row[2])")
    }

    @Test(arguments: Rows.read("duration-texts.tsv"))
    func `are written for reports and for settings`(_ row: [String]) throws {
        let duration = Duration.milliseconds(try #require(Int64(row[0])))
        #expect(DurationText.render(duration) == row[1], "\(row[3])")
        #expect(DurationText.written(duration) == row[2], "\(row[3])")
        if duration >= .zero { #expect(try DurationText.parse(DurationText.written(duration)) == duration) }
    }

    @Test func `shorter than a millisecond are nothing, on both sides of zero`() {
        #expect(DurationText.render(.microseconds(300)) == "0s")
        #expect(DurationText.render(.microseconds(-300)) == "0s")
        #expect(DurationText.written(.microseconds(300)) == "0s")
    }
}

@Suite struct `Sizes` {
    @Test(arguments: Rows.read("sizes.tsv"))
    func `are read with their units`(_ row: [String]) throws {
        guard let bytes = Int64(row[1]) else {
            #expect(throws: MeasureFault.notAByteCount(row[0])) { try ByteCount.parse(row[0]) }
            return
        }
        #expect(try ByteCount.parse(row[0]) == ByteCount(bytes), "\(row[2])")
    }

    @Test(arguments: Rows.read("size-texts.tsv"))
    func `are written in binary units`(_ row: [String]) throws {
        #expect(ByteCount(try #require(Int64(row[0]))).description == row[1], "\(row[2])")
    }

    @Test func `add up, and stay where numbers end`() {
        #expect(ByteCount(1) + ByteCount(2) == ByteCount(3))
        #expect(ByteCount(.max) + ByteCount(1) == ByteCount(.max))
        #expect(ByteCount(.min) + ByteCount(-1) == ByteCount(.min))
        #expect(ByteCount.zero < ByteCount(1))
    }

    @Test func `are numbers in JSON`() throws {
        let text = try JSONEncoder().encode(["size": ByteCount(5)])
        #expect(String(decoding: text, as: UTF8.self) == #"{"size":5}"#)
        #expect(try JSONDecoder().decode([String: ByteCount].self, from: text) == ["size": ByteCount(5)])
    }
}

@Suite struct `Numbers for people` {
    @Test(arguments: Rows.read("decimals.tsv"))
    func `have so many places`(_ row: [String]) throws {
        let value = try #require(Double(row[0]))
        #expect(Decimals.fixed(value, places: try #require(Int(row[1]))) == row[2], "\(row[3])")
    }

    @Test(arguments: [
        (1.234, "1.23"), (9.994, "9.99"), (9.996, "10.0"), (99.94, "99.9"), (99.96, "100"), (1234.5, "1235"),
        (0, "0.00"), (-12.34, "-12.3"),
    ])
    func `have three digits`(_ value: Double, _ text: String) {
        #expect(Decimals.threeDigits(value) == text)
    }

    @Test(
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"),
            (Int64.min, "-9,223,372,036,854,775,808"),
        ] as [(Int64, String)])
    func `have groups of three digits`(_ value: Int64, _ text: String) {
        #expect(Decimals.grouped(value) == text)
    }
}
