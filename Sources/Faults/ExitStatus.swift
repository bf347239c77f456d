/// What the program tells its caller when it ends; the numbers are part of the interface.
package enum ExitStatus: Int32, Sendable, Equatable, CaseIterable {
    /// All that was asked for was done, and the result is good.
    case done = 0
    /// It ran, and the result is bad.
    case badResult = 1
    /// The command line or the configuration is wrong; nothing ran.
    case usage = 2
    /// It could not be determined: a server unreachable, a program or an extension missing.
    case undetermined = 3
    /// Somebody interrupted it.
    case interrupted = 130
}
