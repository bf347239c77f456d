import CLibPQ

/// The version of the libpq that is at work.
package enum LibraryVersion {
    /// Such as `15.18` (`PQlibVersion`, manual, "Miscellaneous Functions").
    package static var text: String { "\(PQlibVersion() / 10_000).\(PQlibVersion() % 10_000)" }
}
