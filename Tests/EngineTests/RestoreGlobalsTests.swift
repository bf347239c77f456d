import ArchiveFormat
import TestKit
import Testing

@testable import Engine

@Suite struct `Roles of a backup` {
    @Test func `every statement is known by what it does`() throws {
        let text = try RestoreFixture.globals("globals-18.sql").statements.map { "\($0)" }
        Golden.expect(text.joined(separator: "\n"), "globals-statements")
    }

    @Test func `the bootstrap role is a superuser who grants, else postgres, else the first superuser`()
        throws
    {
        for row in Rows.read("restore-bootstrap-roles.tsv") {
            #expect(GlobalsScript.parse(Array(row[0].utf8)).bootstrapRole == row[1], "\(row[2])")
        }
        for version in [15, 18] {
            #expect(try RestoreFixture.globals("globals-\(version).sql").bootstrapRole == "boot")
        }
    }

    @Test func `a throwaway cluster gets all but its own bootstrap role and tablespaces`() throws {
        var script = try RestoreFixture.globals("globals-18.sql")
        script.statements +=
            GlobalsScript.parse(
                Array("CREATE TABLESPACE fast LOCATION '/fast'; GRANT ALL ON TABLESPACE fast TO app;".utf8)
            ).statements
        let plan = script.plan(.throwaway(bootstrapRole: "boot"))
        #expect(
            plan.skipped.map { "\($0.statement)" } == [
                "role boot", "tablespace fast", "properties of tablespace fast",
            ])
        #expect(plan.statements.count + 3 == script.statements.count)
        let done = Array(repeating: StatementOutcome.done, count: plan.statements.count)
        let lines = GlobalsScript.lines(plan, done, bootstrapRole: "boot", isDrill: true)
        #expect(RestoreFixture.told(lines).contains("tablespace fast: tablespaces are mapped away"))
        #expect(RestoreFixture.broken(lines).isEmpty)
    }

    @Test func `a living server keeps its roles as they are`() throws {
        let script = try RestoreFixture.globals("globals-18.sql")
        let plan = script.plan(.living(roles: ["app", "boot"]))
        #expect(!plan.statements.contains { $0.kind.changedRole == "app" || $0.kind.changedRole == "boot" })
        let isMember = plan.statements.contains { "\($0)" == "membership of app in readers" }
        #expect(isMember)
    }

    @Test func `a role that is there is fine, worth a note, or a conflict`() throws {
        let script = GlobalsScript.parse(Array("CREATE ROLE boot; CREATE ROLE app; GRANT app TO boot;".utf8))
        let refused = StatementOutcome.refused(sqlState: "42710", message: "role exists")
        let plan = GlobalsScript.Plan(statements: script.statements, skipped: [])
        #expect(GlobalsScript.classify(script.statements[0], refused, bootstrapRole: "boot") == .fine)
        #expect(
            GlobalsScript.classify(script.statements[1], refused, bootstrapRole: "boot")
                == .alreadyThere(role: "app"))
        let wrong = StatementOutcome.refused(sqlState: "42501", message: "permission denied")
        let drill = GlobalsScript.lines(
            plan, [refused, refused, wrong], bootstrapRole: "boot", isDrill: true)
        #expect(drill.map(\.state) == [.ok, .note, .broken])
        let living = GlobalsScript.lines(plan, [refused, refused], bootstrapRole: "boot", isDrill: false)
        #expect(living.map(\.state) == [.ok, .broken, .unknown])
    }

    @Test func `no password is in anything that is printed`() throws {
        let script = try RestoreFixture.globals("globals-15.sql")
        let hash = "SCRAM-SHA-256$4096:"
        let statement = try #require(script.statements.first { $0.sql.contains(hash) })
        #expect(!"\(script)".contains(hash) && !String(reflecting: statement).contains(hash))
        let secret = try #require(statement.tokens.first { $0.text.contains(hash) }?.text)
        let answer = GlobalsScript.classify(
            statement, .refused(sqlState: "42601", message: "syntax error at or near \"\(secret)\""),
            bootstrapRole: "boot")
        #expect(answer == .failed("syntax error at or near \"…\" (42601)"))
        let other = GlobalsScript.parse(
            Array(
                try RestoreFixture.text("globals-15.sql").replacing("SHA-256$4096:N", with: "SHA-256$4096:M")
                    .utf8))
        let lines = compare(script, other)
        #expect(
            RestoreFixture.broken(lines) == [
                "roles: role Shop Owner, password: expected a hash, found another one"
            ])
    }

    @Test func `roles that came back as they were are one line`() throws {
        let script = try RestoreFixture.globals("globals-18.sql")
        let own = GlobalsScript.parse(
            Array("CREATE ROLE \"pgvigil drill\"; ALTER ROLE \"pgvigil drill\" WITH SUPERUSER;".utf8))
        let found = GlobalsScript(statements: own.statements + script.statements)
        #expect(
            RestoreFixture.told(compare(script, found))
                == "ok\t8\troles\t5 roles, 3 memberships: as in the set")
    }

    @Test func `each fault in the roles is found`() throws {
        let text = try RestoreFixture.text("globals-18.sql")
        let script = try RestoreFixture.globals("globals-18.sql")
        var answers: [String] = []
        for row in Rows.read("restore-role-faults.tsv") {
            let damaged = text.replacing(row[0], with: row[1])
            #expect(damaged != text, "\(row[2])")
            let found = RestoreFixture.broken(compare(script, GlobalsScript.parse(Array(damaged.utf8))))
            answers.append("\(row[2])\n" + found.map { "  \($0)" }.joined(separator: "\n"))
        }
        Golden.expect(answers.joined(separator: "\n"), "globals-faults")
    }

    @Test func `between majors only names and pairs are compared`() throws {
        let lines = compare(
            try RestoreFixture.globals("globals-15.sql"), try RestoreFixture.globals("globals-18.sql"),
            sameMajor: false)
        #expect(lines.map(\.state) == [.ok, .note])
    }

    private func compare(
        _ expected: GlobalsScript, _ found: GlobalsScript, sameMajor: Bool = true
    ) -> [DrillLine] {
        GlobalsComparison(
            expected: expected, found: found, ignoring: [GlobalsComparison.ownRole], sameMajor: sameMajor,
            passwords: .withPasswords
        ).lines()
    }
}
