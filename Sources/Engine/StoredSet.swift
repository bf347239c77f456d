package import ArchiveFormat

/// A published set.
package struct StoredSet: Sendable, Equatable {
    package var store: String
    /// Relative to the store: `<target>/<database>/<instant>-<run id>`.
    package var path: String
    /// Absolute path of the set's folder.
    package var directory: String
    package var manifest: Manifest
    /// Why it is held, nil unless it is.
    package var held: String?
    /// What a verification found wrong with it since it was published, nil unless it did.
    package var damaged: String?

    package init(
        store: String, path: String, directory: String, manifest: Manifest, held: String? = nil,
        damaged: String? = nil
    ) {
        self.store = store
        self.path = path
        self.directory = directory
        self.manifest = manifest
        self.held = held
        self.damaged = damaged
    }
}

/// What a store holds.
package struct StoreListing: Sendable, Equatable {
    package var sets: [StoredSet]
    /// Paths that are not ours or not whole, with the reason; never touched.
    package var strangers: [Stranger]

    /// Something in a store that is no backup set.
    package struct Stranger: Sendable, Equatable {
        package var path: String
        package var reason: String

        package init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    package init(sets: [StoredSet], strangers: [Stranger]) {
        self.sets = sets
        self.strangers = strangers
    }
}
