/// How a daemon stands, as metrics and health tell it.
package struct DaemonState: Sendable, Equatable {
    package var running: Int
    package var waiting: Int
    /// Whether the catalog answered when it was asked last.
    package var isCatalogUp: Bool
    /// How long the lease may still be counted upon; nil without one.
    package var leaseLeft: Duration?
}
