import Faults

/// What can be wrong in the files and the environment that configure pgvigil.
///
/// The place is added by who knows it. No case holds a value that may be secret: connection URLs are
/// described by the names of their parts, and text of the environment is never repeated.
package enum JobsFault: Fault, Equatable {
    case notYAML(String)
    case tooMuchYAML(String)
    case keyTwice(String)
    case unknownKey(String, of: String, nearest: String?, known: [String])
    case noValue(String)
    case missingKey(String)
    case wrongShape(String, expected: String)
    case badValue(String, value: String, because: String, remedy: String)
    case badName(String, of: String)
    case badVariable(String)
    case unsetVariable(String)
    case secretUnreadable(path: String, because: String)
    case secretExposed(path: String)
    case contradiction(String, remedy: String)
    case badURL(of: String, URLProblem)
    case noTargets
    case targetTwice(String, origins: [String])
    case storePathTwice(path: String, names: [String])
    case jobTwice(String, files: [String])
    case unknownTarget(String, nearest: String?, known: [String])
    case unknownStore(String, nearest: String?, known: [String])
    case unknownZone(String)
    case keyOfAnotherKind(String, kind: JobKind, of: JobKind)
    case disagreement(String, remedy: String)
    case badWebURL(of: String, because: String)
    case badTemplate(String, remedy: String)
    case unknownJob(String, nearest: String?, known: [String])

    package var code: String {
        switch self {
        case .notYAML: "yaml.syntax"
        case .tooMuchYAML: "yaml.too-much"
        case .keyTwice: "yaml.key-twice"
        case .unknownKey: "config.unknown-key"
        case .noValue: "config.no-value"
        case .missingKey: "config.missing-key"
        case .wrongShape: "config.wrong-shape"
        case .badValue: "config.bad-value"
        case .badName: "config.bad-name"
        case .badVariable: "config.bad-variable"
        case .unsetVariable: "config.unset-variable"
        case .secretUnreadable: "secret.unreadable"
        case .secretExposed: "secret.exposed"
        case .contradiction: "job.contradiction"
        case .badURL(_, let problem): problem.code
        case .noTargets: "config.no-targets"
        case .targetTwice: "config.target-twice"
        case .storePathTwice: "config.store-path-twice"
        case .jobTwice: "job.twice"
        case .unknownTarget: "job.unknown-target"
        case .unknownStore: "job.unknown-store"
        case .unknownZone: "config.unknown-zone"
        case .keyOfAnotherKind: "job.key-of-another-kind"
        case .disagreement: "config.disagreement"
        case .badWebURL: "config.bad-web-url"
        case .badTemplate: "config.bad-template"
        case .unknownJob: "config.unknown-job"
        }
    }

    package var summary: String {
        switch self {
        case .notYAML(let problem): "this is not YAML: \(problem)"
        case .tooMuchYAML(let what): "the file has \(what)"
        case .keyTwice(let key): "'\(key)' is set more than once"
        case .unknownKey(let key, let owner, _, _): "\(owner) has no key '\(key)'"
        case .noValue(let key): "'\(key)' has no value"
        case .missingKey(let key): "'\(key)' is not written, and has no default"
        case .wrongShape("", let expected): "the file must be \(expected)"
        case .wrongShape(let key, let expected): "'\(key)' must be \(expected)"
        case .badValue(let key, let value, let because, _): "'\(value)' cannot be '\(key)': \(because)"
        case .badName(let name, let owner): "'\(name)' cannot be the name of a \(owner)"
        case .badVariable(let problem): problem
        case .unsetVariable(let name): "the environment variable \(name) is not set"
        case .secretUnreadable(let path, let because): "the secret file \(path) cannot be read: \(because)"
        case .secretExposed(let path): "the secret file \(path) can be read by every user of this machine"
        case .contradiction(let summary, _): summary
        case .badURL(let owner, let problem): "\(owner): \(problem.summary)"
        case .noTargets: "there is no database to back up"
        case .targetTwice(let name, let origins): "the target '\(name)' is made by \(list(origins, "and"))"
        case .storePathTwice(let path, let names):
            "the stores \(list(names, "and")) are the same folder, \(path)"
        case .jobTwice(let name, let files): "the job '\(name)' is defined by \(list(files, "and"))"
        case .unknownTarget(let name, _, _):
            Glob.isPattern(name) ? "no target's name matches '\(name)'" : "there is no target '\(name)'"
        case .unknownStore(let name, _, _): "there is no store '\(name)'"
        case .unknownZone(let name): "'\(name)' is not a time zone of this machine"
        case .keyOfAnotherKind(let key, let kind, let own):
            "'\(key)' belongs to the kind '\(kind.rawValue)', and this job is of the kind '\(own.rawValue)'"
        case .disagreement(let summary, _): summary
        case .badWebURL(let owner, let because): "'\(owner)' is no web address: \(because)"
        case .badTemplate(let problem, _): problem
        case .unknownJob(let name, _, _):
            Glob.isPattern(name) ? "no job's name matches '\(name)'" : "there is no job '\(name)'"
        }
    }

    package var remedy: String {
        switch self {
        case .notYAML:
            "Indent with spaces, and put quotes around text that begins with one of * & ! % @ or holds ': ' "
                + "or ' #'."
        case .tooMuchYAML: "Make the file smaller and flatter."
        case .keyTwice(let key): "Keep one of the lines that set '\(key)'."
        case .unknownKey(_, _, let nearest?, _): "Write '\(nearest)'."
        case .unknownKey(_, _, nil, let known): "Its keys are \(list(known, "and"))."
        case .noValue(let key) where key.hasSuffix("]"): "Write a value there, or remove it from the list."
        case .noValue(let key): "Write a value after '\(key):', or remove the line for the default."
        case .missingKey(let key): "Write '\(key)'."
        case .wrongShape(let key, _):
            key.isEmpty
                ? "Write keys and values; docs/configuration.md has them all."
                : "See '\(key.prefix { $0 != "[" })' in docs/configuration.md."
        case .badValue(_, _, _, let remedy): remedy
        case .badName:
            "Use a lower-case letter and then lower-case letters, digits, - and _, at most 63 in all."
        case .badVariable: "Write ${NAME} or ${NAME:-default}, and $${ for a ${ that is meant as it stands."
        case .unsetVariable(let name): "Set \(name), or write ${\(name):-default}."
        case .secretUnreadable(let path, _): "Make \(path) a file that the user of pgvigil may read."
        case .secretExposed(let path): "Run 'chmod o-r \(path)'."
        case .contradiction(_, let remedy): remedy
        case .badURL(_, let problem): problem.remedy
        case .noTargets: "Set DATABASE_URL, or write targets: in pgvigil.yaml."
        case .targetTwice: "Rename one of the variables, or write targets: in pgvigil.yaml."
        case .storePathTwice: "Give each store a folder of its own."
        case .jobTwice: "Rename one of the files."
        case .unknownTarget(_, let nearest?, _), .unknownStore(_, let nearest?, _): "Write '\(nearest)'."
        case .unknownTarget(_, nil, let known):
            known.isEmpty ? "Write targets: in pgvigil.yaml." : "The targets are \(list(known, "and"))."
        case .unknownStore(_, nil, let known):
            known.isEmpty
                ? "Write stores: in pgvigil.yaml." : "Write store: with one of \(list(known, "and"))."
        case .unknownZone: "Write an IANA name such as Europe/Paris or UTC, and see that tzdata is installed."
        case .keyOfAnotherKind(let key, let kind, _): "Remove '\(key)', or write 'kind: \(kind.rawValue)'."
        case .disagreement(_, let remedy), .badTemplate(_, let remedy): remedy
        case .badWebURL: "Write https://host/path, or file:PATH of a file that holds it."
        case .unknownJob(_, let nearest?, _): "Write '\(nearest)'."
        case .unknownJob(_, nil, let known):
            known.isEmpty ? "Write jobs first." : "The jobs are \(list(known, "and"))."
        }
    }

    /// `'a', 'b' and 'c'` without the quotes; at most two dozen, so that a line stays a line.
    private func list(_ items: [String], _ word: String) -> String {
        let shown = items.count > 24 ? Array(items.prefix(24)) + ["\(items.count - 24) more"] : items
        guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
        return "\(shown.dropLast().joined(separator: ", ")) \(word) \(last)"
    }
}
