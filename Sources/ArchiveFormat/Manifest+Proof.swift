package import FoundationEssentials

extension Manifest {
    /// What a drill of the set came to: it was restored into a cluster of its own and compared.
    package struct Proof: Sendable, Equatable, Codable {
        /// The run of the drill.
        package var run: UUID
        /// When the drill ended.
        package var at: Date
        package var verdict: Verdict
        package var level: Level
        /// From the first byte to the first answered query; nil where the drill did not get that far.
        package var recoverySeconds: Double?
        /// The version of the server that it was restored into.
        package var server: String

        package init(
            run: UUID, at: Date, verdict: Verdict, level: Level, recoverySeconds: Double? = nil,
            server: String
        ) {
            self.run = run
            self.at = at
            self.verdict = verdict
            self.level = level
            self.recoverySeconds = recoverySeconds
            self.server = server
        }

        /// The three answers of a drill.
        package enum Verdict: String, Sendable, Equatable, Codable, CaseIterable {
            case proven
            case broken
            /// Something that the drill needs was missing; it says nothing about the set.
            case couldNotVerify = "could not verify"
        }

        /// What was compared.
        package enum Level: String, Sendable, Equatable, Codable, CaseIterable {
            /// The number of rows of each table.
            case rows
            /// And their digests.
            case content
        }
    }
}
