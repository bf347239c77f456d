/// How many of something work at once: a number of the user's, or what suits the moment.
package enum WorkerCount: Sendable, Equatable, CustomStringConvertible {
    case automatic
    case exactly(Int)

    package var description: String {
        switch self {
        case .automatic: "auto"
        case .exactly(let count): "\(count)"
        }
    }
}
