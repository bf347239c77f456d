package import ArchiveFormat
import Cron
package import Engine
package import Faults
import FoundationEssentials
import Glibc
import Jobs
import Storage

/// A prune plan with the store it is for.
package struct StorePlan: Sendable {
    package var store: String
    package var plan: PrunePlan
}

/// The stores of a configuration, for commands that need no catalog.
package struct Shelf: Sendable {
    package let stores: [String: any BackupStore]
    private let configuration: LoadedConfiguration
    private let surroundings: Surroundings

    /// The stores that the configuration names.
    package init(_ configuration: LoadedConfiguration, _ surroundings: Surroundings) {
        self.configuration = configuration
        self.surroundings = surroundings
        stores = Dictionary(
            configuration.settings.stores.map { ($0.name, LocalStore(name: $0.name, path: $0.path)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Makes the state directory, private to us, where it is missing.
    ///
    /// If we are root, private servers run as another user, who must be able to pass through, and no more.
    package func ensureStateDirectory() throws(AnyFault) {
        let path = configuration.settings.stateDirectory
        let isPassedThrough = surroundings.isRoot
        if isPassedThrough { makeParents(of: path) }
        do throws(StorageFault) {
            try PrivateDirectory.ensure(path)
        } catch {
            throw AnyFault(error)
        }
        guard isPassedThrough else { return }
        guard chmod(path, 0o711) == 0 else {
            throw AnyFault(WiringFault.unreadable(path: path, why: "its permissions cannot be set"))
        }
    }

    /// Makes the folders above a path that are missing, for everybody to pass through.
    ///
    /// What cannot be made is reported by the one who needs the folder.
    private func makeParents(of path: String) {
        let parts = path.split(separator: "/").dropLast()
        var parent = ""
        for part in parts {
            parent += "/\(part)"
            if mkdir(parent, 0o711) == 0 { chmod(parent, 0o711) }
        }
    }

    /// Every set of every store, newest first; `subject` is `target` or `target/database`, nil for all.
    package func listing(of subject: String?) async throws(AnyFault) -> StoreListing {
        var all = StoreListing(sets: [], strangers: [])
        for store in stores.values {
            let listing = try await store.sets()
            all.sets += listing.sets
            all.strangers += listing.strangers
        }
        if let subject {
            all.sets = all.sets.filter { set in
                set.manifest.target == subject
                    || "\(set.manifest.target)/\(set.manifest.database.name)" == subject
            }
        }
        all.sets.sort { ($0.manifest.started, $0.path) > ($1.manifest.started, $1.path) }
        return all
    }

    /// The one set whose id begins with `prefix`; `latest` is the newest.
    package func set(idPrefix prefix: String) async throws(AnyFault) -> StoredSet {
        let sets = try await listing(of: nil).sets
        let lowered = prefix.lowercased()
        let found =
            prefix == "latest"
            ? Array(sets.prefix(1))
            : sets.filter { $0.manifest.id.uuidString.lowercased().hasPrefix(lowered) }
        guard let set = found.first else { throw AnyFault(WiringFault.noSuchBackup(prefix)) }
        guard found.count == 1 else { throw AnyFault(WiringFault.ambiguousID(prefix)) }
        return set
    }

    /// The folders that have the place and the manifest of a set and not the files that the manifest tells of.
    ///
    /// They are no sets, since nothing can be restored from them, and a verification must not pass over them.
    package func brokenSets() async throws(AnyFault) -> [String] {
        var found: [String] = []
        for store in configuration.settings.stores {
            for stranger in try await stores[store.name]?.sets().strangers ?? [] {
                let folder = "\(store.path)/\(stranger.path)"
                let isSet = stranger.path.split(separator: "/").count == 3
                if isSet, FileManager.default.fileExists(atPath: "\(folder)/\(Manifest.fileName)") {
                    found.append(folder)
                }
            }
        }
        return found.sorted { Self.name($0) > Self.name($1) }
    }

    /// The folders of all sets, or of those whose ids begin so; broken ones among them.
    ///
    /// - Throws: ``WiringFault/noSuchBackup(_:)``, ``WiringFault/ambiguousID(_:)``, ``WiringFault/nothingToVerify``.
    package func foldersToVerify(_ prefixes: [String]) async throws(AnyFault) -> [String] {
        let broken = try await brokenSets()
        guard !prefixes.isEmpty else {
            let all = try await listing(of: nil).sets.map(\.directory) + broken
            if all.isEmpty { throw AnyFault(WiringFault.nothingToVerify) }
            return all
        }
        var folders: [String] = []
        for prefix in prefixes {
            if prefix == "latest", let newest = broken.first {
                let sound = try await listing(of: nil).sets.first?.directory
                folders.append(sound.map { Self.name($0) > Self.name(newest) ? $0 : newest } ?? newest)
            } else {
                folders.append(try await set(idPrefix: prefix).directory)
            }
        }
        return folders
    }

    /// Notes in a set what a verification of it found, so that retention no longer counts one that is damaged.
    ///
    /// What could not be told changes nothing, and neither does a folder that is no set any more.
    package func note(_ report: VerificationReport) async throws(AnyFault) {
        guard report.verdict != .cannotTell,
            let set = try await listing(of: nil).sets.first(where: { $0.directory == report.path }),
            let store = stores[set.store]
        else { return }
        let finding = report.findings.first.map { "\($0.subject): \($0.message)" }
        guard report.verdict == .damaged || set.damaged != nil else { return }
        try await store.mark(set, damaged: report.verdict == .damaged ? finding ?? "damaged" : nil)
    }

    /// A set's folder begins with the instant at which it was started, so that names sort by age.
    private static func name(_ folder: String) -> Substring { folder.split(separator: "/").last ?? "" }

    /// Holds a set, or lets it go with nil.
    package func hold(_ set: StoredSet, reason: String?) async throws(AnyFault) {
        guard let store = stores[set.store] else { throw AnyFault(WiringFault.noSuchBackup(set.path)) }
        try await store.hold(set, reason: reason)
    }

    /// What retention says about every set of every backup job.
    package func prunePlans() async throws(AnyFault) -> [StorePlan] {
        let now = surroundings.ambient(stateDirectory: "").wallTime()
        let zone = configuration.zone
        var plans: [StorePlan] = []
        for job in configuration.jobs {
            guard case .backup(let spec) = job.work, let store = stores[spec.store] else { continue }
            let sets = try await store.sets().sets
            let subjects = Set(
                sets.filter { $0.manifest.job == job.name }.map {
                    BackupItem(target: $0.manifest.target, database: $0.manifest.database.name)
                })
            for subject in subjects.sorted(by: { $0.description < $1.description }) {
                let plan = PrunePlan(
                    sets: sets, target: subject.target, database: subject.database, job: job.name,
                    keep: spec.keep,
                    now: now, offset: { zone.offset(at: $0) })
                plans.append(StorePlan(store: spec.store, plan: plan))
            }
        }
        return plans
    }
}
