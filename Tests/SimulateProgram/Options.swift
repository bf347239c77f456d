/// What the command line asks for.
struct Options: Sendable {
    var seeds: UInt64 = 10_000
    var first: UInt64 = 1
    /// One seed alone.
    var seed: UInt64?
    /// So many lines of what happened last.
    var lines = 0

    static let usage = """
        Usage: pgvigil-simulate [--seeds N] [--first SEED] | --seed S [--trace [LINES]]

        Lets N worlds of daemons live (10000 unless said otherwise), and tells which promise broke in which.
        """

    /// Nil: it cannot be understood.
    init?(_ words: [String]) {
        var words = words[...]
        while let word = words.popFirst() {
            switch word {
            case "--seeds":
                guard let number = words.popFirst().flatMap({ UInt64($0) }), number > 0 else { return nil }
                seeds = number
            case "--first":
                guard let number = words.popFirst().flatMap({ UInt64($0) }) else { return nil }
                first = number
            case "--seed":
                guard let number = words.popFirst().flatMap({ UInt64($0) }) else { return nil }
                seed = number
            case "--trace":
                lines = 200
                if let number = words.first.flatMap({ Int($0) }) {
                    lines = number
                    words.removeFirst()
                }
            default: return nil
            }
        }
    }
}
