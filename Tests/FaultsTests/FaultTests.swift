import Faults
import Measures
import TestKit
import Testing

@Suite struct `A fault` {
    private enum DoorFault: Fault {
        case locked

        var code: String { "door.locked" }
        var summary: String { "the door is locked" }
        var remedy: String { "Run 'unlock'." }
    }

    @Test func `reads as one line with its place`() {
        var fault = AnyFault(DoorFault.locked)
        #expect(fault.description == "the door is locked. Run 'unlock'.")
        fault.place = Place(file: "house.yaml", line: 3, column: 7)
        #expect("\(fault)" == "house.yaml:3:7: the door is locked. Run 'unlock'.")
        #expect(FaultText.render(DoorFault.locked) == DoorFault.locked.description)
    }

    @Test func `is of the user's making and does not pass, unless it says otherwise`() {
        let fault = AnyFault(DoorFault.locked)
        #expect(
            fault == AnyFault(code: "door.locked", summary: "the door is locked", remedy: "Run 'unlock'."))
        #expect(fault.exitStatus == .usage)
        #expect(!fault.mayPass)
        let passing = AnyFault(
            code: "c", summary: "s", remedy: "r", place: Place(file: "f"), exitStatus: .undetermined,
            mayPass: true)
        #expect(AnyFault(passing) == passing)
        #expect(FaultList([fault, passing]).faults.count == 2)
    }

    @Test(arguments: [
        ("a\nb", "a b"), ("a\r\n\t b", "a b"), ("\u{1B}[31mred", "[31mred"), ("  a  ", "a"), ("", ""),
        ("a\u{2028}b\u{2029}c", "a b c"), ("a\u{202E}b", "a b"), ("a\u{9B}b\u{7F}c", "a b c"), ("é 🐘", "é 🐘"),
    ])
    func `cannot break a line or move a cursor`(_ text: String, _ line: String) {
        #expect(FaultText.oneLine(text) == line)
    }

    @Test(
        arguments: [
            (nil, nil, "f"), (3, nil, "f:3"), (3, 7, "f:3:7"), (nil, 7, "f"),
        ] as [(Int?, Int?, String)])
    func `has a place that editors know`(_ line: Int?, _ column: Int?, _ text: String) {
        #expect(Place(file: "f", line: line, column: column).description == text)
    }

    @Test func `ends the program with a number that scripts can count on`() {
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 130])
    }

    @Test func `of a measure says what to write`() {
        #expect(
            MeasureFault.notADuration("x").description
                == "'x' is not a duration. Write a number and a unit, such as 90s, 15m, 2h, 1h30m or 7d.")
        #expect(
            MeasureFault.notAByteCount("x").description
                == "'x' is not a size. Write a number and a unit, such as 512MiB, 20GB or 2TiB.")
        #expect(MeasureFault.notADuration("x").code == "measure.not-a-duration")
        #expect(MeasureFault.notAByteCount("x").code == "measure.not-a-byte-count")
    }
}

@Suite struct `A suggestion` {
    @Test(arguments: Rows.read("suggestions.tsv"))
    func `is what somebody probably meant`(_ row: [String]) {
        let candidates = row[1].split(separator: " ").map(String.init)
        #expect(Suggestion.nearest(to: row[0], among: candidates) ?? "-" == row[2], "\(row[3])")
    }

    @Test func `is not looked for in what nobody typed`() {
        let long = String(repeating: "x", count: 65)
        #expect(Suggestion.nearest(to: long, among: [long]) == nil)
    }
}

@Suite struct `A secret` {
    @Test func `is not printed, reflected or dumped`() {
        let secret = Secret("s3cret")
        struct Holder {
            let secret: Secret
        }
        var dumped = ""
        dump([Holder(secret: secret)], to: &dumped)
        for text in ["\(secret)", "\([secret])", String(reflecting: Holder(secret: secret)), dumped] {
            #expect(!text.contains("s3cret"))
        }
        #expect(secret.reveal() == "s3cret")
    }

    @Test func `can be compared`() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
        #expect(Set([Secret("a"), Secret("a")]).count == 1)
    }
}
