import Faults

/// What can be wrong with a measure that somebody wrote.
package enum MeasureFault: Fault, Equatable {
    case notADuration(String)
    case notAByteCount(String)

    package var code: String {
        switch self {
        case .notADuration: "measure.not-a-duration"
        case .notAByteCount: "measure.not-a-byte-count"
        }
    }

    package var summary: String {
        switch self {
        case .notADuration(let text): "'\(text)' is not a duration"
        case .notAByteCount(let text): "'\(text)' is not a size"
        }
    }

    package var remedy: String {
        switch self {
        case .notADuration: "Write a number and a unit, such as 90s, 15m, 2h, 1h30m or 7d."
        case .notAByteCount: "Write a number and a unit, such as 512MiB, 20GB or 2TiB."
        }
    }
}
