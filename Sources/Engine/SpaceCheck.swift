package import Measures

/// Reckons whether a backup will fit before it is begun.
package enum SpaceCheck {
    /// The space that a backup is expected to need: a tenth more than the last one; without one, two thirds of the
    /// database's own size, since indexes are not dumped and the data is compressed.
    package static func expected(lastSize: ByteCount?, databaseSize: ByteCount) -> ByteCount {
        if let lastSize { return ByteCount(lastSize.bytes + lastSize.bytes / 10) }
        return ByteCount(databaseSize.bytes / 3 * 2)
    }

    /// - Throws: ``EngineFault/noSpace(need:free:store:)``.
    package static func check(
        expected: ByteCount, free: ByteCount, reserve: ByteCount, store: String
    ) throws(EngineFault) {
        let need = expected + reserve
        if need > free { throw .noSpace(need: need, free: free, store: store) }
    }
}
