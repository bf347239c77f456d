/// The ids whose text begins with a prefix, as bounds that an index understands.
struct UUIDRange: Equatable {
    var lowest: String
    var highest: String

    /// Nil if no id in lower case can begin so.
    init?(prefix: String) {
        let lowest = "00000000-0000-0000-0000-000000000000"
        let digits = "0123456789abcdef"
        guard prefix.count <= lowest.count,
            zip(prefix, lowest).allSatisfy({ $1 == "-" ? $0 == "-" : digits.contains($0) })
        else { return nil }
        let rest = lowest.dropFirst(prefix.count)
        self.lowest = prefix + rest
        highest = prefix + rest.replacing("0", with: "f")
    }
}
