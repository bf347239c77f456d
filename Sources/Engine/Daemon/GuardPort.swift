package import Jobs
package import Policy

/// Reads what guards look at.
package protocol GuardPort: Sendable {
    /// One reading for each kind and subject; what cannot be read says why, and nothing is thrown.
    ///
    /// - Parameter store: The store that the job writes to, for `free_disk`.
    func read(_ kinds: Set<GuardKind>, targets: [Target], store: String?) async -> [GuardReading]
}
