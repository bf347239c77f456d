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
            if scalar.value < 0x20 || scalar.value == 0x7F || scalar == " " || (0x80..<0xA0).contains(scalar.value) {
                gap = true
            } else {
                if gap, !line.isEmpty { line.append(" ") }
                gap = false
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
