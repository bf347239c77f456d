import Faults

/// Gathers every fault of one file while it is read, and holds what reading needs from outside.
///
/// A class, because all parts of one reading write to the same list; it never leaves the call that made it.
final class Findings {
    let file: String
    let environment: [String: String]
    let readFile: (String) -> Result<String, AnyFault>
    let paths: PathRules
    let isZone: (String) -> Bool
    private var found: [AnyFault] = []
    private var nodesRead = 0

    init(
        file: String, environment: [String: String], paths: PathRules = PathRules(),
        isZone: @escaping (String) -> Bool = { _ in true },
        readFile: @escaping (String) -> Result<String, AnyFault> = { path in
            .failure(
                AnyFault(JobsFault.secretUnreadable(path: path, because: "secrets belong into pgvigil.yaml")))
        }
    ) {
        self.file = file
        self.environment = environment
        self.paths = paths
        self.isZone = isZone
        self.readFile = readFile
    }

    /// In the order of the file; faults without a line come first.
    var faults: [AnyFault] {
        let keyed = found.enumerated().map {
            (key: ($1.place?.line ?? 0, $1.place?.column ?? 0, $0), fault: $1)
        }
        return keyed.sorted { $0.key < $1.key }.map(\.fault)
    }

    func add(_ fault: AnyFault) {
        found.append(fault)
    }

    /// Counts one node more; false once there are too many, which is said once.
    func countNode() -> Bool {
        nodesRead += 1
        if nodesRead == YAMLLimits.nodesMax + 1 {
            add(AnyFault(.tooMuchYAML("more than \(YAMLLimits.nodesMax) values"), at: Place(file: file)))
        }
        return nodesRead <= YAMLLimits.nodesMax
    }
}
