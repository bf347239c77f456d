/// Bytes that are lent for one call, as an address and a count.
///
/// A pointer may not be handed to what a mutex guards, since that could keep it; a hash reads it and keeps nothing.
struct LentBytes: Sendable {
    private let address: UInt
    private let count: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        address = UInt(bitPattern: bytes.baseAddress)
        count = bytes.count
    }

    var buffer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
    }
}
