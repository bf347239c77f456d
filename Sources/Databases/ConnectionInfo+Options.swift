package import Jobs
package import Postgres

extension ConnectionInfo {
    /// The same for a connection of our own.
    package func options(
        applicationName: String = "pgvigil", statementLimit: Duration = .seconds(60)
    ) -> ConnectionOptions {
        ConnectionOptions(
            parameters: parameters.map { ($0.keyword, $0.value) }, password: password,
            secrets: secrets.map { ($0.keyword, $0.value) },
            applicationName: applicationName, statementLimit: statementLimit)
    }
}
