import Faults

/// How catching up is written in crontabs: `latest`, `none`, `all:3`.
extension CatchUp {
    /// The most runs that one look may make up for.
    package static let runsMax = 1000

    /// Reads what stands behind `catchup=`.
    ///
    /// - Throws: ``PolicyFault/notACatchUp(_:nearest:)``.
    package static func parse(_ text: String) throws(PolicyFault) -> CatchUp {
        switch text {
        case "latest": return .latest
        case "none": return .none
        default:
            let digits = text.hasPrefix("all:") ? text.dropFirst(4) : ""
            guard let number = Int(digits), (1...runsMax).contains(number), digits.first != "+" else {
                throw .notACatchUp(text, nearest: Suggestion.nearest(to: text, among: ["latest", "none"]))
            }
            return .all(number)
        }
    }

    /// As it is written in crontabs.
    package var description: String {
        switch self {
        case .latest: "latest"
        case .none: "none"
        case .all(let number): "all:\(number)"
        }
    }
}

extension Overlap {
    /// Reads what stands behind `overlap=`.
    ///
    /// - Throws: ``PolicyFault/notAnOverlap(_:nearest:)``.
    package static func parse(_ text: String) throws(PolicyFault) -> Overlap {
        if let overlap = Overlap(rawValue: text) { return overlap }
        throw .notAnOverlap(text, nearest: Suggestion.nearest(to: text, among: allCases.map(\.rawValue)))
    }
}
