/// Which backup sets a drill or a verification takes.
package enum BackupChoice: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// The newest verified set of each database.
    case latest
    /// One verified set of each database, by chance.
    case random
    /// So large a share of the kept sets, `share` of `of` (1 ≤ share ≤ of ≤ 1000): first those whose last proof is
    /// longest ago, so that all of them have had their turn after `of / share` times.
    case rotate(share: Int, of: Int)
    /// The set whose id begins so: at least four hexadecimal digits, in lower case.
    case id(String)

    /// The text in files: `latest`, `random`, `rotate:1/8`, or an id.
    package var description: String {
        switch self {
        case .latest: "latest"
        case .random: "random"
        case .rotate(let share, let whole): "rotate:\(share)/\(whole)"
        case .id(let id): id
        }
    }

    /// Into how many parts a rotation may divide the sets at most.
    static let partsMax = 1000

    /// Reads what ``description`` writes; nil for anything else.
    package init?(_ text: String) {
        switch text {
        case "latest": self = .latest
        case "random": self = .random
        default:
            if text.hasPrefix("rotate:") {
                let parts = text.dropFirst(7).split(separator: "/", omittingEmptySubsequences: false)
                let numbers = parts.compactMap { part in
                    part.allSatisfy { $0.isASCII && $0.isNumber } ? Int(part) : nil
                }
                guard parts.count == 2, numbers.count == 2, numbers[0] >= 1, numbers[0] <= numbers[1],
                    numbers[1] <= Self.partsMax
                else { return nil }
                self = .rotate(share: numbers[0], of: numbers[1])
            } else {
                let id = text.lowercased()
                let isID = id.utf8.allSatisfy { "0123456789abcdef-".utf8.contains($0) }
                guard isID, (4...36).contains(id.utf8.count), !id.hasPrefix("-") else { return nil }
                self = .id(id)
            }
        }
    }
}
