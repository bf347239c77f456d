import Testing

@Suite struct `The sources are tidy` {
    @Test func `no try! anywhere`() { hold(.noForceTry) }
    @Test func `no as! anywhere`() { hold(.noForceCast) }
    @Test func `no fatalError anywhere`() { hold(.noFatalError) }
    @Test func `no force unwrap anywhere`() { hold(.noForceUnwrap) }
    @Test func `the clock is read in Wiring only`() { hold(.clockInWiring) }
    @Test func `the environment is read in Wiring only`() { hold(.environmentInWiring) }
    @Test func `only the program prints`() { hold(.onlyProgramPrints) }
    @Test func `no test sleeps`() { hold(.noTestSleeps) }
    @Test func `nothing is public`() { hold(.nothingPublic) }
    @Test func `nothing is left for later in a comment`() { hold(.noUnfinished) }
    @Test func `no path of somebody's machine`() { hold(.noMachinePaths) }
    @Test func `try? says why in a comment`() { hold(.optionalTrySaysWhy) }
    @Test func `unchecked sharing names its decision record`() { hold(.uncheckedNamesDecision) }
    @Test func `what is package is documented`() { hold(.packageIsDocumented) }
    @Test func `a file has at most 400 lines`() { hold(.shortFiles) }
    @Test func `at most two folders below a target`() { hold(.shallowFolders) }
    @Test func `a file is named for its main type`() { hold(.namedForItsType) }
    @Test func `no import of all of Foundation`() { hold(.essentialsOnly) }
    @Test func `a target imports what its tier may`() { hold(.importsOfTier) }
    @Test func `every test can fail`() { hold(.testsCanFail) }
    @Test func `every link in a document leads somewhere`() { hold(.linksExist) }
    @Test func `the index lists every decision record`() { hold(.decisionsListed) }
    @Test func `a decision record has its sections`() { hold(.decisionSections) }
    @Test func `a decision record that is named exists`() { hold(.namedDecisionsExist) }
    @Test func `every fault code is named by a test`() { hold(.faultCodesTested) }

    @Test func `the package allows no import that the tiers forbid`() throws {
        let declared = Tiers.declared(in: try #require(Project.text(of: "Package.swift")))
        #expect(
            declared.keys.sorted() == Tiers.imports.keys.sorted(),
            "list every target in Tests/TidyTests/Tiers.swift")
        for (target, modules) in declared {
            let extra = modules.subtracting(Tiers.imports[target] ?? [])
            #expect(extra.isEmpty, "\(target) may not depend on \(extra.sorted()); mend Package.swift")
        }
    }

    /// Records every line of the project that breaks the rule, each at its place.
    private func hold(_ rule: Rule) {
        #expect(
            Test.current?.displayName == rule.name || Test.current?.name == "\(rule.name)()",
            "a rule is named like its test")
        for finding in Project.files.flatMap({ rule.findings(in: $0) }) {
            Issue.record(
                "\(finding)",
                sourceLocation: SourceLocation(
                    fileID: "TidyTests/\(finding.path)", filePath: "\(Project.folder)/\(finding.path)",
                    line: finding.line, column: 1))
        }
    }
}
