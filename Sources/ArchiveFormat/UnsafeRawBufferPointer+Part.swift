extension UnsafeRawBufferPointer {
    /// The bytes from `start` up to `end` as a buffer of their own; what lies outside is left out.
    package func part(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        guard let base = baseAddress, start < end, start >= 0, start < count else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: base + start, count: (end < count ? end : count) - start)
    }

    /// The bytes from `start` on as a buffer of their own.
    package func dropping(_ start: Int) -> UnsafeRawBufferPointer {
        part(start, count)
    }
}
