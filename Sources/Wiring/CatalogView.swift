import Catalog

/// The state of the catalog as a person and a program read it.
package struct CatalogView: Sendable, Encodable {
    let address: String
    let database: String
    let serverVersion: Int?
    /// `missing`, `behind`, `current`, `newer` or `edited`.
    let state: String
    package let current: Bool
    /// The number of the last change that is applied.
    let version: Int?

    init(_ status: CatalogStatus) {
        address = status.address
        database = status.database
        serverVersion = status.serverVersion
        switch status.state {
        case .missing: (state, current, version) = ("missing", false, nil)
        case .behind(let applied, _): (state, current, version) = ("behind", false, applied.max())
        case .current(let number): (state, current, version) = ("current", true, number)
        case .newer(let found, _): (state, current, version) = ("newer", false, found)
        case .edited(let number, _): (state, current, version) = ("edited", false, number)
        }
    }

    /// One line and, unless all is well, what to do.
    package var text: String {
        let place = "catalog \(database) at \(address)"
        let number = version.map { "version \($0)" } ?? "no version"
        return switch state {
        case "current": "\(place): \(number), as this program needs it"
        case "missing": "\(place): not there yet. Run 'pgvigil catalog migrate'."
        case "behind": "\(place): \(number), older than this program. Run 'pgvigil catalog migrate'."
        case "newer": "\(place): \(number), newer than this program. Update pgvigil."
        default:
            "\(place): \(number) is not the one that this program knows. Restore the catalog from its backup."
        }
    }
}
