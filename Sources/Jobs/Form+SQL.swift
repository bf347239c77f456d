/// An entry of `statements:`, before what the job says for all of them.
struct StatementEntry: Sendable {
    var text: StatementText
    var timeout: Duration?
    var lockTimeout: Duration?
    var repetition: SQLSpec.Repetition?

    /// With the job's own limits where the entry has none.
    func statement(timeout general: Duration?, lockTimeout: Duration?) -> SQLSpec.Statement {
        // A concurrent build counts its waits for others' transactions as waits for locks, and stops nobody meanwhile.
        let standard: Duration? = text.words.contains("concurrently") ? nil : .seconds(10)
        return SQLSpec.Statement(
            sql: text.sql, timeout: timeout ?? general,
            lockTimeout: self.lockTimeout ?? lockTimeout ?? standard, repetition: repetition)
    }
}

extension Form where Value == StatementText {
    /// One statement that can be sent by itself.
    static let statementText = Form<String>.text("SQL").map { text, field -> StatementText? in
        let statement = StatementText(text)
        if let problem = statement.problem {
            field.refuse(because: problem.because, remedy: problem.remedy)
            return nil
        }
        return statement
    }
}

extension Form where Value == StatementEntry {
    /// The statement alone, or with its limits.
    static let statement = Form.either(
        text: Form<StatementText>.statementText.map { text, _ -> StatementEntry? in
            StatementEntry(text: text)
        },
        longer: Form.section(StatementKeys.all, owner: "a statement") { section in
            let timeout = section.value(StatementKeys.timeout)
            let lockTimeout = section.value(StatementKeys.lockTimeout)
            let repetition = section.value(StatementKeys.repetition) ?? nil
            guard let text = section.required(StatementKeys.sql) else { return nil }
            if repetition != nil, !text.countsRows {
                section.report(
                    .contradiction(
                        "'repeat' goes on until no row is left, and this statement has no rows",
                        remedy: "Remove 'repeat'; it is for DELETE, UPDATE, INSERT, MERGE, SELECT and WITH."),
                    at: section.keyPlace("repeat"))
            }
            return StatementEntry(
                text: text, timeout: timeout, lockTimeout: lockTimeout, repetition: repetition)
        })
}

extension Form where Value == SQLSpec.Repetition? {
    /// `true`, or `{pause: 1s, max: 10000}`; `false` is once.
    static let repetition = Form.either(
        text: Form<Bool>.flag.map { isOn, _ -> SQLSpec.Repetition?? in
            .some(isOn ? SQLSpec.Repetition() : nil)
        },
        longer: Form.section(RepetitionKeys.all, owner: "repeat") { section in
            let pause = section.value(RepetitionKeys.pause)
            let timesMax = section.value(RepetitionKeys.timesMax)
            guard let pause, let timesMax else { return nil }
            return .some(SQLSpec.Repetition(pause: pause, timesMax: timesMax))
        })
}
