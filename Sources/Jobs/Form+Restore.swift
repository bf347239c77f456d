import Faults
import FoundationEssentials

extension Form where Value == BackupChoice {
    /// `latest`, `random`, `rotate:1/8`, or an id.
    static let backupChoice = Form<String>.text(
        "choice of backups",
        pattern: "^(latest|random|rotate:[1-9][0-9]{0,3}/[1-9][0-9]{0,3}|[0-9a-fA-F][0-9a-fA-F-]{3,35})$"
    ).map { text, field -> BackupChoice? in
        if let choice = BackupChoice(text) { return choice }
        if text.hasPrefix("rotate") {
            field.refuse(
                because: "it is no share of the backups",
                remedy: "Write rotate:1/8 for an eighth of them each time; the parts are at most "
                    + "\(BackupChoice.partsMax).")
        } else {
            let nearest = Suggestion.nearest(to: text, among: ["latest", "random"])
            field.refuse(
                because: "it is no choice of backups",
                remedy: nearest.map { "Write \($0)." }
                    ?? "Write latest, random, rotate:1/8, or an id of 'pgvigil backups'.")
        }
        return nil
    }
}

extension Form where Value == DrillSpec.Location {
    /// `throwaway`, or `target/NAME`.
    static let location = Form<String>.text(
        "place", pattern: "^(throwaway|target/\(Name.pattern.dropFirst().dropLast()))$"
    ).map { text, field -> DrillSpec.Location? in
        if text == "throwaway" { return .throwaway }
        let name = String(text.dropFirst(7))
        guard text.hasPrefix("target/"), Name.isValid(name) else {
            let nearest = Suggestion.nearest(to: text, among: ["throwaway"])
            field.refuse(
                because: "a drill knows no such place",
                remedy: nearest.map { "Write \($0)." } ?? "Write throwaway, or target/NAME for a target.")
            return nil
        }
        return .target(name)
    }
}

extension Form where Value == RestoreSpec.Destination {
    /// `target/database`.
    static let destination = Form<String>.text(
        "target/database", pattern: "^\(Name.pattern.dropFirst().dropLast())/.+$"
    ).map { text, field -> RestoreSpec.Destination? in
        guard let destination = RestoreSpec.Destination(text) else {
            field.refuse(
                because: "it does not name a database of a target",
                remedy: "Write the name of a target and of a database, such as main/shop_restored.")
            return nil
        }
        return destination
    }
}

extension Form where Value == Date {
    /// An instant with its distance from UTC, since a file does not know its reader's zone.
    static let instant = Form<String>.text(
        "instant",
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}(:[0-9]{2})?))$"
    ).map { text, field -> Date? in
        guard let instant = InstantReader.read(text) else {
            field.refuse(because: "it is no instant", remedy: "Write an instant such as 2026-11-20T02:00Z.")
            return nil
        }
        guard instant.hasOffset else {
            field.refuse(
                because: "it does not say how far it is from UTC",
                remedy: "Write Z or an offset behind the time, such as 2026-11-20T02:00+01:00.")
            return nil
        }
        return instant.date
    }
}

extension Form where Value == Assertion.Expectation {
    /// `rows > 0`, or `value = 42`.
    static let expectation = Form<String>.text(
        "expectation", pattern: "^ *(rows *(=|!=|<|<=|>|>=) *[0-9]+|value *(=|!=|<|<=|>|>=) *[^ ].*) *$"
    ).map { text, field -> Assertion.Expectation? in
        guard let expectation = Assertion.Expectation(text) else {
            field.refuse(
                because: "it is no expectation",
                remedy: "Write rows or value, then one of = != < <= > >=, then what is expected: rows > 0.")
            return nil
        }
        return expectation
    }
}

extension Form where Value == Assertion {
    /// `{sql: …, expect: rows > 0}`, or `{sql: …, max_age: 26h}`.
    static let assertion = Form.section(AssertionKeys.all, owner: "an assertion") { section in
        let sql = section.required(AssertionKeys.sql)
        let database = section.value(AssertionKeys.database)
        let name = section.value(AssertionKeys.name)
        let expect = section.value(AssertionKeys.expect)
        let maxAge = section.value(AssertionKeys.maxAge)
        switch (section.has(AssertionKeys.expect), section.has(AssertionKeys.maxAge)) {
        case (true, true):
            section.report(
                .contradiction(
                    "an assertion has both 'expect' and 'max_age'",
                    remedy: "Write two assertions, each with one of them."),
                at: section.keyPlace("max_age"))
        case (false, false):
            section.report(
                .contradiction(
                    "an assertion expects nothing", remedy: "Write expect: rows > 0, or max_age: 26h."))
        case (true, false), (false, true): break
        }
        guard let sql, let expectation = expect ?? maxAge.map(Assertion.Expectation.maxAge) else {
            return nil
        }
        return Assertion(sql: sql, database: database, name: name, expectation: expectation)
    }
}
