import Faults
import Glibc
import Measures
import TestKit
import Testing

@testable import Storage

@Suite struct `Faults of a store` {
    /// One of every kind.
    static let all: [StorageFault] = [
        .noSpace(path: "/store", free: ByteCount(4_096)), .quota(path: "/store"),
        .tooLarge(path: "/store/archive.dump"),
        .notPermitted(doing: "open", path: "/store"), .readOnly(path: "/store"),
        .io(doing: "read", path: "/store/archive.dump", reason: "Input/output error", mayPass: false),
        .unsafeFolder(path: "/store", reason: "others may write into it (mode 777)"),
        .notAFolder(path: "/store"),
        .badName(name: "", reason: "it is empty"), .setExists(path: "/store/main/shop/set"),
        .noSuchSet(path: "main/shop/set"), .held(path: "main/shop/set", reason: "before the migration"),
        .changedOnDisk(file: "archive.dump", detail: "bytes 0 to 4 have another SHA-256"),
        .alienFile(path: "/store/.incoming/run/1/link"),
        .notReadBack(detail: "it was not read back from the disk"),
        .badManifest(path: "/store/main/shop/set/manifest.json", detail: "it is not the JSON of a manifest"),
        .badStart(file: "archive.dump", detail: "it is not marked"), .ended(path: "/store/.incoming/run/1"),
        .busy(path: "/store/.incoming/moment"), .interrupted, .noHash(reason: "OpenSSL has no memory"),
        .journalFull(path: "/state/journal/1.journal", limit: ByteCount(16 << 20)),
        .journalDamaged(path: "/state/journal/1.journal", byte: 17, kept: "/state/journal/1.journal.damaged"),
    ]

    @Test func `read like this`() {
        #expect(Set(Self.all.map(\.code)).count == Self.all.count)
        let text = Self.all.map { fault in
            "\(fault.code) [exit \(fault.exitStatus.rawValue)\(fault.mayPass ? ", may pass" : "")]\n  \(fault)"
        }.joined(separator: "\n")
        Golden.expect(text, "store-faults")
    }

    @Test(arguments: [
        (ENOSPC, "store.no-space", false), (EDQUOT, "store.quota", false), (EFBIG, "store.too-large", false),
        (EACCES, "store.not-permitted", false), (EPERM, "store.not-permitted", false),
        (EROFS, "store.read-only", false),
        (ENOTDIR, "store.not-a-folder", false), (ELOOP, "store.not-a-folder", false),
        (EIO, "store.io", false),
        (ESTALE, "store.io", true), (EMFILE, "store.io", true),
    ])
    func `follow the system's error numbers`(number: Int32, code: String, mayPass: Bool) {
        let fault = StorageFault.system("write", "/store", number)
        #expect(fault.code == code)
        #expect(fault.mayPass == mayPass)
        #expect(fault.summary.contains("/store"))
    }
}
