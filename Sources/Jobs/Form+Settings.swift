import Faults
import Measures
import Policy

/// What an entry of `targets:` says.
struct TargetEntry: Sendable {
    var connection: ConnectionInfo
    var databases: [String]?
    var objectives = Objectives()
}

extension Form where Value == ConnectionInfo {
    /// A connection URL; what is wrong with it is said without repeating it.
    static let connection = Form<String>.secret("connection URL").map { text, field -> ConnectionInfo? in
        do throws(URLProblem) {
            return try ConnectionURL.read(text)
        } catch {
            field.report(.badURL(of: field.path, error))
            return nil
        }
    }
}

extension Form where Value == CatalogLocation {
    /// `embedded`, or a connection URL.
    static let catalog = Form(shape: .either([.choice(["embedded"]), Form<ConnectionInfo>.connection.shape]))
    { field in
        if field.written == "embedded" { return .embedded }
        return Form<ConnectionInfo>.connection.read(field).map(CatalogLocation.server)
    }
}

extension Form where Value == TargetEntry {
    /// A connection URL, or `{url: …, password: …, databases: …}`.
    static let target = Form.either(
        text: Form<ConnectionInfo>.connection.map { connection, _ -> TargetEntry? in
            TargetEntry(connection: connection)
        },
        longer: Form.section(TargetKeys.all, owner: "a target") { section in
            let databases = section.value(TargetKeys.databases)
            let password = section.value(TargetKeys.password)
            let objectives = section.value(TargetKeys.objectives) ?? Objectives()
            guard var connection = section.required(TargetKeys.url) else { return nil }
            if let password { connection.password = Secret(password) }
            return TargetEntry(connection: connection, databases: databases, objectives: objectives)
        })
}

extension Form where Value == String {
    /// A path, or `{path: …}`.
    static let store = Form.either(
        text: .path, longer: Form.section(StoreKeys.all, owner: "a store") { $0.required(StoreKeys.path) })
}

extension Form where Value == Limits {
    /// The bounds of `limits:`.
    static let limits = Form.section(LimitKeys.all, owner: "limits") { section in
        let runs = section.value(LimitKeys.runs)
        let heavy = section.value(LimitKeys.heavyPerTarget)
        let writers = section.value(LimitKeys.writersPerStore)
        let drills = section.value(LimitKeys.drills)
        let timeout = section.value(LimitKeys.connectTimeout)
        let space = section.value(LimitKeys.freeSpace)
        guard let runs, let heavy, let writers, let drills, let timeout, let space else { return nil }
        return Limits(
            runsMax: runs, heavyRunsMax: heavy, writersMax: writers, drillsMax: drills,
            connectTimeout: timeout, freeSpaceMin: space)
    }
}

extension Form where Value == DaemonSettings {
    /// `{lease: 30s, grace: 60s}`.
    static let daemon = Form.section(DaemonKeys.all, owner: "daemon") { section in
        let lease = section.value(DaemonKeys.lease)
        let grace = section.value(DaemonKeys.grace)
        guard let lease, let grace else { return nil }
        return DaemonSettings(lease: lease, grace: grace)
    }
}

extension Form where Value == WebSettings {
    /// `{listen: 127.0.0.1:9187}`, or `{listen: off}`.
    static let web = Form.section(WebKeys.all, owner: "web") { $0.value(WebKeys.listen) }
}
