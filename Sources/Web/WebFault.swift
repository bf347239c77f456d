package import Faults

/// What can go wrong with the server of metrics and health.
package enum WebFault: Fault, Equatable {
    /// The address is taken, not ours, or not to be had without being root.
    case cannotListen(address: String, reason: String)

    package var code: String {
        switch self {
        case .cannotListen: "web.cannot-listen"
        }
    }

    package var summary: String {
        switch self {
        case .cannotListen(let address, let reason): "nothing can be served at \(address): \(reason)"
        }
    }

    package var remedy: String {
        switch self {
        case .cannotListen: "Set 'listen' under 'web' in pgvigil.yaml to a free port of this machine."
        }
    }

    package var exitStatus: ExitStatus { .usage }
    package var mayPass: Bool { true }
}
