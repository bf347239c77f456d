import Storage
import TestKit
import Testing

@Suite struct `Every store` {
    @Test(arguments: BackupStoreConformance.allCases)
    func `keeps the contract on a disk`(rule: BackupStoreConformance) async throws {
        let folder = try TestFolder()
        try await rule.check(LocalStore(name: "local", path: "\(folder.path)/store"))
    }

    @Test(arguments: BackupStoreConformance.allCases)
    func `keeps the contract in memory`(rule: BackupStoreConformance) async throws {
        try await rule.check(MemoryBackupStore())
    }
}
