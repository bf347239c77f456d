import Engine
import Measures

/// The settings of a throwaway server that a backup is restored into: nothing survives it, so nothing is kept safe.
///
/// Manual, "Populating a Database" (section 14.4) and "Non-Durable Settings" (section 14.5).
enum DrillSettings {
    private static let mebibyte: Int64 = 1 << 20

    /// Settings by name, for a server of that major version.
    static func make(for wish: ThrowawayWish, major: Int) -> [String: String] {
        let workers = min(max(wish.workers, 1), 64)
        var settings = safety.merging(memory(wish.memory, workers: workers)) { _, sized in sized }
        // Each client connection of pg_restore may build an index with helpers, of which there are this many in all.
        settings["max_worker_processes"] = String(workers + 4)
        settings["max_parallel_workers"] = String(workers)
        settings["max_parallel_maintenance_workers"] = String(workers)
        settings["max_parallel_workers_per_gather"] = String(workers)
        settings["max_connections"] = String(max(60, workers * 4 + 30))
        // Event triggers of the restored database would act on the restore itself; 17 can switch them off.
        if major >= 17 { settings["event_triggers"] = "off" }
        return settings
    }

    /// What our sessions and those of client programs must not take from a restored database's own settings: limits
    /// of time, a mode in which nothing can be written, libraries that may be missing here.
    static func sessionOptions(major: Int) -> String {
        var options = [
            "statement_timeout=0", "lock_timeout=0", "idle_in_transaction_session_timeout=0",
            "default_transaction_read_only=off", "session_preload_libraries=", "local_preload_libraries=",
        ]
        if major >= 17 { options += ["transaction_timeout=0", "event_triggers=off"] }
        return options.map { "-c \($0)" }.joined(separator: " ")
    }

    private static let safety = [
        "listen_addresses": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "archive_mode": "off",
        "max_wal_size": "8GB",
        "wal_init_zero": "off",
        "checkpoint_timeout": "1h",
        "autovacuum": "off",
        "jit": "off",
        "shared_preload_libraries": "",
        "session_preload_libraries": "",
        "local_preload_libraries": "",
        // A subscription that is switched on all the same must not reach out.
        "max_logical_replication_workers": "0",
        // A schema of thousands of tables is restored in one transaction.
        "max_locks_per_transaction": "1024",
        "default_transaction_read_only": "off",
        "statement_timeout": "0",
        "lock_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        // What statements fail is known to whoever sent them; their texts may hold hashes of passwords.
        "log_min_error_statement": "panic",
    ]

    /// A quarter for the server's cache, and half for building indexes, shared by those that are built at once.
    private static func memory(_ memory: ByteCount, workers: Int) -> [String: String] {
        let whole = max(memory.bytes / mebibyte, 64)
        let buffers = min(max(whole / 4, 16), 16_384)
        let maintenance = min(max(whole / 2 / Int64(workers), 16), 2_047)
        let sorting = min(max(whole / 8 / Int64(workers), 4), 256)
        return [
            "shared_buffers": "\(buffers)MB", "maintenance_work_mem": "\(maintenance)MB",
            "work_mem": "\(sorting)MB",
        ]
    }
}
