import ArchiveFormat

extension GlobalsScript {
    /// Where roles are brought back to.
    package enum Destination: Sendable, Equatable {
        /// A private cluster, whose bootstrap role is this one.
        case throwaway(bootstrapRole: String)
        /// A server that lives and has these roles: they are left as they are.
        case living(roles: Set<String>)
    }

    /// What to perform, in order, and what is left out and why.
    package struct Plan: Sendable, Equatable {
        package var statements: [Statement]
        package var skipped: [Skip]
    }

    /// A statement that is not performed.
    package struct Skip: Sendable, Equatable {
        package var statement: Statement
        package var why: String
    }

    /// What a statement's outcome comes to.
    package enum Classified: Sendable, Equatable {
        case fine
        /// The role is there already; the note names it.
        case alreadyThere(role: String)
        /// Why, without anything secret.
        case failed(String)
    }

    /// What to perform so that roles and memberships are there; the order of the script is kept, which pg_dumpall
    /// chose so that grantors come before what they grant.
    package func plan(_ destination: Destination) -> Plan {
        var plan = Plan(statements: [], skipped: [])
        for one in statements {
            if let why = Self.reason(to: one.kind, destination) {
                plan.skipped.append(Skip(statement: one, why: why))
            } else {
                plan.statements.append(one)
            }
        }
        return plan
    }

    private static func reason(to kind: Kind, _ destination: Destination) -> String? {
        switch kind {
        case .createTablespace, .tablespaceOther: return "tablespaces are mapped away"
        case .createRole, .alterRole, .roleSetting, .roleComment, .roleLabel, .membership, .setting, .other:
            break
        }
        switch destination {
        case .throwaway(let bootstrap):
            // initdb made it.
            return kind == .createRole(bootstrap) ? "the cluster has it from the start" : nil
        case .living(let roles):
            guard let role = kind.changedRole, roles.contains(role) else { return nil }
            return "the server has a role of that name, which is left as it is"
        }
    }

    /// What the server's answer to a statement comes to.
    package static func classify(
        _ statement: Statement, _ outcome: StatementOutcome, bootstrapRole: String
    ) -> Classified {
        switch outcome {
        case .done: return .fine
        case .refused(let state, let message):
            guard case .createRole(let role) = statement.kind, state == duplicateObject else {
                return .failed("\(withoutSecrets(message, of: statement)) (\(state))")
            }
            return role == bootstrapRole ? .fine : .alreadyThere(role: role)
        }
    }

    /// SQLSTATE of a role that is there already.
    private static let duplicateObject = "42710"

    /// The message without any string that stands in the statement: one of them may be a password hash.
    private static func withoutSecrets(_ message: String, of statement: Statement) -> String {
        var text = message
        guard let mark = statement.tokens.firstIndex(where: { $0.isWord("PASSWORD") }),
            mark + 1 < statement.tokens.count
        else { return text }
        let secret = statement.tokens[mark + 1]
        for form in [secret.text, secret.literal ?? "", secret.text.replacing("'", with: "")]
        where !form.isEmpty {
            text = text.replacing(form, with: "…")
        }
        return text
    }

    /// A line for each statement that did not come to what it should, and one for all that did.
    ///
    /// - Parameters:
    ///   - outcomes: Of the plan's statements, in their order; those that are missing count as not performed.
    ///   - isDrill: In a drill a role that is there already is worth a note; on a living server it is a conflict.
    package static func lines(
        _ plan: Plan, _ outcomes: [StatementOutcome], bootstrapRole: String, isDrill: Bool
    ) -> [DrillLine] {
        var lines: [DrillLine] = []
        var fine = 0
        for (statement, outcome) in zip(plan.statements, outcomes) {
            switch classify(statement, outcome, bootstrapRole: bootstrapRole) {
            case .fine: fine += 1
            case .alreadyThere(let role):
                let text = "it was there already"
                lines.append(
                    isDrill
                        ? .note(.globals, "role \(role)", text)
                        : DrillLine(.globals, "role \(role)", found: text, state: .broken))
            case .failed(let why):
                lines.append(DrillLine(.globals, "\(statement)", found: why, state: .broken))
            }
        }
        let missing = plan.statements.count - outcomes.count
        if missing > 0 {
            lines.append(.unknown(.globals, "\(missing) statements", "they were not performed"))
        }
        if fine > 0 {
            let text = TextLines.count(fine, "statement")
            lines.insert(DrillLine(.globals, text, found: "performed", state: .ok, count: fine), at: 0)
        }
        return lines + notes(plan.skipped)
    }

    /// A note for each reason to leave statements out; what `initdb` did is not worth one.
    private static func notes(_ skipped: [Skip]) -> [DrillLine] {
        var names: [(why: String, subjects: [String])] = []
        for skip in skipped {
            if case .createRole = skip.statement.kind, skip.why.hasPrefix("the cluster") { continue }
            let subject: String
            switch skip.statement.kind {
            case .createTablespace(let name), .tablespaceOther(let name): subject = "tablespace \(name)"
            case .createRole, .alterRole, .roleSetting, .roleComment, .roleLabel, .membership, .setting,
                .other:
                subject = skip.statement.kind.changedRole.map { "role \($0)" } ?? "\(skip.statement)"
            }
            if let at = names.firstIndex(where: { $0.why == skip.why }) {
                if !names[at].subjects.contains(subject) { names[at].subjects.append(subject) }
            } else {
                names.append((skip.why, [subject]))
            }
        }
        return names.map { .note(.globals, $0.subjects.joined(separator: ", "), $0.why) }
    }
}
