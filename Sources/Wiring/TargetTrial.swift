import Databases
import Engine
package import Faults
import Jobs

/// Tries every target of a configuration, for `check --connect`.
package struct TargetTrial: Sendable {
    /// What one target answered: a line for people, or why there was none.
    package struct Answer: Sendable {
        package var target: String
        package var result: Result<String, AnyFault>
    }

    private let configuration: LoadedConfiguration

    package init(_ configuration: LoadedConfiguration) {
        self.configuration = configuration
    }

    /// One after the other, in their order.
    package func tryAll() async -> [Answer] {
        let probe = ServerProbe(connectLimit: configuration.settings.limits.connectTimeout)
        var answers: [Answer] = []
        for target in configuration.settings.targets {
            do throws(AnyFault) {
                let facts = try await probe.facts(of: target)
                let text =
                    "PostgreSQL \(facts.version)\(facts.inRecovery ? ", a standby" : ""), \(facts.databases.count) databases: "
                    + facts.databases.joined(separator: ", ")
                answers.append(Answer(target: target.name, result: .success(text)))
            } catch {
                answers.append(Answer(target: target.name, result: .failure(error)))
            }
        }
        return answers
    }
}
