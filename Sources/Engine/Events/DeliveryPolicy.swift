package import Faults

/// Decides what becomes of a delivery whose try has failed.
package enum DeliveryPolicy {
    /// The wait after the first try; each further one is four times as long.
    package static let waitMin = Duration.seconds(30)
    /// No wait is longer.
    package static let waitMax = Duration.seconds(86_400)
    /// After so many tries, which take two and a half days, it is given up.
    package static let triesMax = 9

    /// What to do after try number `tries`, from 1.
    ///
    /// A fault that does not pass by itself, such as an address that is gone, ends it at once; so does any fault of a
    /// sign that a run has started, which would come after the sign of its end.
    package static func decide(_ message: Message, tries: Int, fault: some Fault, error: String)
        -> DeliveryEnd
    {
        guard fault.mayPass, tries < triesMax, message.occasion != .pulse(.start) else {
            return .givenUp(error: error)
        }
        var wait = waitMin
        for _ in 1..<max(1, tries) where wait < waitMax { wait *= 4 }
        return .again(after: min(wait, waitMax), error: error)
    }
}
