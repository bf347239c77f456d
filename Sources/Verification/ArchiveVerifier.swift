package import ArchiveFormat

/// Verifies archives of pg_dump: everything is found, read from the disk, decoded and compared.
///
/// Blocks and files are independent, so all processors work on them. What is held beside a report are one window
/// and one decoder for each worker, whatever the size of the archive.
package struct ArchiveVerifier: Sendable {
    private let workers: Int

    /// - Parameter workers: how many blocks are decoded at once; by default as many as there are processors.
    package init(workers: Int? = nil) {
        self.workers = max(1, workers ?? WorkPool.processors)
    }

    /// Verifies the archive at `path`: a file, the folder of a directory archive, or a backup set with a manifest.
    ///
    /// It never throws: what keeps it from an answer is a finding, and the verdict is then `cannotTell`.
    ///
    /// - Parameters:
    ///   - dropCache: whether the files are put out of the page cache first, so that the disk is what is checked.
    ///   - progress: called from any thread, every few MiB.
    package func verify(
        path: String, dropCache: Bool = false, progress: (@Sendable (VerificationProgress) -> Void)? = nil
    ) async -> VerificationReport {
        var report = VerificationReport(path: path)
        let pool = WorkPool(workers: workers, meter: ProgressMeter(report: progress))
        do {
            let file = try ArchiveFile(path: path, name: path, dropCache: dropCache)
            await CustomCheck(file: file, pool: pool).run(into: &report)
        } catch {
            report.settle(with: [Finding(error, subject: path, file: nil)])
        }
        return report
    }
}
