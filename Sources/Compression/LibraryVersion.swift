import CZlib

/// The version of the zlib that is at work.
package enum LibraryVersion {
    /// Such as `1.2.13` (`zlibVersion`).
    package static var zlib: String { String(cString: zlibVersion()) }
}
