package import ArchiveFormat
import Synchronization

/// Digests large objects, one after the other, each in pieces.
///
/// With H = XXH3-128 of an object's content, it adds XXH3-128 of 20 bytes to the sum modulo 2^128: the object's OID
/// and then H, both little-endian. So neither the order of the objects matters nor how they are cut into pages.
/// `docs/manifest.md` has the rule for others. Any thread may use it, for one object at a time.
package final class LargeObjectDigester: LargeObjectDigesting, Sendable {
    private let state: Mutex<State>

    private struct State: ~Copyable {
        var hash: StreamHash
        var digest = RowDigest()
        var count = 0
    }

    /// A digester that has seen nothing.
    ///
    /// - Throws: ``CompressionFault/library(_:)`` when there is no memory.
    package init() throws(CompressionFault) {
        state = Mutex(State(hash: try StreamHash()))
    }

    package func take(_ bytes: UnsafeRawBufferPointer) {
        let lent = LentBytes(bytes)
        state.withLock { $0.hash.take(lent.buffer) }
    }

    package func end(oid: UInt32) {
        state.withLock { state in
            var bytes: [UInt8] = []
            withUnsafeBytes(of: oid.littleEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: state.hash.value.littleEndian) { bytes.append(contentsOf: $0) }
            state.digest.add(bytes.withUnsafeBytes { XXH3.hash($0) })
            state.count += 1
            state.hash.begin()
        }
    }

    /// Forgets everything, so that it begins anew.
    package func reset() {
        state.withLock { state in
            state.hash.begin()
            state.digest = RowDigest()
            state.count = 0
        }
    }

    /// Objects that ended.
    package var count: Int { state.withLock { $0.count } }

    /// The digest of all objects that ended.
    package var digest: RowDigest { state.withLock { $0.digest } }
}
