import ArchiveFormat

/// Decodes one data file of a directory archive, or one member of a tar archive.
struct DataFileCheck {
    let data: DataFile
    /// What the data is, for messages.
    let subject: String
    /// Whether it is COPY text.
    let isCopyText: Bool
    /// The number of the large object that it is, of which nothing at all may be stored; nil for other data.
    let object: UInt32?

    /// Reads the file, and says what it holds or what is wrong with it.
    func run(_ bench: Workbench) -> BlockOutcome {
        var outcome = BlockOutcome()
        var content = DataContent.other
        var position = data.extent.start
        do throws(ReadProblem) {
            try decode(bench, &content, &position, &outcome)
        } catch {
            outcome.finding = error.finding(subject: subject, file: data.name, offset: position)
            outcome.needsWindow = error.needsWindow
        }
        if outcome.finding == nil, !content.isTerminated {
            outcome.finding = Finding(
                .copyTerminator, subject: subject, file: data.name, offset: data.extent.end,
                message: "the rows of \(subject) do not end with '\\.'")
        }
        if let object, outcome.finding == nil {
            outcome.largeObjects = 1
            content.endObject(object)
        }
        content.settle(&outcome)
        return outcome
    }

    private func decode(
        _ bench: Workbench, _ content: inout DataContent, _ position: inout Int64,
        _ outcome: inout BlockOutcome
    ) throws(ReadProblem) {
        let file: ArchiveFile
        do { file = try data.open() } catch { throw .file(error) }
        var reader = ExtentReader(file: file, extent: data.extent, bench: bench)
        var stream: StreamReader
        do {
            content = try DataContent(isObjects: object != nil, isCopyText: isCopyText, bench)
            stream = try StreamReader(data.wrapping, bench: bench, allowsMembers: true)
        } catch {
            throw .stream(error)
        }
        while true {
            let window: UnsafeRawBufferPointer
            do { window = try reader.window() } catch { throw .file(error) }
            guard !window.isEmpty else { break }
            do {
                try stream.feed(window) { content.take($0) }
            } catch {
                position = data.extent.start + stream.used
                throw .stream(error)
            }
        }
        // pg_dump leaves the file of an empty large object empty with lz4 and zstd, and writes a gzip member
        // of nothing otherwise (LZ4Stream_init and its twin begin a frame with the first byte).
        let allowsNothing = object != nil && data.wrapping != .gzip
        do {
            try stream.finish(allowsNothing: allowsNothing)
        } catch {
            position = data.extent.start + stream.used
            throw .stream(error)
        }
        outcome.decoded = stream.decoded
        outcome.isChecked = stream.isChecked || stream.isEmpty
    }
}
