import ArchiveFormat

/// Finds where a byte of a block's data stands in the file; only asked for when something is wrong with it.
struct ChunkMap {
    let file: ArchiveFile
    let extent: Extent

    /// The position in the file of this byte of this stream of the block, both counted from 0.
    ///
    /// Where the walk cannot go on, it is where it stopped.
    func position(stream: Int, byte: Int64) -> Int64 {
        var walker = BlockWalker(start: extent.start)
        var streams = 0
        var bytes: Int64 = 0
        while walker.position < extent.end {
            // The finding itself says what is wrong; its place need not be read a second time.
            guard let head = try? file.bytes(at: walker.position, count: 1 + ArchiveInteger.size) else {
                break
            }
            let step = head.withUnsafeBytes { raw in
                var rest = raw
                return walker.next(&rest)
            }
            switch step {
            case .chunk(let length):
                if streams == stream, bytes + length > byte { return walker.position + byte - bytes }
                bytes += length
                walker.skip(length)
            case .streamEnded:
                if streams == stream { return walker.position - Int64(ArchiveInteger.size) }
                streams += 1
                bytes = 0
            case .began, .object, .ended: break
            case .malformed, nil: return walker.position
            }
        }
        return min(walker.position, extent.end)
    }
}
