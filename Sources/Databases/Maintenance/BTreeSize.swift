import Measures

/// How large a B-tree would be after a clean rebuild, by what the statistics know of its columns.
///
/// The layout is that of `src/include/access/nbtree.h` and `itup.h`, the filling that of `nbtsort.c`. It errs to the
/// large side where the statistics do not tell, such as for how many values several columns have together.
struct BTreeSize {
    /// A column as the statistics know it.
    struct Column {
        /// Bytes on the average, of those that are not null.
        var width: Double
        var alignment: Double
        /// From 0 to 1.
        var nulls: Double
        /// As `n_distinct` of `pg_stats`: negative for a share of the rows.
        var distinct: Double
        /// Equal values are the same bytes.
        var isEqualImage: Bool

        init(width: Double, alignment: Double, nulls: Double, distinct: Double, isEqualImage: Bool) {
            self.width = width
            self.alignment = alignment
            self.nulls = nulls
            self.distinct = distinct
            self.isEqualImage = isEqualImage
        }

        /// A value has no more bytes; from 18 on, the owner of a table may write what he likes into its statistics.
        private static let widthMax = Double(1 << 30)

        /// Reads a line of ``MaintenanceQueries/widths``.
        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard words.count == 6, let width = Double(words[0]), let length = Int(words[1]),
                let nulls = Double(words[3]), let distinct = Double(words[4]), (0...1).contains(nulls),
                distinct.isFinite, (0...Self.widthMax).contains(width)
            else { return nil }
            // A short value of varying length is not aligned (manual, "Database Page Layout").
            let isPacked = length < 0 && width < 127
            let alignments: [Substring: Double] = ["c": 1, "s": 2, "i": 4, "d": 8]
            self.init(
                width: width, alignment: isPacked ? 1 : alignments[words[2]] ?? 1, nulls: nulls,
                distinct: distinct, isEqualImage: words[5] == "1")
        }
    }

    var columns: [Column]
    var tuples: Double
    var fillFactor: Int
    var deduplicates: Bool

    private static let block = 8192.0
    /// A page without its header and what a B-tree keeps at its end.
    private static let room = block - 24 - 16
    private static let pointer = 4.0

    /// No table has more; so many still have a size that can be reckoned.
    static let tuplesMax = 1e13

    /// Nil where nothing is known of the rows, or what is known cannot be.
    var estimate: ByteCount? {
        guard tuples > 0, tuples <= Self.tuplesMax, !columns.isEmpty else { return nil }
        let key = keySize
        // A page holds the next one's first key besides its own, which is cut; the free share is that of the block.
        let leafRoom = max(Self.room - Self.block * Double(100 - fillFactor) / 100, Self.block / 4)
        let perRow = bytesPerRow(key)
        let leaves = max(1, (tuples / max(1, (leafRoom / perRow).rounded(.down))).rounded(.up))
        let fanOut = max(2, (Self.room * 0.7 / (key + Self.pointer)).rounded(.down))
        var (pages, level) = (leaves + 1, leaves)
        while level > 1 {
            level = (level / fanOut).rounded(.up)
            pages += level
        }
        return ByteCount(Int64(pages * Self.block))
    }

    /// Bytes of one entry, without its line pointer.
    private var keySize: Double {
        let nullRows = columns.map(\.nulls).max() ?? 0
        // Eight bytes of header, and the bitmap of nulls in eight more.
        var offset = 8.0 + 8 * nullRows
        for column in columns {
            let start = (offset / column.alignment).rounded(.up) * column.alignment
            offset += (start + column.width - offset) * (1 - column.nulls)
        }
        return Self.aligned(offset)
    }

    /// With equal keys together: each once, and six bytes for each row (`_bt_form_posting` in nbtdedup.c).
    private func bytesPerRow(_ key: Double) -> Double {
        guard deduplicates, columns.allSatisfy(\.isEqualImage) else { return key + Self.pointer }
        guard columns.count == 1, let column = columns.first, column.nulls > 0 else {
            return Self.bytesPerRow(key, rows: tuples / max(1, distinctKeys))
        }
        // All nulls are one key, which is no more than header and bitmap.
        let values = Self.aligned(8 + column.width)
        let valued = tuples * (1 - column.nulls)
        return column.nulls * Self.bytesPerRow(16, rows: tuples * column.nulls) + (1 - column.nulls)
            * Self.bytesPerRow(values, rows: valued / max(1, distinctKeys - 1))
    }

    /// With so many rows to a key.
    private static func bytesPerRow(_ key: Double, rows: Double) -> Double {
        let single = key + pointer
        guard rows >= 2 else { return single }
        // A list of rows is a tenth of a block at most (`_bt_load` in nbtsort.c).
        let perList = max(2, ((block / 10 - key) / 6).rounded(.down))
        let lists = max(1, (rows / perList).rounded(.up))
        return min(single, (lists * single + 6 * rows) / rows)
    }

    private var distinctKeys: Double {
        var keys = 1.0
        for column in columns {
            let values = column.distinct < 0 ? -column.distinct * tuples : column.distinct
            keys *= max(1, values + (column.nulls > 0 ? 1 : 0))
        }
        return min(keys, tuples)
    }

    private static func aligned(_ size: Double) -> Double { (size / 8).rounded(.up) * 8 }
}
