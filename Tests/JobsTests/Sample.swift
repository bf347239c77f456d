import Faults
import Jobs

/// A machine for configurations to be read on: its folders, environment, zones and secrets.
enum Sample {
    static let defaults = SettingsDefaults(
        stateDirectory: "/var/lib/pgvigil", storePath: "/var/backups/pgvigil", home: "/home/me",
        baseDirectory: "/etc/pgvigil", isZone: { ["UTC", "Europe/Paris"].contains($0) })

    static let environment = [
        "SECRET": "s3cret", "EMPTY": "", "NAME": "nas", "LEVEL": "9", "FILE": "file:/run/pw",
    ]

    static let readFile: @Sendable (String) -> Result<String, AnyFault> = { path in
        switch path {
        case "/run/pw": SecretFile.judge(path: path, permissions: 0o640, content: Array("s3cret\n".utf8))
        case "/etc/pgvigil/url": .success("postgres://u:s3cret@h:5433/shop\n\n")
        case "/run/open": SecretFile.judge(path: path, permissions: 0o644, content: [])
        default: SecretFile.unreadable(path, because: "no such file")
        }
    }

    /// Settings without a fault, or the faults.
    static func settings(
        _ text: String?, environment: [String: String] = environment
    ) -> (settings: Settings?, faults: [AnyFault]) {
        ConfigurationParser.settings(
            text: text, file: "pgvigil.yaml", environment: environment, defaults: defaults, readFile: readFile
        )
    }

    static func job(_ text: String, file: String = "jobs/nightly.yaml") -> (job: Job?, faults: [AnyFault]) {
        ConfigurationParser.job(text: text, file: file, environment: environment)
    }
}
