package import Faults

/// All that the configuration is made of, read by the caller: this module opens no file and asks no
/// environment.
package struct ConfigurationSource: Sendable {
    /// One file: its path as messages shall show it, and what it holds.
    package struct File: Sendable, Equatable {
        package var path: String
        package var text: String

        package init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    /// `pgvigil.yaml`, or nil where there is none.
    package var settings: File?
    /// The files of the jobs folder whose names end in `.yaml` or `.yml`.
    package var jobs: [File]
    package var environment: [String: String]
    package var defaults: SettingsDefaults
    /// Reads a secret from an absolute path; see ``SecretFile``.
    package var readSecretFile: @Sendable (String) -> Result<String, AnyFault>

    package init(
        settings: File?, jobs: [File], environment: [String: String], defaults: SettingsDefaults,
        readSecretFile: @escaping @Sendable (String) -> Result<String, AnyFault>
    ) {
        self.settings = settings
        self.jobs = jobs
        self.environment = environment
        self.defaults = defaults
        self.readSecretFile = readSecretFile
    }
}

/// What holds where the settings say nothing, and what their paths and zones are measured by.
package struct SettingsDefaults: Sendable {
    /// An absolute path.
    package var stateDirectory: String
    /// The absolute path of the store `local`.
    package var storePath: String
    /// What `~/` stands for.
    package var home: String
    /// The absolute folder of `pgvigil.yaml`, which relative paths start from.
    package var baseDirectory: String
    /// Whether this machine knows a time zone by that name.
    package var isZone: @Sendable (String) -> Bool

    package init(
        stateDirectory: String, storePath: String, home: String, baseDirectory: String,
        isZone: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.stateDirectory = stateDirectory
        self.storePath = storePath
        self.home = home
        self.baseDirectory = baseDirectory
        self.isZone = isZone
    }
}

/// What could be read of a configuration, and every fault that was found in it.
package struct ConfigurationReading: Sendable, Equatable {
    /// Nil if there is any fault in them, except that there is no target.
    package var settings: Settings?
    /// Those without a fault, in the order of their names.
    package var jobs: [Job]
    package var faults: [AnyFault]
}
