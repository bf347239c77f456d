package import Faults

/// One state of a database that several connections read.
package protocol SharedSnapshot: HeldSnapshot {
    /// How many connections there are, from 2.
    var readers: Int { get }
    /// What the rows of every table take, by the table's OID in decimal.
    func layouts() async throws(AnyFault) -> [String: TableLayout]
    /// Keeps everybody from changing or emptying these tables, for as long as the state is held.
    ///
    /// - Returns: False where somebody waits to do so; nobody is kept waiting then.
    func lock(_ tables: [CopySource]) async throws(AnyFault) -> Bool
    /// Reads rows over one of the connections, with the settings that pg_dump gives its own.
    ///
    /// - Parameter sink: Gets whole rows as COPY text.
    /// - Throws: The server's fault, or the sink's.
    func copy(_ stretch: TableStretch, reader: Int, into sink: any ByteSink) async throws(AnyFault)
}

/// How a table lies on its server's disk.
package struct TableLayout: Sendable, Equatable {
    /// Pages of its main fork.
    package var pages: Int64
    /// Bytes of that and of its TOAST table.
    package var bytes: Int64
    /// Whether ranges of its pages can be read by themselves: a heap, on a server of version 14 or later.
    package var isDivisible: Bool
    /// What pg_dump puts behind FROM for tables of an extension's configuration (`pg_extension.extcondition`).
    package var condition: String?

    package init(pages: Int64, bytes: Int64, isDivisible: Bool, condition: String? = nil) {
        self.pages = pages
        self.bytes = bytes
        self.isDivisible = isDivisible
        self.condition = condition
    }
}

/// A part of one table's rows that is read in one go.
package struct TableStretch: Sendable, Equatable {
    /// The index of the table's entry.
    package var entry: Int
    package var source: CopySource
    package var condition: String?
    /// The first page; nil for the start of the table.
    package var from: Int64?
    /// The page after the last one; nil for the end of the table, wherever that is by now.
    package var to: Int64?

    package init(
        entry: Int, source: CopySource, condition: String? = nil, from: Int64? = nil, to: Int64? = nil
    ) {
        self.entry = entry
        self.source = source
        self.condition = condition
        self.from = from
        self.to = to
    }

    package var isFirst: Bool { from == nil }
    package var isLast: Bool { to == nil }
}
