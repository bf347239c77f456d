/// Names of targets, databases and jobs as names of folders, and back.
///
/// What a file name cannot hold, or would give it a meaning, is written as `%` and two hexadecimal digits:
/// the slash, the percent sign, control characters and a leading point. Different names never share a folder.
package enum FolderName {
    /// Bytes of a folder's name; file systems take 255, and a set's own files need some of a path's length.
    static let bytesMax = 200

    /// The folder's name.
    ///
    /// - Throws: ``StorageFault/badName(name:reason:)`` for an empty name and one that is too long.
    package static func encode(_ name: String) throws(StorageFault) -> String {
        guard !name.isEmpty else { throw .badName(name: name, reason: "it is empty") }
        var text = ""
        for (index, scalar) in name.unicodeScalars.enumerated() {
            let isPlain =
                scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "/" && scalar != "%"
                && !(index == 0 && scalar == ".")
            if isPlain {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        guard text.utf8.count <= bytesMax else {
            throw .badName(
                name: name, reason: "it takes \(text.utf8.count) bytes, and \(bytesMax) are allowed")
        }
        return text
    }

    /// The name that a folder stands for; nil if ``encode(_:)`` never writes such a folder.
    package static func decode(_ folder: String) -> String? {
        var name = ""
        var rest = Substring(folder).unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                name.unicodeScalars.append(scalar)
                continue
            }
            guard rest.count >= 2,
                let value = UInt8(String(String.UnicodeScalarView(rest.prefix(2))), radix: 16)
            else { return nil }
            name.unicodeScalars.append(Unicode.Scalar(value))
            rest.removeFirst(2)
        }
        // Only a name that leads back to the same folder is ours; encode refuses what is empty.
        guard let again = try? encode(name), again.utf8.elementsEqual(folder.utf8) else { return nil }
        return name
    }
}
