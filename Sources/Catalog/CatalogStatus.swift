/// What is there of a catalog.
package struct CatalogStatus: Sendable, Equatable {
    /// The server's address, for people.
    package var address: String
    package var database: String
    /// `server_version_num`; nil if the database is missing.
    package var serverVersion: Int?
    package var state: State

    /// How far the schema is.
    package enum State: Sendable, Equatable {
        /// There is no schema, or not even the database.
        case missing
        /// Some changes are not applied yet.
        case behind(applied: [Int], missing: [Int])
        /// As this program needs it.
        case current(Int)
        /// A newer program has been here.
        case newer(found: Int, known: Int)
        /// A change that is applied differs from the one that this program knows by that number.
        case edited(number: Int, name: String)
    }
}
