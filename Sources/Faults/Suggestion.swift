/// Finds what somebody probably meant to write.
package enum Suggestion {
    /// The candidate nearest to `word` by edit distance, if one is near enough to be a slip of the pen.
    ///
    /// Near enough is at most one edit in three characters, and not every character. Words longer than 64
    /// characters get no suggestion, which bounds the work for text from outside.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        guard word.count <= 64 else { return nil }
        let limit = max(1, word.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = editDistance(Array(word.lowercased()), Array(candidate.lowercased()))
            let isAnotherWord = distance >= max(word.count, candidate.count)
            if distance <= limit, !isAnotherWord, distance < best?.distance ?? Int.max {
                best = (candidate, distance)
            }
        }
        return best?.candidate
    }

    /// Edits (insert, delete, replace, swap of neighbours) from one text to the other: optimal string
    /// alignment.
    private static func editDistance(_ from: [Character], _ to: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...to.count)
        for (row, source) in from.enumerated() {
            var current = [row + 1]
            for (column, target) in to.enumerated() {
                var cost = min(
                    last[column + 1] + 1, current[column] + 1, last[column] + (source == target ? 0 : 1))
                if row > 0, column > 0, source == to[column - 1], from[row - 1] == target {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[to.count]
    }
}
