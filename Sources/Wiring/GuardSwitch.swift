import Engine
import Jobs
import Policy

/// Reads guards as the configuration that holds now has it: its stores, its limits.
actor GuardSwitch: GuardPort {
    private var current: any GuardPort

    init(_ guards: any GuardPort) { current = guards }

    /// From now on they are read with this.
    func use(_ guards: any GuardPort) { current = guards }

    func read(_ kinds: Set<GuardKind>, targets: [Target], store: String?) async -> [GuardReading] {
        await current.read(kinds, targets: targets, store: store)
    }
}
