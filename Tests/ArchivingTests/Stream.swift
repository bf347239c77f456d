import ArchiveFormat
import Compression
import FoundationEssentials

/// What pg_dump writes without compression, made by a test, and what is in an archive.
enum Stream {
    /// One entry with its data.
    enum Block {
        /// The rows of a table, without what ends them.
        case table(String, [UInt8])
        case objects([(UInt32, [UInt8])])
    }

    /// A real archive of pg_dump.
    static func fixture(_ name: String, file: String = #filePath) throws -> [UInt8] {
        let folder = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appending(path: "ArchiveFormatTests/Fixtures/\(name)")))
    }

    /// An archive as pg_dump 17 writes it to a pipe, its data in chunks of this size.
    static func make(_ blocks: [Block], chunk: Int = 4_096) throws -> [UInt8] {
        var header = try TableOfContents.parse(fixture("custom-17-none.dump")).header
        header.codec = .none
        let entries = blocks.enumerated().map { index, block in entry(Int32(index + 1), block) }
        var bytes = TableOfContents(header: header, entries: entries).serialise()
        for (index, block) in blocks.enumerated() {
            switch block {
            case .table(_, let rows):
                bytes.append(1)
                ArchiveInteger.append(Int32(index + 1), to: &bytes)
                append(rows + Array("\\.\n\n\n".utf8), chunk, to: &bytes)
            case .objects(let objects):
                bytes.append(3)
                ArchiveInteger.append(Int32(index + 1), to: &bytes)
                for (oid, content) in objects {
                    ArchiveInteger.append(Int32(bitPattern: oid), to: &bytes)
                    append(content, chunk, to: &bytes)
                }
                ArchiveInteger.append(0, to: &bytes)
            }
        }
        return bytes
    }

    /// So many rows that do not repeat, and compress as text does.
    static func rows(_ count: Int, width: Int = 60) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * (width + 12))
        var state: UInt64 = 42
        for row in 0..<count {
            bytes += Array("\(row)\t".utf8)
            for _ in 0..<width {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(97 + (state >> 60)))
            }
            bytes.append(10)
        }
        return bytes
    }

    /// The decoded data of every block, and of every large object, in the order of the archive.
    static func decode(_ archive: [UInt8]) throws -> [String: [UInt8]] {
        let (contents, length) = try TableOfContents.parsePrefix(archive)
        var walker = BlockWalker(start: Int64(length))
        var (found, key, stored): ([String: [UInt8]], String, [UInt8]) = ([:], "", [])
        try archive.withUnsafeBytes { raw in
            var rest = UnsafeRawBufferPointer(rebasing: raw[length...])
            while true {
                if walker.skippable > 0 {
                    let count = Int(walker.skippable)
                    guard count <= rest.count else { throw CompressionFault.broken("cut") }
                    stored += rest[..<count]
                    walker.skip(Int64(count))
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                    continue
                }
                switch walker.next(&rest) {
                case .began(_, let id, _): key = "block \(id)"
                case .object(let oid): key = "object \(oid)"
                case .streamEnded:
                    found[key] = contents.header.codec == .none ? stored : try inflate(stored)
                    stored = []
                case .malformed(let what, _): throw CompressionFault.broken(what)
                case .chunk, .ended: break
                case nil: return
                }
            }
        }
        return found
    }

    /// What zlib itself makes of one stream; it must be used to its end.
    static func inflate(_ stored: [UInt8]) throws -> [UInt8] {
        let decoder = try Inflater(.zlib)
        var (made, used): ([UInt8], Int) = ([], 0)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { room.deallocate() }
        try stored.withUnsafeBytes { raw in
            while !decoder.isFinished {
                let step = try decoder.decode(UnsafeRawBufferPointer(rebasing: raw[used...]), into: room)
                guard step.used > 0 || step.made > 0 else { throw CompressionFault.broken("unfinished") }
                used += step.used
                made += room[..<step.made]
            }
        }
        guard used == stored.count else { throw CompressionFault.broken("trailing") }
        return made
    }

    /// What stands from this chunk on, decoded without anything before it; at most a few MiB of it.
    static func decodePart(_ archive: [UInt8], from offset: Int) throws -> [UInt8] {
        var (position, stored): (Int, [UInt8]) = (offset, [])
        while stored.count < 2 << 20 {
            let length = archive[position...].withUnsafeBytes { ArchiveInteger.parse($0) } ?? 0
            // The last one holds nothing but the end of the stream and the checksum of the whole.
            guard length > 6 else { break }
            position += ArchiveInteger.size
            stored += archive[position..<position + Int(length)]
            position += Int(length)
        }
        // A header makes a zlib stream of it, which only lacks its end.
        let decoder = try Inflater(.zlib)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 20, alignment: 16)
        defer { room.deallocate() }
        let step = try (ZlibFrame.head + stored).withUnsafeBytes { try decoder.decode($0, into: room) }
        return Array(room[..<step.made])
    }

    private static func append(_ data: [UInt8], _ chunk: Int, to bytes: inout [UInt8]) {
        var start = 0
        while start < data.count {
            let end = min(data.count, start + chunk)
            ArchiveInteger.append(Int32(end - start), to: &bytes)
            bytes += data[start..<end]
            start = end
        }
        ArchiveInteger.append(0, to: &bytes)
    }

    private static func entry(_ id: Int32, _ block: Block) -> TOCEntry {
        var entry = TOCEntry()
        entry.dumpID = id
        entry.hadDumper = true
        entry.section = .data
        entry.location = .offset(.notSet, 0)
        entry.relationKind = 0
        switch block {
        case .table(let name, _):
            entry.tag = ArchiveText(Array(name.utf8))
            entry.namespace = ArchiveText(Array("public".utf8))
            entry.description = ArchiveText(Array("TABLE DATA".utf8))
            entry.copyStatement = ArchiveText(Array("COPY public.\(name) (a) FROM stdin;\n".utf8))
        case .objects:
            entry.tag = ArchiveText(Array("1..9".utf8))
            entry.description = ArchiveText(Array("BLOBS".utf8))
        }
        return entry
    }
}
