import ArchiveFormat

/// Reads whatever comes as an archive through a pipe, cut as its first byte says, and as a table of contents at once.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzReader(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: size)
    guard let first = bytes.first else { return 0 }
    let piece = max(1, Int(first) * 16)
    var scanner = ArchiveScanner()
    do throws(ArchiveFault) {
        var start = 1
        while start < size {
            let end = min(size, start + piece)
            try scanner.consume(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            start = end
        }
        let patched = try scanner.finish()
        // What was taken for whole can be read again.
        let again = try TableOfContents.parse(patched.contentsBytes)
        precondition(again == patched.contents)
    } catch {
        precondition(!error.summary.isEmpty)
    }
    if let contents = scanner.contents {
        precondition(Int64(contents.serialise().count) == scanner.contentsLength)
    }
    return 0
}
