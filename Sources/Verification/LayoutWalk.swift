import ArchiveFormat

/// The walk over all blocks of a custom archive, for one whose offsets are not set or not right.
struct LayoutWalk {
    private(set) var layout: BlockLayout

    private let file: ArchiveFile
    private let contents: ReadContents
    private var waiting: [Int32: Int] = [:]
    private var walker: BlockWalker
    private var current: (index: Int?, start: Int64)?
    /// What the walk ended with, if it did not end between two blocks at the end of the file.
    private var broken: (message: String, offset: Int64)?

    init(file: ArchiveFile, contents: ReadContents) {
        self.file = file
        self.contents = contents
        layout = BlockLayout(extents: [Extent?](repeating: nil, count: contents.dataEntries.count))
        walker = BlockWalker(start: contents.end)
        for (index, entry) in contents.dataEntries.enumerated() {
            waiting[entry.id] = waiting[entry.id] ?? index
        }
    }

    /// Walks to the end of the file or to the first thing that cannot be right.
    mutating func run(_ bench: Workbench) throws(VerificationFault) {
        while broken == nil, walker.position < file.size {
            var reader = ExtentReader(
                file: file, extent: Extent(start: walker.position, end: file.size), bench: bench)
            try walkWindows(&reader)
        }
        if broken == nil, !walker.isBetweenBlocks { broken = ("the file ends within it", walker.position) }
        try recover()
        reportMissing()
    }

    /// Walks window by window until a chunk reaches beyond one so far that reading on would be a waste.
    private mutating func walkWindows(_ reader: inout ExtentReader) throws(VerificationFault) {
        while broken == nil {
            var window = try reader.window()
            guard !window.isEmpty else { return }
            while broken == nil, let step = walker.next(&window) { handle(step) }
            guard walker.skippable > Int64(Workbench.inputBytes) else { continue }
            guard walker.skippable <= file.size - walker.position else {
                broken = ("a chunk has \(walker.skippable) more bytes than the file", walker.position)
                return
            }
            walker.skip(walker.skippable)
            return
        }
    }

    private mutating func handle(_ step: BlockWalker.Step) {
        switch step {
        case .began(let kind, let id, let offset):
            begin(kind, id: id, offset: offset)
        case .ended:
            if let block = current, let index = block.index {
                layout.extents[index] = Extent(start: block.start, end: walker.position)
            }
            current = nil
        case .malformed(let what, let offset):
            broken = (what, offset)
        case .object, .chunk, .streamEnded:
            break
        }
    }

    private mutating func begin(_ kind: BlockWalker.Kind, id: Int32, offset: Int64) {
        guard let index = waiting.removeValue(forKey: id) else {
            layout.findings.append(
                .blockUnexpected, "the archive", "a block has the number \(id), which no entry waits for",
                at: offset)
            current = (nil, offset)
            return
        }
        current = (index, offset)
        let entry = contents.dataEntries[index]
        if case .offset(.set, let value) = entry.location, Int64(clamping: value) != offset {
            layout.findings.append(
                .blockOffset, entry.qualifiedName,
                "the table of contents has \(entry.qualifiedName) at byte \(value), and it is at \(offset)",
                at: offset)
        }
    }

    /// After a walk that broke off: takes the blocks whose heads stand where the table of contents has them,
    /// and gives the block that was open the bytes up to the next one, so that decoding says what is wrong in
    /// it.
    private mutating func recover() throws(VerificationFault) {
        guard let broken else { return }
        var starts: [(index: Int, offset: Int64)] = []
        if let block = current, let index = block.index { starts.append((index, block.start)) }
        for (index, entry) in contents.dataEntries.enumerated() where layout.extents[index] == nil {
            guard index != current?.index, let offset = try BlockLayout.confirmedOffset(file, entry) else {
                continue
            }
            starts.append((index, offset))
        }
        for (index, start) in starts { layout.extents[index] = Extent(start: start, end: file.size) }
        let found = layout.extents.compactMap { $0 }.sorted { $0.start < $1.start }
        for (index, start) in starts {
            let next = found.first { $0.start > start }
            layout.extents[index]?.end = next?.start ?? file.size
        }
        if current?.index == nil {
            layout.findings.append(.blockMalformed, "the archive", broken.message, at: broken.offset)
        }
    }

    private mutating func reportMissing() {
        for (index, entry) in contents.dataEntries.enumerated() where layout.extents[index] == nil {
            let name = entry.qualifiedName
            let reason = broken.map { ": the walk ended at byte \($0.offset), before it" } ?? ""
            layout.findings.append(.blockMissing, name, "the data of \(name) is not found\(reason)", at: nil)
        }
    }
}
