package import Faults

/// A fault as a row of a golden: all that a program or a person gets to know of it.
package enum FaultLine {
    /// `code  exit status  passes or stays`, and below it the line that a person reads.
    package static func render(_ fault: some Fault) -> String {
        "\(fault.code)  exit \(fault.exitStatus.rawValue)  \(fault.mayPass ? "may pass" : "stays")\n    \(fault)"
    }
}
