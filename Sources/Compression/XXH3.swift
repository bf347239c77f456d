import CXXHash

/// XXH3 with 128 bits and the seed 0.
///
/// Authority: the XXH3 algorithm as `xxhash.h` 0.8 fixes it; its value never changes between versions or machines.
enum XXH3 {
    /// The hash of these bytes; the high half is the first that `xxhsum -H2` prints.
    @inline(__always)
    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt128 {
        value(XXH3_128bits(bytes.baseAddress, bytes.count))
    }

    @inline(__always)
    fileprivate static func value(_ hash: XXH128_hash_t) -> UInt128 {
        UInt128(hash.high64) << 64 | UInt128(hash.low64)
    }
}

/// XXH3 of bytes that arrive in pieces; frees itself.
struct StreamHash: ~Copyable {
    private let state: OpaquePointer

    /// A hash of nothing yet.
    init() throws(CompressionFault) {
        guard let state = XXH3_createState() else { throw .library("xxhash") }
        self.state = state
        XXH3_128bits_reset(state)
    }

    deinit {
        XXH3_freeState(state)
    }

    /// Forgets all that was taken in.
    mutating func begin() { XXH3_128bits_reset(state) }

    /// Takes the next bytes in.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
    }

    /// The hash of all that was taken in.
    var value: UInt128 { XXH3.value(XXH3_128bits_digest(state)) }
}
