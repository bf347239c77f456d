package import Measures
package import Policy

/// All that `pgvigil.yaml` and the environment say, valid and with every default filled in.
package struct Settings: Sendable, Equatable {
    package var catalog: CatalogLocation
    /// An absolute path: locks, the embedded catalog, private files of running jobs.
    package var stateDirectory: String
    package var targets: [Target]
    package var stores: [StoreSettings]
    /// By name; those that are learned with the hours that hold until they are.
    package var windows: [String: Window]
    /// Those of `windows` whose hours are learned.
    package var learnedWindows: [String: LearnedWindow]
    package var limits: Limits
    /// Folders with PostgreSQL's programs, looked at before the usual ones.
    package var clientDirectories: [String]
    /// The zone of crontab lines that name none; an IANA name, nil for the machine's own.
    package var zoneName: String?
    /// What this daemon is, for jobs that run on some only.
    package var labels: [String: String]
    package var channels: [NotificationChannel]
    package var web: WebSettings
    package var daemon: DaemonSettings

    package init(
        catalog: CatalogLocation, stateDirectory: String, targets: [Target], stores: [StoreSettings],
        windows: [String: Window] = [:], learnedWindows: [String: LearnedWindow] = [:],
        limits: Limits = Limits(), clientDirectories: [String] = [], zoneName: String? = nil,
        labels: [String: String] = [:], channels: [NotificationChannel] = [],
        web: WebSettings = WebSettings(), daemon: DaemonSettings = DaemonSettings()
    ) {
        self.catalog = catalog
        self.stateDirectory = stateDirectory
        self.targets = targets
        self.stores = stores
        self.windows = windows
        self.learnedWindows = learnedWindows
        self.limits = limits
        self.clientDirectories = clientDirectories
        self.zoneName = zoneName
        self.labels = labels
        self.channels = channels
        self.web = web
        self.daemon = daemon
    }
}

/// How a daemon holds its place among others, and how it stops.
package struct DaemonSettings: Sendable, Equatable {
    /// How long the others wait for a daemon that says nothing before they take its runs over.
    package var lease: Duration
    /// How long running runs may go on after SIGTERM before they are stopped.
    package var grace: Duration

    package init(lease: Duration = .seconds(30), grace: Duration = .seconds(60)) {
        self.lease = lease
        self.grace = grace
    }
}

/// Where pgvigil's own records are kept.
package enum CatalogLocation: Sendable, Equatable {
    /// A private cluster under the state directory.
    case embedded
    /// A database on a server of the user's.
    case server(ConnectionInfo)
}

/// One PostgreSQL server with its connection.
package struct Target: Sendable, Equatable {
    package var name: String
    package var connection: ConnectionInfo
    /// The databases that a job takes when it names none: exact names or globs; nil means every database that
    /// allows connections. A target made of an application's URL has that URL's database here.
    package var databases: [String]?
    package var objectives: Objectives
    /// Where it was defined, for messages.
    package var origin: String

    package init(
        name: String, connection: ConnectionInfo, databases: [String]? = nil,
        objectives: Objectives = Objectives(), origin: String
    ) {
        self.name = name
        self.connection = connection
        self.databases = databases
        self.objectives = objectives
        self.origin = origin
    }
}

/// A folder in which backup sets live.
package struct StoreSettings: Sendable, Equatable {
    package var name: String
    /// An absolute path.
    package var path: String

    package init(name: String, path: String) {
        self.name = name
        self.path = path
    }
}

/// Bounds on what runs at the same time.
package struct Limits: Sendable, Equatable {
    /// Runs at the same time, of all daemons of the catalog, at least 1.
    package var runsMax: Int
    /// Heavy runs on one target at the same time, at least 1.
    package var heavyRunsMax: Int
    /// Runs that write into one store at the same time, at least 1.
    package var writersMax: Int
    /// Drills in throwaway clusters at the same time, of all daemons of the catalog, at least 1.
    package var drillsMax: Int
    /// Connections that take longer than this fail; at least a second.
    package var connectTimeout: Duration
    /// Free space that must remain in a store after a backup of the expected size.
    package var freeSpaceMin: ByteCount

    package init(
        runsMax: Int = 4, heavyRunsMax: Int = 1, writersMax: Int = 2, drillsMax: Int = 1,
        connectTimeout: Duration = .seconds(10), freeSpaceMin: ByteCount = ByteCount(256 << 20)
    ) {
        self.runsMax = runsMax
        self.heavyRunsMax = heavyRunsMax
        self.writersMax = writersMax
        self.drillsMax = drillsMax
        self.connectTimeout = connectTimeout
        self.freeSpaceMin = freeSpaceMin
    }
}
