extension Rule {
    /// Every rule, for the tests that plant a violation of each.
    static let all: [Rule] = [
        .noForceTry, .noForceCast, .noFatalError, .noForceUnwrap, .clockInWiring, .environmentInWiring,
        .onlyProgramPrints, .noTestSleeps, .nothingPublic, .noUnfinished, .noMachinePaths,
        .optionalTrySaysWhy,
        .uncheckedNamesDecision, .packageIsDocumented, .shortFiles, .shallowFolders, .namedForItsType,
        .essentialsOnly, .importsOfTier, .testsCanFail, .linksExist, .decisionsListed, .decisionSections,
        .namedDecisionsExist, .faultCodesTested,
    ]
}
