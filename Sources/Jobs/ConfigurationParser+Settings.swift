import Faults
import Policy
import Yams

extension ConfigurationParser {
    /// Settings as far as they could be read, with the names they declare, so that one fault does not make
    /// others.
    struct SettingsReading {
        var settings: Settings
        var names: CrossCheck.Names
        /// The jobs that notifications name, each with where.
        var jobNames: [(pattern: String, place: Place)]
        var faults: [AnyFault]
    }

    static func readSettings(
        text: String?, file: String, environment: [String: String], defaults: SettingsDefaults,
        readFile: @escaping (String) -> Result<String, AnyFault>
    ) -> SettingsReading {
        let findings = Findings(
            file: file, environment: environment,
            paths: PathRules(home: defaults.home, base: defaults.baseDirectory), isZone: defaults.isZone,
            readFile: readFile)
        let root = rootField(text ?? "", findings)
        let section = root.flatMap { Section($0, keys: SettingsKeys.all, owner: "pgvigil.yaml") }
        let targets = readTargets(section, text, findings)
        let stores = readStores(section, defaults, findings)
        let channels = readChannels(section)
        let windows = readWindows(section, targets.names, findings)
        let settings = Settings(
            catalog: section?.value(SettingsKeys.catalog) ?? .embedded,
            stateDirectory: section?.value(SettingsKeys.state) ?? defaults.stateDirectory,
            targets: targets.read, stores: stores.read,
            windows: windows.all, learnedWindows: windows.learned,
            limits: section?.value(SettingsKeys.limits) ?? Limits(),
            clientDirectories: section?.value(SettingsKeys.clients) ?? [],
            zoneName: section?.value(SettingsKeys.zone),
            labels: section?.value(SettingsKeys.labels) ?? [:], channels: channels.read,
            web: section?.value(SettingsKeys.web) ?? WebSettings(),
            daemon: section?.value(SettingsKeys.daemon) ?? DaemonSettings())
        let names = CrossCheck.Names(targets: targets.names, stores: stores.names)
        return SettingsReading(
            settings: settings, names: names, jobNames: channels.jobNames, faults: findings.faults)
    }

    /// The top of a file; an empty file is a mapping without keys. Nil after the fault was reported.
    static func rootField(_ text: String, _ findings: Findings) -> Field? {
        do throws(AnyFault) {
            let document = try YAMLDocument.parse(text, file: findings.file)
            let root = document.root ?? .mapping(Node.Mapping([]))
            return Field(node: root, path: "", findings: findings, setAside: document.setAside)
        } catch {
            findings.add(error)
            return nil
        }
    }

    /// The targets of the file, or of the environment where the file has none; the names of those with faults
    /// too.
    private static func readTargets(
        _ section: Section?, _ text: String?, _ findings: Findings
    ) -> (read: [Target], names: [String]?) {
        guard let section else { return ([], nil) }
        if section.has(SettingsKeys.targets) {
            guard let entries = section.value(SettingsKeys.targets) else { return ([], nil) }
            let targets = entries.compactMap { entry in
                entry.value.map {
                    Target(
                        name: entry.name, connection: $0.connection, databases: $0.databases,
                        objectives: $0.objectives, origin: entry.place.description)
                }
            }
            return (targets, entries.map(\.name))
        }
        let (targets, names, faults) = EnvironmentTargets.read(findings.environment)
        for fault in faults { findings.add(fault) }
        guard names.isEmpty else { return (targets, names) }
        findings.add(AnyFault(.noTargets, at: text.map { _ in Place(file: findings.file) }))
        return ([], nil)
    }

    private static func readStores(
        _ section: Section?, _ defaults: SettingsDefaults, _ findings: Findings
    ) -> (read: [StoreSettings], names: [String]?) {
        guard let section else { return ([], nil) }
        guard section.has(SettingsKeys.stores) else {
            return ([StoreSettings(name: "local", path: defaults.storePath)], ["local"])
        }
        guard let entries = section.value(SettingsKeys.stores) else { return ([], nil) }
        var stores: [StoreSettings] = []
        for entry in entries {
            guard let path = entry.value else { continue }
            if let other = stores.first(where: { $0.path == path }) {
                findings.add(
                    AnyFault(.storePathTwice(path: path, names: [other.name, entry.name]), at: entry.place))
            }
            stores.append(StoreSettings(name: entry.name, path: path))
        }
        return (stores, entries.map(\.name))
    }

    private static func readChannels(
        _ section: Section?
    ) -> (read: [NotificationChannel], jobNames: [(pattern: String, place: Place)]) {
        var channels: [NotificationChannel] = []
        var jobNames: [(pattern: String, place: Place)] = []
        for entry in section?.value(SettingsKeys.notifications) ?? [] {
            guard let value = entry.value else { continue }
            channels.append(
                NotificationChannel(name: entry.name, way: value.way, events: value.events, jobs: value.jobs))
            jobNames += zip(value.jobs ?? [], value.jobPlaces).map { ($0, $1) }
        }
        return (channels, jobNames)
    }
}
