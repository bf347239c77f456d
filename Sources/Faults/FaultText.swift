/// Makes the line that a person reads of a fault.
package enum FaultText {
    /// `place: summary. Remedy.`, on one line whatever the parts hold.
    ///
    /// Line breaks and other control characters of messages from outside become spaces, so that one fault
    /// stays one line in a log and cannot move a terminal's cursor.
    package static func render(_ fault: some Fault) -> String {
        let prefix = fault.place.map { "\($0): " } ?? ""
        return oneLine("\(prefix)\(fault.summary). \(fault.remedy)")
    }

    /// The text with every run of white space and control characters made one space.
    package static func oneLine(_ text: String) -> String {
        var line = ""
        var gap = false
        for scalar in text.unicodeScalars {
            if scalar == " " || isControl(scalar) {
                gap = true
            } else {
                if gap, !line.isEmpty { line.append(" ") }
                gap = false
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    /// Control characters, line and paragraph separators, and the marks that turn the direction of writing.
    ///
    /// The last can make a terminal show a line in another order than it is written (Unicode Standard Annex
    /// 9).
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
        default: false
        }
    }
}
