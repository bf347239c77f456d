/// Names of data files that an archive's table of contents and lists give.
package enum DataFileName {
    /// The name, if it is one that stays in the archive's folder: ASCII letters, digits, `_`, `-` and `.`,
    /// not beginning with a point.
    package static func parse(_ bytes: [UInt8]) -> String? {
        let isPlain = bytes.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E
        }
        guard isPlain, !bytes.isEmpty, bytes.count <= 255, bytes[0] != 0x2E else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
