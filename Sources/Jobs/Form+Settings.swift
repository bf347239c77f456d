import Faults
import Measures
import Policy

/// What an entry of `targets:` says.
struct TargetEntry: Sendable {
    var connection: ConnectionInfo
    var databases: [String]?
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
            guard var connection = section.required(TargetKeys.url) else { return nil }
            if let password { connection.password = Secret(password) }
            return TargetEntry(connection: connection, databases: databases)
        })
}

extension Form where Value == String {
    /// A path, or `{path: …}`.
    static let store = Form.either(
        text: .path, longer: Form.section(StoreKeys.all, owner: "a store") { $0.required(StoreKeys.path) })
}

extension Form where Value == Window.Opening {
    /// One opening.
    static let opening = Form<String>.text(
        "opening", pattern: "^([A-Za-z,-]+ +)?[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}$"
    ).map { text, field -> Window.Opening? in
        do throws(PolicyFault) {
            return try Window.Opening.parse(text)
        } catch {
            field.findings.add(AnyFault(error, at: field.place))
            return nil
        }
    }
}

extension Form where Value == Window {
    /// One opening, a list of them, or `{zone: …, open: …}`.
    static let window: Form = {
        let openings = Form<Window.Opening>.opening.oneOrMany
        let longer = Form.section(WindowKeys.all, owner: "a window") { section in
            let zone = section.value(WindowKeys.zone)
            return section.required(WindowKeys.open).map { Window(zoneName: zone, openings: $0) }
        }
        return Form(shape: .either([openings.shape, longer.shape])) { field in
            if field.isList || field.written != nil {
                return openings.read(field).map { Window(openings: $0) }
            }
            return longer.read(field)
        }
    }()
}

extension Form where Value == Limits {
    /// The bounds of `limits:`.
    static let limits = Form.section(LimitKeys.all, owner: "limits") { section in
        let runs = section.value(LimitKeys.runs)
        let timeout = section.value(LimitKeys.connectTimeout)
        let space = section.value(LimitKeys.freeSpace)
        guard let runs, let timeout, let space else { return nil }
        return Limits(runsMax: runs, connectTimeout: timeout, freeSpaceMin: space)
    }
}
