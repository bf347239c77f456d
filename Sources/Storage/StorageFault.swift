package import Faults
package import Measures

/// What can go wrong with a store on a disk, with locks and with private files.
package enum StorageFault: Fault, Equatable {
    /// The disk is full.
    case noSpace(path: String, free: ByteCount)
    /// The user's share of the disk is used up.
    case quota(path: String)
    /// The file has reached a size limit of the system.
    case tooLarge(path: String)
    /// The system forbids it.
    case notPermitted(doing: String, path: String)
    /// The file system is mounted without the right to write.
    case readOnly(path: String)
    /// Any other refusal of the system, with its words.
    case io(doing: String, path: String, reason: String, mayPass: Bool)
    /// A folder that others could change or read.
    case unsafeFolder(path: String, reason: String)
    /// Something else stands where a folder must be.
    case notAFolder(path: String)
    /// A name that cannot become a folder's.
    case badName(name: String, reason: String)
    /// A set is there already; sets are never overwritten.
    case setExists(path: String)
    /// There is no such set, or it has just been removed.
    case noSuchSet(path: String)
    /// The set is held against removal.
    case held(path: String, reason: String)
    /// The bytes on the disk are not those that were written.
    case changedOnDisk(file: String, detail: String)
    /// Something in an incoming set that is neither file nor folder.
    case alienFile(path: String)
    /// A set would be published that was not read back, or was changed since.
    case notReadBack(detail: String)
    /// A manifest that something should be noted in, and that cannot take it.
    case badManifest(path: String, detail: String)
    /// The start of a file cannot be replaced as asked.
    case badStart(file: String, detail: String)
    /// The set is published or discarded already.
    case ended(path: String)
    /// Another process keeps a lock that is held for moments only.
    case busy(path: String)
    /// The run was stopped while it read back.
    case interrupted
    /// OpenSSL refused to hash.
    case noHash(reason: String)
    /// The journal has reached its largest size.
    case journalFull(path: String, limit: ByteCount)
    /// A journal holds something that is no record; the whole file is kept aside.
    case journalDamaged(path: String, byte: Int, kept: String)
}

extension StorageFault {
    /// The stable name of the fault.
    package var code: String {
        switch self {
        case .noSpace: "store.no-space"
        case .quota: "store.quota"
        case .tooLarge: "store.too-large"
        case .notPermitted: "store.not-permitted"
        case .readOnly: "store.read-only"
        case .io: "store.io"
        case .unsafeFolder: "store.unsafe-folder"
        case .notAFolder: "store.not-a-folder"
        case .badName: "store.bad-name"
        case .setExists: "store.set-exists"
        case .noSuchSet: "store.no-such-set"
        case .held: "store.held"
        case .changedOnDisk: "store.changed-on-disk"
        case .alienFile: "store.alien-file"
        case .notReadBack: "store.not-read-back"
        case .badManifest: "store.bad-manifest"
        case .badStart: "store.bad-start"
        case .ended: "store.ended"
        case .busy: "store.busy"
        case .interrupted: "run.interrupted"
        case .noHash: "store.no-hash"
        case .journalFull: "journal.full"
        case .journalDamaged: "journal.damaged"
        }
    }

    /// What is wrong, with the path that it is about.
    package var summary: String {
        switch self {
        case .noSpace(let path, let free): "the disk is full: \(free) are free for \(path)"
        case .quota(let path): "the disk quota is used up at \(path)"
        case .tooLarge(let path): "\(path) has reached the largest size that the system allows a file"
        case .notPermitted(let doing, let path): "not permitted to \(doing) \(path)"
        case .readOnly(let path): "\(path) is on a file system that is mounted read-only"
        case .io(let doing, let path, let reason, _): "could not \(doing) \(path): \(reason)"
        case .unsafeFolder(let path, let reason): "\(path) is not private: \(reason)"
        case .notAFolder(let path): "\(path) is no folder"
        case .badName(let name, let reason): "'\(name.prefix(80))' cannot name a folder: \(reason)"
        case .setExists(let path): "there is a backup set at \(path) already"
        case .noSuchSet(let path): "there is no backup set at \(path)"
        case .held(let path, let reason): "the backup set \(path) is held: \(reason)"
        case .changedOnDisk(let file, let detail):
            "\(file) reads back otherwise than it was written: \(detail)"
        case .alienFile(let path): "\(path) is neither a file nor a folder, and no part of a backup"
        case .notReadBack(let detail): "the set may not be published: \(detail)"
        case .badManifest(let path, let detail): "nothing can be noted in \(path): \(detail)"
        case .badStart(let file, let detail): "the start of \(file) cannot be replaced: \(detail)"
        case .ended(let path): "the incoming set \(path) is published or discarded already"
        case .busy(let path): "another process keeps \(path) locked"
        case .interrupted: "interrupted"
        case .noHash(let reason): "no SHA-256 can be taken: \(reason)"
        case .journalFull(let path, let limit): "the journal \(path) has reached its largest size of \(limit)"
        case .journalDamaged(let path, let byte, let kept):
            "the journal \(path) is damaged at byte \(byte); what can be read of it is used, and all of it stays in "
                + kept
        }
    }

    /// What mends it.
    package var remedy: String {
        switch self {
        case .noSpace, .quota:
            "Free space, or run 'pgvigil backups prune --plan' to see what retention would remove."
        case .tooLarge: "Raise the limit (ulimit -f), or use a file system that takes larger files."
        case .notPermitted:
            "Give the folder to the user that runs pgvigil (chown), or name another in pgvigil.yaml."
        case .readOnly: "Mount it writable, or name another folder in pgvigil.yaml."
        case .io, .changedOnDisk: "Check the disk (dmesg, smartctl -a); nothing was published."
        case .unsafeFolder(let path, _):
            "Run 'chmod go-w \(path)' as its owner, or name a folder of the user that runs pgvigil."
        case .notAFolder: "Move it away, or name another folder in pgvigil.yaml."
        case .badName: "Rename the target in pgvigil.yaml, or leave the database out with 'exclude'."
        case .setExists: "Run the job again; every run has a name of its own."
        case .noSuchSet: "Run 'pgvigil backups list' for the sets that there are."
        case .held: "Run 'pgvigil backups hold --release' on it first, if it may go."
        case .alienFile: "Find out who writes into the store besides pgvigil, and run the job again."
        case .badManifest: "Run 'pgvigil backups verify' on the set; its manifest is as it was."
        case .notReadBack, .badStart, .ended: "Run the job again; nothing was published."
        case .busy: "Look for a stopped pgvigil process (ps -C pgvigil), and continue or end it."
        case .interrupted: "Run the job again."
        case .noHash: "Check that OpenSSL is installed as packaged."
        case .journalFull: "Start the catalog: what waits is recorded then. See 'pgvigil catalog status'."
        case .journalDamaged:
            "Check the disk (dmesg, smartctl -a); 'pgvigil catalog rebuild' records every set."
        }
    }

    /// What must be configured otherwise is a usage fault, the rest a failed run.
    package var exitStatus: ExitStatus {
        switch self {
        case .notPermitted, .readOnly, .unsafeFolder, .notAFolder, .badName: .usage
        case .interrupted: .interrupted
        case .noHash: .undetermined
        case .noSpace, .quota, .tooLarge, .io, .setExists, .noSuchSet, .held, .changedOnDisk, .alienFile,
            .notReadBack, .badManifest, .badStart, .ended, .busy, .journalFull, .journalDamaged:
            .badResult
        }
    }

    /// A full disk stays full, and a disk that changes bytes is not to be trusted: only what a busy machine
    /// or network causes goes away by itself.
    package var mayPass: Bool {
        switch self {
        case .io(_, _, _, let mayPass): mayPass
        case .busy, .alienFile, .journalFull: true
        case .noSpace, .quota, .tooLarge, .notPermitted, .readOnly, .unsafeFolder, .notAFolder, .badName,
            .setExists,
            .noSuchSet, .held, .changedOnDisk, .notReadBack, .badManifest, .badStart, .ended, .interrupted,
            .noHash,
            .journalDamaged:
            false
        }
    }
}
