import Faults

/// Makes targets of the variables that applications have: `DATABASE_URL`, and one for each module's database.
enum EnvironmentTargets {
    private static let suffix = "_DATABASE_URL"

    /// `main` of `DATABASE_URL`, `inventory` of `INVENTORY_DATABASE_URL`; `_` becomes `-`; in the order of
    /// the names.
    ///
    /// An empty variable counts as not set. Each target is limited to its URL's database, since the
    /// application's server may hold others that are nobody's business here.
    ///
    /// - Returns: the targets that can be read, the names of all that are meant, and every fault.
    static func read(
        _ environment: [String: String]
    ) -> (targets: [Target], names: [String], faults: [AnyFault]) {
        var targets: [Target] = []
        var names: [String] = []
        var faults: [AnyFault] = []
        for (variable, url) in environment.sorted(by: { $0.key < $1.key }) where !url.isEmpty {
            guard variable == "DATABASE_URL" || variable.hasSuffix(suffix) else { continue }
            let name =
                variable == "DATABASE_URL"
                ? "main" : variable.dropLast(suffix.count).lowercased().replacing("_", with: "-")
            names.append(name)
            guard Name.isValid(name) else {
                faults.append(AnyFault(.badName(name, of: "target (of the variable \(variable))"), at: nil))
                continue
            }
            do throws(URLProblem) {
                let connection = try ConnectionURL.read(url)
                let databases = connection["dbname"].map { [Glob.escape($0)] }
                targets.append(
                    Target(name: name, connection: connection, databases: databases, origin: variable))
            } catch {
                faults.append(AnyFault(.badURL(of: "the environment variable \(variable)", error), at: nil))
            }
        }
        let groups = Dictionary(grouping: targets, by: \.name)
        for (name, group) in groups.sorted(by: { $0.key < $1.key }) where group.count > 1 {
            faults.append(AnyFault(.targetTwice(name, origins: group.map(\.origin)), at: nil))
        }
        return (targets.sorted { $0.name < $1.name }, names, faults)
    }
}
